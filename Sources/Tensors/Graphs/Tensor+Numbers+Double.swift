// SPDX-License-Identifier: Apache-2.0

// Once for each scalar type: with results of one generic type the type checker would take the 1/2
// in `x * d + 1/2` for one of Int, which is 0.

extension TensorOperand where Scalar == Double {
  /// x + y, with y rounded to the type of x.
  @_disfavoredOverload
  public static func + (x: Self, y: some BinaryFloatingPoint) -> Tensor<Double> {
    x.asTensor + number(y)
  }
  /// x + y, with x rounded to the type of y.
  @_disfavoredOverload
  public static func + (x: some BinaryFloatingPoint, y: Self) -> Tensor<Double> {
    number(x) + y.asTensor
  }

  /// x - y, with y rounded to the type of x.
  @_disfavoredOverload
  public static func - (x: Self, y: some BinaryFloatingPoint) -> Tensor<Double> {
    x.asTensor - number(y)
  }
  /// x - y, with x rounded to the type of y.
  @_disfavoredOverload
  public static func - (x: some BinaryFloatingPoint, y: Self) -> Tensor<Double> {
    number(x) - y.asTensor
  }

  /// x * y, with y rounded to the type of x.
  @_disfavoredOverload
  public static func * (x: Self, y: some BinaryFloatingPoint) -> Tensor<Double> {
    x.asTensor * number(y)
  }
  /// x * y, with x rounded to the type of y.
  @_disfavoredOverload
  public static func * (x: some BinaryFloatingPoint, y: Self) -> Tensor<Double> {
    number(x) * y.asTensor
  }

  /// x / y, with y rounded to the type of x.
  @_disfavoredOverload
  public static func / (x: Self, y: some BinaryFloatingPoint) -> Tensor<Double> {
    x.asTensor / number(y)
  }
  /// x / y, with x rounded to the type of y.
  @_disfavoredOverload
  public static func / (x: some BinaryFloatingPoint, y: Self) -> Tensor<Double> {
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

extension TensorOperand where Scalar == Double {
  /// x + y, with y converted to the type of x.
  @_disfavoredOverload
  public static func + (x: Self, y: some BinaryInteger) -> Tensor<Double> {
    x.asTensor + number(y)
  }
  /// x + y, with x converted to the type of y.
  @_disfavoredOverload
  public static func + (x: some BinaryInteger, y: Self) -> Tensor<Double> {
    number(x) + y.asTensor
  }

  /// x - y, with y converted to the type of x.
  @_disfavoredOverload
  public static func - (x: Self, y: some BinaryInteger) -> Tensor<Double> {
    x.asTensor - number(y)
  }
  /// x - y, with x converted to the type of y.
  @_disfavoredOverload
  public static func - (x: some BinaryInteger, y: Self) -> Tensor<Double> {
    number(x) - y.asTensor
  }

  /// x * y, with y converted to the type of x.
  @_disfavoredOverload
  public static func * (x: Self, y: some BinaryInteger) -> Tensor<Double> {
    x.asTensor * number(y)
  }
  /// x * y, with x converted to the type of y.
  @_disfavoredOverload
  public static func * (x: some BinaryInteger, y: Self) -> Tensor<Double> {
    number(x) * y.asTensor
  }

  /// x / y, with y converted to the type of x.
  @_disfavoredOverload
  public static func / (x: Self, y: some BinaryInteger) -> Tensor<Double> {
    x.asTensor / number(y)
  }
  /// x / y, with x converted to the type of y.
  @_disfavoredOverload
  public static func / (x: some BinaryInteger, y: Self) -> Tensor<Double> {
    number(x) / y.asTensor
  }
}
