// SPDX-License-Identifier: Apache-2.0

// Tensor with tensor, element by element; shapes broadcast as in NumPy.
//
// What is written here serves generic code. For `Float` and `Double` the same operators are
// declared once more with concrete types, and those are preferred: with generic ones alone, a
// formula of a few terms takes the type checker seconds.

// The same by name, for operators that are inlined.
extension Tensor where Scalar: NumericScalar {
  @usableFromInline
  static func sum(_ x: Tensor, _ y: Tensor) -> Tensor { Tensor(x.value + y.value) }
  @usableFromInline
  static func difference(_ x: Tensor, _ y: Tensor) -> Tensor { Tensor(x.value - y.value) }
  @usableFromInline
  static func product(_ x: Tensor, _ y: Tensor) -> Tensor { Tensor(x.value * y.value) }
  @usableFromInline
  static func quotient(_ x: Tensor, _ y: Tensor) -> Tensor { Tensor(x.value / y.value) }
}

extension Tensor where Scalar: NumericScalar {
  /// z = x + y. x.g = z.g, y.g = z.g, each summed over stretched axes. Int32 wraps.
  @_disfavoredOverload
  public static func + (x: Tensor, y: Tensor) -> Tensor { Tensor(x.value + y.value) }

  /// z = x - y. x.g = z.g, y.g = -z.g. Int32 wraps.
  @_disfavoredOverload
  public static func - (x: Tensor, y: Tensor) -> Tensor { Tensor(x.value - y.value) }

  /// z = x y. x.g = z.g y, y.g = z.g x. Int32 wraps.
  @_disfavoredOverload
  public static func * (x: Tensor, y: Tensor) -> Tensor { Tensor(x.value * y.value) }

  /// z = x / y. x.g = z.g / y, y.g = -z.g z / y. Int32 truncates, and x / 0 is 0.
  @_disfavoredOverload
  public static func / (x: Tensor, y: Tensor) -> Tensor { Tensor(x.value / y.value) }

  /// y = -x. x.g = -y.g.
  @_disfavoredOverload
  public static prefix func - (x: Tensor) -> Tensor { Tensor(-x.value) }

  /// z = x + y, with one number for all elements.
  @_disfavoredOverload
  public static func + (x: Tensor, y: Scalar) -> Tensor { x + Tensor(y) }
  /// z = x + y, with one number for all elements.
  @_disfavoredOverload
  public static func + (x: Scalar, y: Tensor) -> Tensor { Tensor(x) + y }
  /// z = x - y, with one number for all elements.
  @_disfavoredOverload
  public static func - (x: Tensor, y: Scalar) -> Tensor { x - Tensor(y) }
  /// z = x - y, with one number for all elements.
  @_disfavoredOverload
  public static func - (x: Scalar, y: Tensor) -> Tensor { Tensor(x) - y }
  /// z = x y, with one number for all elements.
  @_disfavoredOverload
  public static func * (x: Tensor, y: Scalar) -> Tensor { x * Tensor(y) }
  /// z = x y, with one number for all elements.
  @_disfavoredOverload
  public static func * (x: Scalar, y: Tensor) -> Tensor { Tensor(x) * y }
  /// z = x / y, with one number for all elements.
  @_disfavoredOverload
  public static func / (x: Tensor, y: Scalar) -> Tensor { x / Tensor(y) }
  /// z = x / y, with one number for all elements.
  @_disfavoredOverload
  public static func / (x: Scalar, y: Tensor) -> Tensor { Tensor(x) / y }

  /// y = x², as x x, for each element. x.g = 2 x y.g. Int32 wraps.
  ///
  ///     print(Tensor<Float>([-3, 2]).squared())   // [9. 4.]
  public func squared() -> Tensor { Tensor(value * value) }
}

extension Tensor {
  /// True where x equals y. Between tensors `==` is not defined: it would have to read numbers.
  @_disfavoredOverload
  public static func .== (x: Tensor, y: Tensor) -> Tensor<Bool> {
    Tensor<Bool>(x.value.compared(.equal, to: y.value))
  }
  /// True where x differs from y; NaN differs from everything.
  @_disfavoredOverload
  public static func .!= (x: Tensor, y: Tensor) -> Tensor<Bool> {
    Tensor<Bool>(x.value.compared(.notEqual, to: y.value))
  }
}

extension Tensor where Scalar: NumericScalar {
  /// True where x < y; false if either is NaN.
  @_disfavoredOverload
  public static func .< (x: Tensor, y: Tensor) -> Tensor<Bool> {
    Tensor<Bool>(x.value.compared(.less, to: y.value))
  }
  /// True where x <= y; false if either is NaN.
  @_disfavoredOverload
  public static func .<= (x: Tensor, y: Tensor) -> Tensor<Bool> {
    Tensor<Bool>(x.value.compared(.lessOrEqual, to: y.value))
  }
  /// True where x > y; false if either is NaN.
  @_disfavoredOverload
  public static func .> (x: Tensor, y: Tensor) -> Tensor<Bool> {
    Tensor<Bool>(x.value.compared(.greater, to: y.value))
  }
  /// True where x >= y; false if either is NaN.
  @_disfavoredOverload
  public static func .>= (x: Tensor, y: Tensor) -> Tensor<Bool> {
    Tensor<Bool>(x.value.compared(.greaterOrEqual, to: y.value))
  }

  /// True where x < y; false if either is NaN: one number for all elements.
  @_disfavoredOverload
  public static func .< (x: Tensor, y: Scalar) -> Tensor<Bool> { x .< Tensor(y) }
  /// True where x <= y; false if either is NaN: one number for all elements.
  @_disfavoredOverload
  public static func .<= (x: Tensor, y: Scalar) -> Tensor<Bool> { x .<= Tensor(y) }
  /// True where x > y; false if either is NaN: one number for all elements.
  @_disfavoredOverload
  public static func .> (x: Tensor, y: Scalar) -> Tensor<Bool> { x .> Tensor(y) }
  /// True where x >= y; false if either is NaN: one number for all elements.
  @_disfavoredOverload
  public static func .>= (x: Tensor, y: Scalar) -> Tensor<Bool> { x .>= Tensor(y) }
  /// True where x equals y: one number for all elements.
  @_disfavoredOverload
  public static func .== (x: Tensor, y: Scalar) -> Tensor<Bool> { x .== Tensor(y) }
  /// True where x differs from y; NaN differs from everything: one number for all elements.
  @_disfavoredOverload
  public static func .!= (x: Tensor, y: Scalar) -> Tensor<Bool> { x .!= Tensor(y) }
}

extension Tensor where Scalar == Bool {
  /// True where x is false: y = not x.
  public static prefix func ! (x: Tensor) -> Tensor { Tensor(x.value.unary(.not)) }
  /// True where both x and y are. Shapes broadcast.
  ///
  ///     print(Tensor<Bool>([true, true]) .& [true, false])   // [ True False]
  public static func .& (x: Tensor, y: Tensor) -> Tensor {
    Tensor(x.value.binary(.minimum, y.value))
  }
  /// True where x is, or y, or both. Shapes broadcast.
  ///
  ///     print(Tensor<Bool>([true, false]) .| [false, false])   // [ True False]
  public static func .| (x: Tensor, y: Tensor) -> Tensor {
    Tensor(x.value.binary(.maximum, y.value))
  }
}
