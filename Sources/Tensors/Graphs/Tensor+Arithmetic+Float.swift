// SPDX-License-Identifier: Apache-2.0

// The operators of formulas with `Float`. Those between tensors that take literals are
// disfavoured, so that a number beside a tensor is a `Float` first, and no tensor of one element.
// Between tensors that are no literals stand generic ones that are not: with disfavoured ones
// alone the type checker goes on after its first solution, in a sum of products for seconds where
// `Double` is also CGFloat.

extension Value {
  fileprivate init(_ number: Float) { self = .constant(Double(number), .float) }
}

extension Tensor where Scalar == Float {
  /// y = -x. x.g = -y.g.
  public static prefix func - (x: Tensor) -> Tensor { Tensor(-x.value) }

  /// z = x + y. x.g = z.g, y.g = z.g, each summed over stretched axes.
  @_disfavoredOverload
  public static func + (x: Tensor, y: Tensor) -> Tensor { Tensor(x.value + y.value) }
  /// z = x + y, with one number for all elements.
  public static func + (x: Tensor, y: Float) -> Tensor { Tensor(x.value + Value(y)) }
  /// z = x + y, with one number for all elements.
  public static func + (x: Float, y: Tensor) -> Tensor { Tensor(Value(x) + y.value) }

  /// z = x - y. x.g = z.g, y.g = -z.g.
  @_disfavoredOverload
  public static func - (x: Tensor, y: Tensor) -> Tensor { Tensor(x.value - y.value) }
  /// z = x - y, with one number for all elements.
  public static func - (x: Tensor, y: Float) -> Tensor { Tensor(x.value - Value(y)) }
  /// z = x - y, with one number for all elements.
  public static func - (x: Float, y: Tensor) -> Tensor { Tensor(Value(x) - y.value) }

  /// z = x y. x.g = z.g y, y.g = z.g x.
  @_disfavoredOverload
  public static func * (x: Tensor, y: Tensor) -> Tensor { Tensor(x.value * y.value) }
  /// z = x y, with one number for all elements.
  public static func * (x: Tensor, y: Float) -> Tensor { Tensor(x.value * Value(y)) }
  /// z = x y, with one number for all elements.
  public static func * (x: Float, y: Tensor) -> Tensor { Tensor(Value(x) * y.value) }

  /// z = x / y. x.g = z.g / y, y.g = -z.g z / y.
  @_disfavoredOverload
  public static func / (x: Tensor, y: Tensor) -> Tensor { Tensor(x.value / y.value) }
  /// z = x / y, with one number for all elements.
  public static func / (x: Tensor, y: Float) -> Tensor { Tensor(x.value / Value(y)) }
  /// z = x / y, with one number for all elements.
  public static func / (x: Float, y: Tensor) -> Tensor { Tensor(Value(x) / y.value) }
}

extension TensorOperand where Scalar == Float {
  /// z = x + y. x.g = z.g, y.g = z.g, each summed over stretched axes.
  @inlinable
  public static func + (x: Self, y: Self) -> Tensor<Float> { .sum(x.asTensor, y.asTensor) }
  /// z = x - y. x.g = z.g, y.g = -z.g.
  @inlinable
  public static func - (x: Self, y: Self) -> Tensor<Float> { .difference(x.asTensor, y.asTensor) }
  /// z = x y. x.g = z.g y, y.g = z.g x.
  @inlinable
  public static func * (x: Self, y: Self) -> Tensor<Float> { .product(x.asTensor, y.asTensor) }
  /// z = x / y. x.g = z.g / y, y.g = -z.g z / y.
  @inlinable
  public static func / (x: Self, y: Self) -> Tensor<Float> { .quotient(x.asTensor, y.asTensor) }
}

