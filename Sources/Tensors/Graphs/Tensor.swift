// SPDX-License-Identifier: Apache-2.0

/// An n-dimensional array of numbers that remembers how to compute itself.
///
/// Operations on tensors compute nothing: they write a graph down and check its shapes. Reading
/// numbers (`scalars`, `print`, `Float(loss)`, `evaluate`) plans the graph and runs it. The history
/// stays, so gradients can be taken before or after the numbers are known.
///
/// ```swift
/// let x: Tensor<Float> = [[1, 2], [3, 4]]
/// let y = (x * x).sum(along: 1)
/// print(y)   // [ 5. 25.]
/// ```
///
/// **What a tensor holds.** Its history: whoever keeps a loss keeps the graph below it with all
/// leaves, and a sum that grows in a loop keeps every term, whether numbers have been read or not.
/// Keep the number, `Float(loss)`, or end the history: `minimize(loss)` does so for its loss, and
/// `detached()` for a tensor whose numbers are then read.
///
/// ```swift
/// var total: Tensor<Float> = 0
/// for k in 1...3 {
///   total = (total + Float(k)).detached()
///   evaluate(total)   // what it was computed from can go
/// }
/// print(total)   // 6.0
/// ```
///
/// **Threads.** A tensor is a value and never changes: any number of threads may read it, compute
/// with it and ask for its numbers at the same time. One exception: while one thread is in
/// `minimize(loss)`, others must not use `loss` itself.
public struct Tensor<Scalar: TensorScalar>: Sendable {
  package let value: Value

  /// The typed face of a value, whose element type must be that of `Scalar`.
  package init(_ value: Value) { self.value = value }

  /// The extents, outermost axis first.
  public var shape: Shape { value.shape }

  /// The number of axes.
  public var rank: Int { value.rank }

  /// The number of elements.
  public var elementCount: Int { value.shape.elementCount }

  /// The same tensor under a name that error messages and derivations use. x.g = y.g.
  ///
  ///     print(Tensor<Float>([1, 2]).named("x"))   // [1. 2.]
  public func named(_ name: String) -> Tensor { Tensor(value.named(name)) }

  /// The same numbers without their history: derivatives end here, and what the numbers were
  /// computed from can be released as soon as they are known (not before: `evaluate` it in a loop).
  public func detached() -> Tensor { Tensor(value.detached()) }

  /// The same tensor, as one of its own: what a layer that does nothing gives.
  package func unchanged(by function: String) -> Tensor {
    Tensor(value.distinct(from: value, by: function))
  }
}

extension Tensor: ExpressibleByIntegerLiteral where Scalar: NumericScalar {
  /// A scalar. A number in a formula stretches to whatever it meets.
  public init(integerLiteral number: Int) {
    self.init(Value.constant(Double(number), Scalar.elementType))
  }
}

extension Tensor: ExpressibleByFloatLiteral where Scalar: FloatingPointScalar {
  /// A scalar. A number in a formula stretches to whatever it meets.
  public init(floatLiteral number: Double) {
    self.init(Value.constant(number, Scalar.elementType))
  }
}

extension Tensor: ExpressibleByBooleanLiteral where Scalar == Bool {
  /// A scalar.
  public init(booleanLiteral truth: Bool) {
    self.init(Value.constant(truth ? 1 : 0, .bool))
  }
}
