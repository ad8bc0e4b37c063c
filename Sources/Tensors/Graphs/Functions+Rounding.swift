// SPDX-License-Identifier: Apache-2.0

// Whole numbers near x, each for Float and for Double (see Functions+Exponential.swift).

/// y = the largest whole number that is not above x. No derivative: gradients are 0.
///
///     print(floor(Tensor<Float>([-1.5, 0.5, 2])))   // [-2.  0.  2.]
public func floor(_ x: Tensor<Float>) -> Tensor<Float> {
  Tensor(x.value.unary(.floor))
}

/// y = the largest whole number that is not above x. No derivative: gradients are 0.
public func floor(_ x: Tensor<Double>) -> Tensor<Double> {
  Tensor(x.value.unary(.floor))
}

/// y = the smallest whole number that is not below x. No derivative: gradients are 0.
///
///     print(ceil(Tensor<Float>([-1.5, 0.5, 2])))   // [-1.  1.  2.]
public func ceil(_ x: Tensor<Float>) -> Tensor<Float> {
  Tensor(x.value.unary(.ceil))
}

/// y = the smallest whole number that is not below x. No derivative: gradients are 0.
public func ceil(_ x: Tensor<Double>) -> Tensor<Double> {
  Tensor(x.value.unary(.ceil))
}

/// y = the whole number nearest to x; of two, the even one, as in NumPy. No derivative:
/// gradients are 0.
///
///     print(round(Tensor<Float>([-1.5, 0.5, 2.6])))   // [-2.  0.  3.]
public func round(_ x: Tensor<Float>) -> Tensor<Float> {
  Tensor(x.value.unary(.round))
}

/// y = the whole number nearest to x; of two, the even one, as in NumPy. No derivative:
/// gradients are 0.
public func round(_ x: Tensor<Double>) -> Tensor<Double> {
  Tensor(x.value.unary(.round))
}
