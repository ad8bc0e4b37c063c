// SPDX-License-Identifier: Apache-2.0

// The logistic function, its integral and its logarithm, each for Float and for Double (see
// Functions+Exponential.swift). Nothing overflows, from -infinity to infinity.

/// y = 1 / (1 + e^-x), within 2.5 units in the last place. x.g = y.g σ(x) σ(-x), which is not 0
/// where y rounds to 1.
///
///     print(sigmoid(Tensor<Float>([-1, 0, 100])))   // [0.26894143 0.5        1.        ]
public func sigmoid(_ x: Tensor<Float>) -> Tensor<Float> {
  Tensor(x.value.unary(.sigmoid))
}

/// y = 1 / (1 + e^-x), within 2.5 units in the last place. x.g = y.g σ(x) σ(-x), which is not 0
/// where y rounds to 1.
public func sigmoid(_ x: Tensor<Double>) -> Tensor<Double> {
  Tensor(x.value.unary(.sigmoid))
}

@_disfavoredOverload
package func sigmoid<Scalar: FloatingPointScalar>(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
  Tensor(x.value.unary(.sigmoid))
}

/// y = ln (1 + e^x), within 1.8 units in the last place. x.g = y.g / (1 + e^-x).
///
///     print(softplus(Tensor<Float>([-1, 0, 100])))   // [  0.3132617   0.6931472 100.       ]
public func softplus(_ x: Tensor<Float>) -> Tensor<Float> {
  Tensor(x.value.unary(.softplus))
}

/// y = ln (1 + e^x), within 1.8 units in the last place. x.g = y.g / (1 + e^-x).
public func softplus(_ x: Tensor<Double>) -> Tensor<Double> {
  Tensor(x.value.unary(.softplus))
}

@_disfavoredOverload
package func softplus<Scalar: FloatingPointScalar>(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
  Tensor(x.value.unary(.softplus))
}

/// y = ln (1 / (1 + e^-x)) = -softplus(-x), within 1.8 units in the last place.
/// x.g = y.g / (1 + e^x).
///
///     print(logSigmoid(Tensor<Float>([-100, 0, 1])))   // [-100.          -0.6931472   -0.3132617]
public func logSigmoid(_ x: Tensor<Float>) -> Tensor<Float> {
  Tensor(-(-x.value).unary(.softplus))
}

/// y = ln (1 / (1 + e^-x)) = -softplus(-x), within 1.8 units in the last place.
/// x.g = y.g / (1 + e^x).
public func logSigmoid(_ x: Tensor<Double>) -> Tensor<Double> {
  Tensor(-(-x.value).unary(.softplus))
}

@_disfavoredOverload
package func logSigmoid<Scalar: FloatingPointScalar>(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
  Tensor(-(-x.value).unary(.softplus))
}
