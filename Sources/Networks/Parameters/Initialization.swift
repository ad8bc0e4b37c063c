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
  /// Uniform in ±bound; 0 where the bound is 0.
  case uniform(bound: Float)
  /// Normal with mean 0.
  case normal(standardDeviation: Float)
  /// All elements equal.
  case constant(Float)

  /// All elements 0.
  public static let zeros = Initialization.constant(0)

  /// Finds what cannot be the start of a parameter of this shape.
  ///
  /// - Parameter operation: what the user called.
  func check(for shape: Shape, in operation: String) throws(Mistake) {
    try checkCountable(shape, in: operation)
    let (problem, isRight) =
      switch self {
      case .kaimingUniform, .kaimingNormal, .xavierUniform, .xavierNormal: ("", true)
      case .uniform(let bound): ("a bound of \(bound)", bound.isFinite && bound >= 0)
      case .normal(let deviation):
        ("a standard deviation of \(deviation)", deviation.isFinite && deviation >= 0)
      case .constant(let number): ("a start of \(number)", number.isFinite)
      }
    if !isRight {
      throw Mistake(
        operation, "the initialization has \(problem)",
        fix: "use a finite number" + (isConstant ? "" : " of 0 or more"))
    }
  }

  private var isConstant: Bool { if case .constant = self { true } else { false } }

  /// The start of a parameter of this shape, a function of the key.
  package func values(_ shape: Shape, key: RandomKey) -> Tensor<Float> {
    let fanIn = Float(max(shape.first ?? 1, 1))
    let fanOut = Float(max(shape.last ?? 1, 1))
    func uniform(_ bound: Float) -> Tensor<Float> {
      bound == 0 ? .zeros(shape) : .uniform(shape, from: -bound, to: bound, key: key)
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
