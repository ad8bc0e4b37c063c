// SPDX-License-Identifier: Apache-2.0

extension TensorOperand where Scalar == Int32 {
  /// x + y, with y converted to the type of x.
  @_disfavoredOverload
  public static func + (x: Self, y: some BinaryInteger) -> Tensor<Int32> {
    x.asTensor + number(y)
  }
  /// x + y, with x converted to the type of y.
  @_disfavoredOverload
  public static func + (x: some BinaryInteger, y: Self) -> Tensor<Int32> {
    number(x) + y.asTensor
  }

  /// x - y, with y converted to the type of x.
  @_disfavoredOverload
  public static func - (x: Self, y: some BinaryInteger) -> Tensor<Int32> {
    x.asTensor - number(y)
  }
  /// x - y, with x converted to the type of y.
  @_disfavoredOverload
  public static func - (x: some BinaryInteger, y: Self) -> Tensor<Int32> {
    number(x) - y.asTensor
  }

  /// x * y, with y converted to the type of x.
  @_disfavoredOverload
  public static func * (x: Self, y: some BinaryInteger) -> Tensor<Int32> {
    x.asTensor * number(y)
  }
  /// x * y, with x converted to the type of y.
  @_disfavoredOverload
  public static func * (x: some BinaryInteger, y: Self) -> Tensor<Int32> {
    number(x) * y.asTensor
  }

  /// x / y, with y converted to the type of x.
  @_disfavoredOverload
  public static func / (x: Self, y: some BinaryInteger) -> Tensor<Int32> {
    x.asTensor / number(y)
  }
  /// x / y, with x converted to the type of y.
  @_disfavoredOverload
  public static func / (x: some BinaryInteger, y: Self) -> Tensor<Int32> {
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
