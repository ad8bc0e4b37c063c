// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// How a parameter starts. n is the number of inputs of a unit (fan-in: the first extent of a
/// weight [inputs, outputs]), m the number of units.
public enum Initialization: Sendable, Hashable {
  /// Uniform in ±√(6 / n): keeps the variance of activations through layers of relu.
  ///
  /// Source: He, Zhang, Ren, Sun, "Delving deep into rectifiers", ICCV 2015.
  case kaimingUniform
  /// Normal with standard deviation √(2 / n); same source.
  case kaimingNormal
  /// Uniform in ±√(6 / (n + m)): for tanh and linear layers.
  ///
  /// Source: Glorot, Bengio, "Understanding the difficulty of training deep feedforward neural
  /// networks", AISTATS 2010.
  case xavierUniform
  /// Normal with standard deviation √(2 / (n + m)); same source.
  case xavierNormal
  /// Uniform in ±bound.
  case uniform(bound: Float)
  /// Normal with mean 0.
  case normal(standardDeviation: Float)
  /// All elements equal.
  case constant(Float)

  /// All elements 0.
  public static let zeros = Initialization.constant(0)

  /// The start of a parameter of this shape, a function of the key.
  package func values(_ shape: Shape, key: RandomKey) -> Tensor<Float> {
    let fanIn = Float(max(shape.first ?? 1, 1))
    let fanOut = Float(max(shape.last ?? 1, 1))
    func uniform(_ bound: Float) -> Tensor<Float> {
      .uniform(shape, from: -bound, to: bound, key: key)
    }
    func normal(_ deviation: Float) -> Tensor<Float> {
      .normal(shape, standardDeviation: deviation, key: key)
    }
    switch self {
    case .kaimingUniform: return uniform((6 / fanIn).squareRoot())
    case .kaimingNormal: return normal((2 / fanIn).squareRoot())
    case .xavierUniform: return uniform((6 / (fanIn + fanOut)).squareRoot())
    case .xavierNormal: return normal((2 / (fanIn + fanOut)).squareRoot())
    case .uniform(let bound): return uniform(bound)
    case .normal(let deviation): return normal(deviation)
    case .constant(let number): return .full(shape, number)
    }
  }
}
