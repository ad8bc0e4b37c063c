// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// How a parameter starts. n is the number of inputs of a unit (fan-in: the first extent of a
/// weight [inputs, outputs]), m the number of units (fan-out: the last extent), g the gain of the
/// activation that follows. Extents before those two are of a kernel, [h, w, inputs, outputs], and
/// count on both sides, as in PyTorch: n = h w inputs, m = h w outputs.
///
/// ```swift
/// let hidden = Linear(64, 50, initialization: .kaimingNormal)
/// let code = Linear(50, 20, initialization: .orthogonal(for: .tanh))
/// let output = Linear(20, 10, initialization: .truncatedNormal(standardDeviation: 0.02))
/// ```
public struct Initialization: Sendable, Hashable {
  enum Kind: Sendable, Hashable {
    /// Mean 0 and variance g² / n, or 2 g² / (n + m).
    case scaled(Distribution, Fan, Gain)
    case uniform(bound: Float)
    case normal(standardDeviation: Float)
    case truncatedNormal(standardDeviation: Float)
    case orthogonal(Gain)
    case constant(Float)
    /// These numbers, in row-major order.
    case numbers([Float])
  }

  enum Distribution: Sendable, Hashable { case uniform, normal }

  enum Fan: Sendable, Hashable { case inputs, both }

  let kind: Kind

  /// Uniform in ±√(6 / n): keeps the variance of activations through layers of relu.
  ///
  /// Source: He, Zhang, Ren, Sun, "Delving deep into rectifiers", ICCV 2015.
  public static let kaimingUniform = kaimingUniform(for: .relu)
  /// Normal with standard deviation √(2 / n); same source.
  public static let kaimingNormal = kaimingNormal(for: .relu)
  /// Uniform in ±√(6 / (n + m)): for linear layers, and halfway between keeping the variance of
  /// activations and that of gradients.
  ///
  /// Source: Glorot, Bengio, "Understanding the difficulty of training deep feedforward neural
  /// networks", AISTATS 2010.
  public static let xavierUniform = xavierUniform(for: .linear)
  /// Normal with standard deviation √(2 / (n + m)); same source.
  public static let xavierNormal = xavierNormal(for: .linear)
  /// A matrix with orthonormal rows or columns, whichever are fewer: see ``orthogonal(for:)``.
  public static let orthogonal = orthogonal(for: .linear)
  /// All elements 0.
  public static let zeros = constant(0)

  /// Uniform in ±g √(3 / n).
  public static func kaimingUniform(for gain: Gain) -> Initialization {
    Initialization(kind: .scaled(.uniform, .inputs, gain))
  }

  /// Normal with standard deviation g / √n.
  public static func kaimingNormal(for gain: Gain) -> Initialization {
    Initialization(kind: .scaled(.normal, .inputs, gain))
  }

  /// Uniform in ±g √(6 / (n + m)).
  public static func xavierUniform(for gain: Gain) -> Initialization {
    Initialization(kind: .scaled(.uniform, .both, gain))
  }

  /// Normal with standard deviation g √(2 / (n + m)).
  public static func xavierNormal(for gain: Gain) -> Initialization {
    Initialization(kind: .scaled(.normal, .both, gain))
  }

  /// g Q, where the rows or the columns of Q, whichever are fewer, have length 1 and right angles:
  /// a layer that changes no length, or as few as possible. Any Q is as likely as any other. Of
  /// more than two axes, the last one counts as columns and the others together as rows.
  ///
  /// The work grows with the number of elements times that of the rows or columns, whichever are
  /// fewer. A mistake for a parameter of fewer than two axes.
  ///
  /// ```swift
  /// let q = Parameter(shape: [3, 2], .orthogonal).initialized(seed: 7).value
  /// print((q.transposed() • q).isClose(to: [[1, 0], [0, 1]], absoluteTolerance: 1e-6))   // true
  /// ```
  ///
  /// Source: Saxe, McClelland, Ganguli, "Exact solutions to the nonlinear dynamics of learning in
  /// deep linear neural networks", ICLR 2014.
  public static func orthogonal(for gain: Gain) -> Initialization {
    Initialization(kind: .orthogonal(gain))
  }

  /// Uniform in ±bound; 0 where the bound is 0.
  public static func uniform(bound: Float) -> Initialization {
    Initialization(kind: .uniform(bound: bound))
  }