extension Tensor where Scalar == Float {
  /// True where x equals y.
  @_disfavoredOverload
  public static func .== (x: Tensor, y: Tensor) -> Tensor<Bool> {
    Tensor<Bool>(x.value.compared(.equal, to: y.value))
  }
  /// True where x equals y.
  public static func .== (x: Tensor, y: Float) -> Tensor<Bool> {
    Tensor<Bool>(x.value.compared(.equal, to: Value(y)))
  }
  /// True where x equals y.
  public static func .== (x: Float, y: Tensor) -> Tensor<Bool> {
    Tensor<Bool>(Value(x).compared(.equal, to: y.value))
  }

  /// True where x differs from y; NaN differs from everything.
  @_disfavoredOverload
  public static func .!= (x: Tensor, y: Tensor) -> Tensor<Bool> {
    Tensor<Bool>(x.value.compared(.notEqual, to: y.value))
  }
  /// True where x differs from y; NaN differs from everything.
  public static func .!= (x: Tensor, y: Float) -> Tensor<Bool> {
    Tensor<Bool>(x.value.compared(.notEqual, to: Value(y)))
  }
  /// True where x differs from y; NaN differs from everything.
  public static func .!= (x: Float, y: Tensor) -> Tensor<Bool> {
    Tensor<Bool>(Value(x).compared(.notEqual, to: y.value))
  }

  /// True where x < y; false if either is NaN.
  @_disfavoredOverload
  public static func .< (x: Tensor, y: Tensor) -> Tensor<Bool> {
    Tensor<Bool>(x.value.compared(.less, to: y.value))
  }
  /// True where x < y; false if either is NaN.
  public static func .< (x: Tensor, y: Float) -> Tensor<Bool> {
    Tensor<Bool>(x.value.compared(.less, to: Value(y)))
  }
  /// True where x < y; false if either is NaN.
  public static func .< (x: Float, y: Tensor) -> Tensor<Bool> {
    Tensor<Bool>(Value(x).compared(.less, to: y.value))
  }

  /// True where x <= y; false if either is NaN.
  @_disfavoredOverload
  public static func .<= (x: Tensor, y: Tensor) -> Tensor<Bool> {
    Tensor<Bool>(x.value.compared(.lessOrEqual, to: y.value))
  }
  /// True where x <= y; false if either is NaN.
  public static func .<= (x: Tensor, y: Float) -> Tensor<Bool> {
    Tensor<Bool>(x.value.compared(.lessOrEqual, to: Value(y)))
  }
  /// True where x <= y; false if either is NaN.
  public static func .<= (x: Float, y: Tensor) -> Tensor<Bool> {
    Tensor<Bool>(Value(x).compared(.lessOrEqual, to: y.value))
  }

  /// True where x > y; false if either is NaN.
  @_disfavoredOverload
  public static func .> (x: Tensor, y: Tensor) -> Tensor<Bool> {
    Tensor<Bool>(x.value.compared(.greater, to: y.value))
  }
  /// True where x > y; false if either is NaN.
  public static func .> (x: Tensor, y: Float) -> Tensor<Bool> {
    Tensor<Bool>(x.value.compared(.greater, to: Value(y)))
  }
  /// True where x > y; false if either is NaN.
  public static func .> (x: Float, y: Tensor) -> Tensor<Bool> {
    Tensor<Bool>(Value(x).compared(.greater, to: y.value))
  }

  /// True where x >= y; false if either is NaN.
  @_disfavoredOverload
  public static func .>= (x: Tensor, y: Tensor) -> Tensor<Bool> {
    Tensor<Bool>(x.value.compared(.greaterOrEqual, to: y.value))
  }
  /// True where x >= y; false if either is NaN.
  public static func .>= (x: Tensor, y: Float) -> Tensor<Bool> {
    Tensor<Bool>(x.value.compared(.greaterOrEqual, to: Value(y)))
  }
  /// True where x >= y; false if either is NaN.
  public static func .>= (x: Float, y: Tensor) -> Tensor<Bool> {
    Tensor<Bool>(Value(x).compared(.greaterOrEqual, to: y.value))
  }
}
