// SPDX-License-Identifier: Apache-2.0

// What floating-point numbers can be beside numbers, for each element. None has a derivative.

extension Tensor where Scalar: FloatingPointScalar {
  /// True where x is not a number.
  ///
  ///     print(Tensor<Float>([1, .nan, .infinity]).isNaN)   // [False  True False]
  public var isNaN: Tensor<Bool> { Tensor<Bool>(value.compared(.notEqual, to: value)) }

  /// True where x is neither infinite nor NaN.
  ///
  ///     print(Tensor<Float>([1, .nan, .infinity]).isFinite)   // [ True False False]
  public var isFinite: Tensor<Bool> {
    let most = Value.constant(Scalar.elementType.greatestFiniteNumber, Scalar.elementType)
    return Tensor<Bool>(value.unary(.absolute).compared(.lessOrEqual, to: most))
  }

  /// True where x is infinite, above or below.
  ///
  ///     print(Tensor<Float>([1, .nan, .infinity]).isInfinite)   // [False False  True]
  public var isInfinite: Tensor<Bool> { Tensor<Bool>(value.unary(.absolute) .== .infinity) }
}