  /// Normal with mean 0.
  public static func normal(standardDeviation: Float) -> Initialization {
    Initialization(kind: .normal(standardDeviation: standardDeviation))
  }

  /// Normal with mean 0, without the tails beyond two deviations of the curve. What is left is
  /// stretched by 1.137, so that the numbers have the standard deviation that is asked for; none is
  /// further from 0 than 2.274 times it.
  public static func truncatedNormal(standardDeviation: Float) -> Initialization {
    Initialization(kind: .truncatedNormal(standardDeviation: standardDeviation))
  }

  /// All elements equal.
  public static func constant(_ number: Float) -> Initialization {
    Initialization(kind: .constant(number))
  }

  /// Finds what cannot be the start of a parameter of this shape.
  ///
  /// - Parameter operation: what the user called.
  func check(for shape: Shape, in operation: String) throws(Mistake) {
    try checkCountable(shape, in: operation)
    func check(_ number: Float, from least: Float = 0, _ name: String) throws(Mistake) {
      if number.isFinite, number >= least { return }
      throw Mistake(
        operation, "the initialization has \(name) of \(number)",
        fix: "use a finite number" + (least == 0 ? " of 0 or more" : ""))
    }
    switch kind {
    case .scaled(_, _, let gain): try check(gain.factor, "a gain")
    case .uniform(let bound): try check(bound, "a bound")
    case .normal(let deviation), .truncatedNormal(let deviation):
      try check(deviation, "a standard deviation")
    case .constant(let number): try check(number, from: -.infinity, "a start")
    case .numbers: break
    case .orthogonal(let gain):
      try check(gain.factor, "a gain")
      if shape.rank < 2 {
        throw Mistake(
          operation, "a parameter of shape \(shape) has no rows and columns to be orthogonal",
          fix: "use another initialization for it, such as .zeros")
      }
    }
  }

  /// The start of a parameter of this shape, a function of the key.
  package func values(_ shape: Shape, key: RandomKey) -> Tensor<Float> {
    let kernel = shape.dropLast(2).reduce(1.0) { $0 * Float($1) }
    let fanIn = max(kernel * Float(shape.suffix(2).first ?? 1), 1)
    let fanOut = max(kernel * Float(shape.last ?? 1), 1)
    func uniform(_ bound: Float) -> Tensor<Float> {
      bound == 0 ? .zeros(shape) : .uniform(shape, from: -bound, to: bound, key: key)
    }
    func normal(_ deviation: Float) -> Tensor<Float> {
      .normal(shape, standardDeviation: deviation, key: key)
    }
    switch kind {
    case .scaled(.uniform, .inputs, let gain):
      return uniform((3 * gain.squared / fanIn).squareRoot())
    case .scaled(.normal, .inputs, let gain): return normal((gain.squared / fanIn).squareRoot())
    case .scaled(.uniform, .both, let gain):
      return uniform((6 * gain.squared / (fanIn + fanOut)).squareRoot())
    case .scaled(.normal, .both, let gain):
      return normal((2 * gain.squared / (fanIn + fanOut)).squareRoot())
    case .uniform(let bound): return uniform(bound)
    case .normal(let deviation): return normal(deviation)
    case .truncatedNormal(let deviation): return .truncatedNormal(shape, deviation, key: key)
    case .orthogonal(let gain): return .orthogonal(shape, gain.factor, key: key)
    case .constant(let number): return .full(shape, number)
    case .numbers(let numbers): return Tensor(shape: shape, scalars: numbers)
    }
  }
}

extension Initialization {
  /// The numbers of a tensor. Of one that is the same everywhere, as what an optimizer keeps is at
  /// first, only that number.
  init(numbers tensor: Tensor<Float>) {
    if let number = tensor.value.numberEverywhere {
      self = .constant(Float(number))
    } else {
      kind = .numbers(tensor.scalars)
    }
  }
}

extension Value {
  /// The number that was written down for all elements.
  fileprivate var numberEverywhere: Double? {
    if case .creation(.constant(let number)) = node.operation { return number }
    if case .creation(.scalar(let number, argument: nil)) = node.operation { return number }
    if case .movement(.expand) = node.operation { return node.inputs[0].numberEverywhere }
    return nil
  }
}
