// SPDX-License-Identifier: Apache-2.0

// Functions that look at signs and at which number is larger, each for every type that has them (see
// Functions+Exponential.swift).

/// y = |x|. x.g = y.g sign(x), 0 at 0.
public func abs(_ x: Tensor<Float>) -> Tensor<Float> {
  Tensor(x.value.unary(.absolute))
}

/// y = |x|. x.g = y.g sign(x), 0 at 0.
public func abs(_ x: Tensor<Double>) -> Tensor<Double> {
  Tensor(x.value.unary(.absolute))
}

/// y = |x|. No derivative.
public func abs(_ x: Tensor<Int32>) -> Tensor<Int32> { Tensor(x.value.unary(.absolute)) }

/// y = -1, 0 or 1; NaN for NaN. No derivative.
public func sign(_ x: Tensor<Float>) -> Tensor<Float> {
  Tensor(x.value.unary(.sign))
}

/// y = -1, 0 or 1; NaN for NaN. No derivative.
public func sign(_ x: Tensor<Double>) -> Tensor<Double> {
  Tensor(x.value.unary(.sign))
}

/// y = -1, 0 or 1. No derivative.
public func sign(_ x: Tensor<Int32>) -> Tensor<Int32> { Tensor(x.value.unary(.sign)) }

/// y = x where x > 0, else 0; NaN for NaN. x.g = y.g where x > 0, else 0 (also at 0); NaN for NaN.
///
///     print(relu(Tensor<Float>([-1, 2])))   // [0. 2.]
public func relu(_ x: Tensor<Float>) -> Tensor<Float> {
  Tensor(x.value.unary(.relu))
}

/// y = x where x > 0, else 0; NaN for NaN. x.g = y.g where x > 0, else 0 (also at 0); NaN for NaN.
public func relu(_ x: Tensor<Double>) -> Tensor<Double> {
  Tensor(x.value.unary(.relu))
}

@_disfavoredOverload
package func relu<Scalar: FloatingPointScalar>(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
  Tensor(x.value.unary(.relu))
}

/// z = the larger of x and y; NaN if either is. The larger one gets z.g, equal ones half each; both
/// get NaN where z is.
@_disfavoredOverload
public func maximum(_ x: Tensor<Float>, _ y: Tensor<Float>) -> Tensor<Float> {
  Tensor(x.value.binary(.maximum, y.value))
}

/// z = the larger of x and y; NaN if either is. The larger one gets z.g, equal ones half each; both
/// get NaN where z is.
@_disfavoredOverload
public func maximum(_ x: Tensor<Double>, _ y: Tensor<Double>) -> Tensor<Double> {
  Tensor(x.value.binary(.maximum, y.value))
}

/// z = the larger of x and y. No derivative.
@_disfavoredOverload
public func maximum(_ x: Tensor<Int32>, _ y: Tensor<Int32>) -> Tensor<Int32> {
  Tensor(x.value.binary(.maximum, y.value))
}

@_disfavoredOverload
package func maximum<Scalar: NumericScalar>(
  _ x: Tensor<Scalar>, _ y: Tensor<Scalar>
) -> Tensor<Scalar> {
  Tensor(x.value.binary(.maximum, y.value))
}

/// z = the smaller of x and y; NaN if either is. The smaller one gets z.g, equal ones half each; both
/// get NaN where z is.
@_disfavoredOverload
public func minimum(_ x: Tensor<Float>, _ y: Tensor<Float>) -> Tensor<Float> {
  Tensor(x.value.binary(.minimum, y.value))
}

/// z = the smaller of x and y; NaN if either is. The smaller one gets z.g, equal ones half each; both
/// get NaN where z is.
@_disfavoredOverload
public func minimum(_ x: Tensor<Double>, _ y: Tensor<Double>) -> Tensor<Double> {
  Tensor(x.value.binary(.minimum, y.value))
}

/// z = the smaller of x and y. No derivative.
@_disfavoredOverload
public func minimum(_ x: Tensor<Int32>, _ y: Tensor<Int32>) -> Tensor<Int32> {
  Tensor(x.value.binary(.minimum, y.value))
}

@_disfavoredOverload
package func minimum<Scalar: NumericScalar>(
  _ x: Tensor<Scalar>, _ y: Tensor<Scalar>
) -> Tensor<Scalar> {
  Tensor(x.value.binary(.minimum, y.value))
}
