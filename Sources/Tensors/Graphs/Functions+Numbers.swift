// SPDX-License-Identifier: Apache-2.0

// Functions of a tensor and a number of any type. The tensors are no literals (see
// `TensorOperand`): in `pow(0.9, t)` the 0.9 is a number. That is why `pow` has no concrete forms
// for them: they cost a formula with Foundation's `pow` a second.

/// x^y, with y rounded to the type of x.
@_disfavoredOverload
public func pow<X: TensorOperand>(
  _ x: X, _ y: some BinaryFloatingPoint
) -> X where X.Scalar: FloatingPointScalar {
  X(asTensor: pow(x.asTensor, X.number(y)))
}

/// x^y, with x rounded to the type of y.
@_disfavoredOverload
public func pow<Y: TensorOperand>(
  _ x: some BinaryFloatingPoint, _ y: Y
) -> Y where Y.Scalar: FloatingPointScalar {
  Y(asTensor: pow(Y.number(x), y.asTensor))
}

/// The larger of x and y, with y rounded to the type of x.
@_disfavoredOverload
public func maximum<X: TensorOperand>(
  _ x: X, _ y: some BinaryFloatingPoint
) -> X where X.Scalar: FloatingPointScalar {
  X(asTensor: maximum(x.asTensor, X.number(y)))
}

/// The larger of x and y, with x rounded to the type of y.
@_disfavoredOverload
public func maximum<Y: TensorOperand>(
  _ x: some BinaryFloatingPoint, _ y: Y
) -> Y where Y.Scalar: FloatingPointScalar {
  Y(asTensor: maximum(Y.number(x), y.asTensor))
}

/// The larger of x and y, with y converted to the type of x.
@_disfavoredOverload
public func maximum<X: TensorOperand>(
  _ x: X, _ y: some BinaryInteger
) -> X where X.Scalar == Int32 {
  X(asTensor: maximum(x.asTensor, X.number(y)))
}

/// The larger of x and y, with x converted to the type of y.
@_disfavoredOverload
public func maximum<Y: TensorOperand>(
  _ x: some BinaryInteger, _ y: Y
) -> Y where Y.Scalar == Int32 {
  Y(asTensor: maximum(Y.number(x), y.asTensor))
}

/// The smaller of x and y, with y rounded to the type of x.
@_disfavoredOverload
public func minimum<X: TensorOperand>(
  _ x: X, _ y: some BinaryFloatingPoint
) -> X where X.Scalar: FloatingPointScalar {
  X(asTensor: minimum(x.asTensor, X.number(y)))
}

/// The smaller of x and y, with x rounded to the type of y.
@_disfavoredOverload
public func minimum<Y: TensorOperand>(
  _ x: some BinaryFloatingPoint, _ y: Y
) -> Y where Y.Scalar: FloatingPointScalar {
  Y(asTensor: minimum(Y.number(x), y.asTensor))
}

/// The smaller of x and y, with y converted to the type of x.
@_disfavoredOverload
public func minimum<X: TensorOperand>(
  _ x: X, _ y: some BinaryInteger
) -> X where X.Scalar == Int32 {
  X(asTensor: minimum(x.asTensor, X.number(y)))
}

/// The smaller of x and y, with x converted to the type of y.
@_disfavoredOverload
public func minimum<Y: TensorOperand>(
  _ x: some BinaryInteger, _ y: Y
) -> Y where Y.Scalar == Int32 {
  Y(asTensor: minimum(Y.number(x), y.asTensor))
}

/// x where the condition holds, else y, rounded to the type of x.
@_disfavoredOverload
public func select<X: TensorOperand>(
  _ condition: Tensor<Bool>, _ x: X, _ y: some BinaryFloatingPoint,
  file: StaticString = #fileID, line: UInt = #line
) -> X where X.Scalar: FloatingPointScalar {
  X(asTensor: select(condition, x.asTensor, X.number(y), file: file, line: line))
}

/// x, rounded to the type of y, where the condition holds, else y.
@_disfavoredOverload
public func select<Y: TensorOperand>(
  _ condition: Tensor<Bool>, _ x: some BinaryFloatingPoint, _ y: Y,
  file: StaticString = #fileID, line: UInt = #line
) -> Y where Y.Scalar: FloatingPointScalar {
  Y(asTensor: select(condition, Y.number(x), y.asTensor, file: file, line: line))
}

/// x where the condition holds, else y, converted to the type of x.
@_disfavoredOverload
public func select<X: TensorOperand>(
  _ condition: Tensor<Bool>, _ x: X, _ y: some BinaryInteger,
  file: StaticString = #fileID, line: UInt = #line
) -> X where X.Scalar: NumericScalar {
  X(asTensor: select(condition, x.asTensor, X.number(y), file: file, line: line))
}

/// x, converted to the type of y, where the condition holds, else y.
@_disfavoredOverload
public func select<Y: TensorOperand>(
  _ condition: Tensor<Bool>, _ x: some BinaryInteger, _ y: Y,
  file: StaticString = #fileID, line: UInt = #line
) -> Y where Y.Scalar: NumericScalar {
  Y(asTensor: select(condition, Y.number(x), y.asTensor, file: file, line: line))
}
