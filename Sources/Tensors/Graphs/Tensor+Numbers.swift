// SPDX-License-Identifier: Apache-2.0

// A variable of another type than the tensor's numbers: `let rate = 0.1` beside a `Tensor<Float>`.

/// A tensor as an operand; `Tensor` alone conforms.
///
/// Beside it numbers of any type can stand. They are converted to the type of the tensor with their
/// value, and rounded where it does not hold them: with x a `Tensor<Float>` and d a `Double`,
/// `x * d` is `x * Float(d)`. Comparisons, powers and extremes of Float and Double take no Int:
/// write `x .> Float(n)`. An Int there would make `pow(x, 1/3)` a power of 0, the 1/3 of Int.
///
///     let x: Tensor<Float> = [1, 2], rate = 0.1, n = 2
///     print(x - rate * x / n)   // [0.95 1.9 ]
///
/// In the closure of a function whose argument types are open, as those of Swift's `map` are, a
/// quotient of two whole literals is one of Int, as `let half = 1 / 2` is: `xs.map { $0 * (1 / 2)
/// }` multiplies by 0. Write `0.5`, `$0 / 2`, or the type: `{ (x: Tensor<Float>) in x * (1 / 2) }`.
///
/// Such an operand is generic, so it is never a literal: in `1 - d` both are numbers, and the type
/// checker tries no tensors there.
public protocol TensorOperand<Scalar> {
  /// The type of its elements.
  associatedtype Scalar: TensorScalar
  /// The tensor itself.
  var asTensor: Tensor<Scalar> { get }
  /// The tensor itself.
  init(asTensor: Tensor<Scalar>)
}

extension Tensor: TensorOperand {
  /// The tensor itself.
  @inlinable
  public var asTensor: Tensor { self }
  /// The tensor itself.
  public init(asTensor tensor: Tensor) { self = tensor }
}

extension TensorOperand where Scalar: FloatingPointScalar {
  static func number(_ number: some BinaryFloatingPoint) -> Tensor<Scalar> {
    Tensor<Scalar>(Scalar(number))
  }
}

extension TensorOperand where Scalar: NumericScalar {
  static func number(_ number: some BinaryInteger) -> Tensor<Scalar> {
    Tensor<Scalar>(Value.constant(Double(number), Scalar.elementType))
  }
}
