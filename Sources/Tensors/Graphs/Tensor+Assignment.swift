// SPDX-License-Identifier: Apache-2.0

// Arithmetic that gives a variable a new tensor. A tensor itself never changes: who has the old one
// keeps it, and gradients go through both.
//
// For `Float` and `Double` there are concrete forms, which are preferred: with generic ones alone
// the type checker would take the 1/2 in `x *= 1/2` for one of Int, which is 0.

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
  @_disfavoredOverload
  public static func += (x: inout Tensor, y: Scalar) { x = x + y }
  /// x = x + y, with y converted to the type of x.
  @_disfavoredOverload
  public static func += (x: inout Tensor, y: some BinaryInteger) { x = x + number(y) }

  /// x = x - y: see `-`.
  @_disfavoredOverload
  public static func -= (x: inout Tensor, y: Tensor) { x = x - y }
  /// x = x - y, with one number for all elements.
  @_disfavoredOverload
  public static func -= (x: inout Tensor, y: Scalar) { x = x - y }
  /// x = x - y, with y converted to the type of x.
  @_disfavoredOverload
  public static func -= (x: inout Tensor, y: some BinaryInteger) { x = x - number(y) }

  /// x = x y: see `*`.
  @_disfavoredOverload
  public static func *= (x: inout Tensor, y: Tensor) { x = x * y }
  /// x = x y, with one number for all elements.
  @_disfavoredOverload
  public static func *= (x: inout Tensor, y: Scalar) { x = x * y }
  /// x = x y, with y converted to the type of x.
  @_disfavoredOverload
  public static func *= (x: inout Tensor, y: some BinaryInteger) { x = x * number(y) }

  /// x = x / y: see `/`.
  @_disfavoredOverload
  public static func /= (x: inout Tensor, y: Tensor) { x = x / y }
  /// x = x / y, with one number for all elements.
  @_disfavoredOverload
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

extension Tensor where Scalar == Float {
  /// x = x + y, with one number for all elements.
  public static func += (x: inout Tensor, y: Float) { x = x + y }
  /// x = x - y, with one number for all elements.
  public static func -= (x: inout Tensor, y: Float) { x = x - y }
  /// x = x y, with one number for all elements.
  public static func *= (x: inout Tensor, y: Float) { x = x * y }
  /// x = x / y, with one number for all elements.
  public static func /= (x: inout Tensor, y: Float) { x = x / y }
}

extension Tensor where Scalar == Double {
  /// x = x + y, with one number for all elements.
  public static func += (x: inout Tensor, y: Double) { x = x + y }
  /// x = x - y, with one number for all elements.
  public static func -= (x: inout Tensor, y: Double) { x = x - y }
  /// x = x y, with one number for all elements.
  public static func *= (x: inout Tensor, y: Double) { x = x * y }
  /// x = x / y, with one number for all elements.
  public static func /= (x: inout Tensor, y: Double) { x = x / y }
}
