// SPDX-License-Identifier: Apache-2.0

// A variable of another type than the tensor's numbers: `let rate = 0.1` beside a `Tensor<Float>`.

/// A tensor as an operand; `Tensor` alone conforms.
///
/// Beside numbers of other types than its own, an operand is generic, so that it cannot be a literal:
/// `1 - d` with a `Double` stays a `Double`, and the type checker tries no tensors for the 1.
public protocol TensorOperand<Scalar> {
  /// The type of its elements.
  associatedtype Scalar: TensorScalar
  /// The tensor itself.
  var asTensor: Tensor<Scalar> { get }
}

extension Tensor: TensorOperand {
  /// The tensor itself.
  public var asTensor: Tensor { self }
}

extension TensorOperand where Scalar: FloatingPointScalar {
  static func number(_ number: some BinaryFloatingPoint) -> Tensor<Scalar> {
    Tensor<Scalar>(Scalar(number))
  }

  /// x + y, with y rounded to the type of x.
  @_disfavoredOverload
  public static func + (x: Self, y: some BinaryFloatingPoint) -> Tensor<Scalar> {
    x.asTensor + number(y)
  }
  /// x + y, with x rounded to the type of y.
  @_disfavoredOverload
  public static func + (x: some BinaryFloatingPoint, y: Self) -> Tensor<Scalar> {
    number(x) + y.asTensor
  }

  /// x - y, with y rounded to the type of x.
  @_disfavoredOverload
  public static func - (x: Self, y: some BinaryFloatingPoint) -> Tensor<Scalar> {
    x.asTensor - number(y)
  }
  /// x - y, with x rounded to the type of y.
  @_disfavoredOverload
  public static func - (x: some BinaryFloatingPoint, y: Self) -> Tensor<Scalar> {
    number(x) - y.asTensor
  }

  /// x * y, with y rounded to the type of x.
  @_disfavoredOverload
  public static func * (x: Self, y: some BinaryFloatingPoint) -> Tensor<Scalar> {
    x.asTensor * number(y)
  }
  /// x * y, with x rounded to the type of y.
  @_disfavoredOverload
  public static func * (x: some BinaryFloatingPoint, y: Self) -> Tensor<Scalar> {
    number(x) * y.asTensor
  }

  /// x / y, with y rounded to the type of x.
  @_disfavoredOverload
  public static func / (x: Self, y: some BinaryFloatingPoint) -> Tensor<Scalar> {
    x.asTensor / number(y)
  }
  /// x / y, with x rounded to the type of y.
  @_disfavoredOverload
  public static func / (x: some BinaryFloatingPoint, y: Self) -> Tensor<Scalar> {
    number(x) / y.asTensor
  }

  /// x .== y, with y rounded to the type of x.
  @_disfavoredOverload
  public static func .== (x: Self, y: some BinaryFloatingPoint) -> Tensor<Bool> {
    x.asTensor .== number(y)
  }
  /// x .== y, with x rounded to the type of y.
  @_disfavoredOverload
  public static func .== (x: some BinaryFloatingPoint, y: Self) -> Tensor<Bool> {
    number(x) .== y.asTensor
  }

  /// x .!= y, with y rounded to the type of x.
  @_disfavoredOverload
  public static func .!= (x: Self, y: some BinaryFloatingPoint) -> Tensor<Bool> {
    x.asTensor .!= number(y)
  }
  /// x .!= y, with x rounded to the type of y.
  @_disfavoredOverload
  public static func .!= (x: some BinaryFloatingPoint, y: Self) -> Tensor<Bool> {
    number(x) .!= y.asTensor
  }

  /// x .< y, with y rounded to the type of x.
  @_disfavoredOverload
  public static func .< (x: Self, y: some BinaryFloatingPoint) -> Tensor<Bool> {
    x.asTensor .< number(y)
  }
  /// x .< y, with x rounded to the type of y.
  @_disfavoredOverload
  public static func .< (x: some BinaryFloatingPoint, y: Self) -> Tensor<Bool> {
    number(x) .< y.asTensor
  }

  /// x .<= y, with y rounded to the type of x.
  @_disfavoredOverload
  public static func .<= (x: Self, y: some BinaryFloatingPoint) -> Tensor<Bool> {
    x.asTensor .<= number(y)
  }
  /// x .<= y, with x rounded to the type of y.
  @_disfavoredOverload
  public static func .<= (x: some BinaryFloatingPoint, y: Self) -> Tensor<Bool> {
    number(x) .<= y.asTensor
  }

  /// x .> y, with y rounded to the type of x.
  @_disfavoredOverload
  public static func .> (x: Self, y: some BinaryFloatingPoint) -> Tensor<Bool> {
    x.asTensor .> number(y)
  }
  /// x .> y, with x rounded to the type of y.
  @_disfavoredOverload
  public static func .> (x: some BinaryFloatingPoint, y: Self) -> Tensor<Bool> {
    number(x) .> y.asTensor
  }

