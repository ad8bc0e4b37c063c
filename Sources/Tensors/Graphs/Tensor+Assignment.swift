// SPDX-License-Identifier: Apache-2.0

// Arithmetic that gives a variable a new tensor. A tensor itself never changes: who has the old one
// keeps it, and gradients go through both.

extension Tensor where Scalar: NumericScalar {
  /// x = x + y: see `+`.
  ///
  ///     var x: Tensor<Float> = [[1, 2], [3, 4]]
  ///     x += 1
  ///     x[0] *= 10
  ///     print(x)   // [[20. 30.]
  ///                //  [ 4.  5.]]
  @_disfavoredOverload
  public static func += (x: inout Tensor, y: Tensor) { x = x + y }
  /// x = x + y, with one number for all elements.
  public static func += (x: inout Tensor, y: Scalar) { x = x + y }
  /// x = x + y, with y converted to the type of x.
  @_disfavoredOverload
  public static func += (x: inout Tensor, y: some BinaryInteger) { x = x + number(y) }

  /// x = x - y: see `-`.
  @_disfavoredOverload
  public static func -= (x: inout Tensor, y: Tensor) { x = x - y }
  /// x = x - y, with one number for all elements.
  public static func -= (x: inout Tensor, y: Scalar) { x = x - y }
  /// x = x - y, with y converted to the type of x.
  @_disfavoredOverload
  public static func -= (x: inout Tensor, y: some BinaryInteger) { x = x - number(y) }

  /// x = x y: see `*`.
  @_disfavoredOverload
  public static func *= (x: inout Tensor, y: Tensor) { x = x * y }
  /// x = x y, with one number for all elements.
  public static func *= (x: inout Tensor, y: Scalar) { x = x * y }
  /// x = x y, with y converted to the type of x.
  @_disfavoredOverload
  public static func *= (x: inout Tensor, y: some BinaryInteger) { x = x * number(y) }

  /// x = x / y: see `/`.
  @_disfavoredOverload
  public static func /= (x: inout Tensor, y: Tensor) { x = x / y }
  /// x = x / y, with one number for all elements.
  public static func /= (x: inout Tensor, y: Scalar) { x = x / y }
  /// x = x / y, with y converted to the type of x.
  @_disfavoredOverload
  public static func /= (x: inout Tensor, y: some BinaryInteger) { x = x / number(y) }
}

extension Tensor where Scalar: FloatingPointScalar {
  /// x = x + y, with y rounded to the type of x.
  @_disfavoredOverload
  public static func += (x: inout Tensor, y: some BinaryFloatingPoint) { x = x + number(y) }
  /// x = x - y, with y rounded to the type of x.
  @_disfavoredOverload
  public static func -= (x: inout Tensor, y: some BinaryFloatingPoint) { x = x - number(y) }
  /// x = x y, with y rounded to the type of x.
  @_disfavoredOverload
  public static func *= (x: inout Tensor, y: some BinaryFloatingPoint) { x = x * number(y) }
  /// x = x / y, with y rounded to the type of x.
  @_disfavoredOverload
  public static func /= (x: inout Tensor, y: some BinaryFloatingPoint) { x = x / number(y) }
}
