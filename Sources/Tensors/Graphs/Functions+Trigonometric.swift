// SPDX-License-Identifier: Apache-2.0

// See Functions+Exponential.swift for why each stands here for Float and for Double.

/// y = sin x, x in radians, however large: NaN for infinity. x.g = y.g cos x.
///
///     print(sin(Tensor<Float>([0, 1])))   // [0.         0.84147096]
public func sin(_ x: Tensor<Float>) -> Tensor<Float> {
  Tensor(x.value.unary(.sin))
}

/// y = sin x, x in radians, however large: NaN for infinity. x.g = y.g cos x.
public func sin(_ x: Tensor<Double>) -> Tensor<Double> {
  Tensor(x.value.unary(.sin))
}

/// y = cos x, x in radians, however large: NaN for infinity. x.g = -y.g sin x.
///
///     print(cos(Tensor<Float>([0, 1])))   // [1.        0.5403023]
public func cos(_ x: Tensor<Float>) -> Tensor<Float> {
  Tensor(x.value.unary(.cos))
}

/// y = cos x, x in radians, however large: NaN for infinity. x.g = -y.g sin x.
public func cos(_ x: Tensor<Double>) -> Tensor<Double> {
  Tensor(x.value.unary(.cos))
}