  /// x .>= y, with y rounded to the type of x.
  @_disfavoredOverload
  public static func .>= (x: Self, y: some BinaryFloatingPoint) -> Tensor<Bool> {
    x.asTensor .>= number(y)
  }
  /// x .>= y, with x rounded to the type of y.
  @_disfavoredOverload
  public static func .>= (x: some BinaryFloatingPoint, y: Self) -> Tensor<Bool> {
    number(x) .>= y.asTensor
  }
}

extension TensorOperand where Scalar: NumericScalar {
  static func number(_ number: some BinaryInteger) -> Tensor<Scalar> {
    Tensor<Scalar>(Value.constant(Double(number), Scalar.elementType))
  }

  /// x + y, with y converted to the type of x.
  @_disfavoredOverload
  public static func + (x: Self, y: some BinaryInteger) -> Tensor<Scalar> {
    x.asTensor + number(y)
  }
  /// x + y, with x converted to the type of y.
  @_disfavoredOverload
  public static func + (x: some BinaryInteger, y: Self) -> Tensor<Scalar> {
    number(x) + y.asTensor
  }

  /// x - y, with y converted to the type of x.
  @_disfavoredOverload
  public static func - (x: Self, y: some BinaryInteger) -> Tensor<Scalar> {
    x.asTensor - number(y)
  }
  /// x - y, with x converted to the type of y.
  @_disfavoredOverload
  public static func - (x: some BinaryInteger, y: Self) -> Tensor<Scalar> {
    number(x) - y.asTensor
  }

  /// x * y, with y converted to the type of x.
  @_disfavoredOverload
  public static func * (x: Self, y: some BinaryInteger) -> Tensor<Scalar> {
    x.asTensor * number(y)
  }
  /// x * y, with x converted to the type of y.
  @_disfavoredOverload
  public static func * (x: some BinaryInteger, y: Self) -> Tensor<Scalar> {
    number(x) * y.asTensor
  }

  /// x / y, with y converted to the type of x.
  @_disfavoredOverload
  public static func / (x: Self, y: some BinaryInteger) -> Tensor<Scalar> {
    x.asTensor / number(y)
  }
  /// x / y, with x converted to the type of y.
  @_disfavoredOverload
  public static func / (x: some BinaryInteger, y: Self) -> Tensor<Scalar> {
    number(x) / y.asTensor
  }

  /// x .== y, with y converted to the type of x.
  @_disfavoredOverload
  public static func .== (x: Self, y: some BinaryInteger) -> Tensor<Bool> {
    x.asTensor .== number(y)
  }
  /// x .== y, with x converted to the type of y.
  @_disfavoredOverload
  public static func .== (x: some BinaryInteger, y: Self) -> Tensor<Bool> {
    number(x) .== y.asTensor
  }

  /// x .!= y, with y converted to the type of x.
  @_disfavoredOverload
  public static func .!= (x: Self, y: some BinaryInteger) -> Tensor<Bool> {
    x.asTensor .!= number(y)
  }
  /// x .!= y, with x converted to the type of y.
  @_disfavoredOverload
  public static func .!= (x: some BinaryInteger, y: Self) -> Tensor<Bool> {
    number(x) .!= y.asTensor
  }

  /// x .< y, with y converted to the type of x.
  @_disfavoredOverload
  public static func .< (x: Self, y: some BinaryInteger) -> Tensor<Bool> {
    x.asTensor .< number(y)
  }
  /// x .< y, with x converted to the type of y.
  @_disfavoredOverload
  public static func .< (x: some BinaryInteger, y: Self) -> Tensor<Bool> {
    number(x) .< y.asTensor
  }

  /// x .<= y, with y converted to the type of x.
  @_disfavoredOverload
  public static func .<= (x: Self, y: some BinaryInteger) -> Tensor<Bool> {
    x.asTensor .<= number(y)
  }
  /// x .<= y, with x converted to the type of y.
  @_disfavoredOverload
  public static func .<= (x: some BinaryInteger, y: Self) -> Tensor<Bool> {
    number(x) .<= y.asTensor
  }

  /// x .> y, with y converted to the type of x.
  @_disfavoredOverload
  public static func .> (x: Self, y: some BinaryInteger) -> Tensor<Bool> {
    x.asTensor .> number(y)
  }
  /// x .> y, with x converted to the type of y.
  @_disfavoredOverload
  public static func .> (x: some BinaryInteger, y: Self) -> Tensor<Bool> {
    number(x) .> y.asTensor
  }

  /// x .>= y, with y converted to the type of x.
  @_disfavoredOverload
  public static func .>= (x: Self, y: some BinaryInteger) -> Tensor<Bool> {
    x.asTensor .>= number(y)
  }
  /// x .>= y, with x converted to the type of y.
  @_disfavoredOverload
  public static func .>= (x: some BinaryInteger, y: Self) -> Tensor<Bool> {
    number(x) .>= y.asTensor
  }
}
