// SPDX-License-Identifier: Apache-2.0

// Functions that look at signs, at which number is larger and at conditions, each for every type
// that has them (see Functions+Exponential.swift).

/// y = |x|. x.g = y.g sign(x), 0 at 0.
///
///     print(abs(Tensor<Float>([-1, 2])))   // [1. 2.]
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
///
///     print(sign(Tensor<Float>([-3, 0, 2])))   // [-1.  0.  1.]
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
/// get NaN where z is. Shapes broadcast.
///
///     print(maximum(Tensor<Float>([1, 5]), Tensor<Float>([3, 2])))   // [3. 5.]
public func maximum(_ x: Tensor<Float>, _ y: Tensor<Float>) -> Tensor<Float> {
  Tensor(x.value.binary(.maximum, y.value))
}

/// z = the larger of x and y; NaN if either is. The larger one gets z.g, equal ones half each; both
/// get NaN where z is.
public func maximum(_ x: Tensor<Double>, _ y: Tensor<Double>) -> Tensor<Double> {
  Tensor(x.value.binary(.maximum, y.value))
}

/// z = the larger of x and y. No derivative.
public func maximum(_ x: Tensor<Int32>, _ y: Tensor<Int32>) -> Tensor<Int32> {
  Tensor(x.value.binary(.maximum, y.value))
}

@_disfavoredOverload
package func maximum<Scalar: NumericScalar>(
  _ x: Tensor<Scalar>, _ y: Tensor<Scalar>
) -> Tensor<Scalar> {
  Tensor(x.value.binary(.maximum, y.value))
}

/// z = the smaller of x and y; NaN if either is. The smaller one gets z.g, equal ones half each;
/// both get NaN where z is. Shapes broadcast.
///
///     print(minimum(Tensor<Float>([1, 5]), Tensor<Float>([3, 2])))   // [1. 2.]
public func minimum(_ x: Tensor<Float>, _ y: Tensor<Float>) -> Tensor<Float> {
  Tensor(x.value.binary(.minimum, y.value))
}

/// z = the smaller of x and y; NaN if either is. The smaller one gets z.g, equal ones half each;
/// both get NaN where z is.
public func minimum(_ x: Tensor<Double>, _ y: Tensor<Double>) -> Tensor<Double> {
  Tensor(x.value.binary(.minimum, y.value))
}

/// z = the smaller of x and y. No derivative.
public func minimum(_ x: Tensor<Int32>, _ y: Tensor<Int32>) -> Tensor<Int32> {
  Tensor(x.value.binary(.minimum, y.value))
}

@_disfavoredOverload
package func minimum<Scalar: NumericScalar>(
  _ x: Tensor<Scalar>, _ y: Tensor<Scalar>
) -> Tensor<Scalar> {
  Tensor(x.value.binary(.minimum, y.value))
}

/// z = x where the condition holds, else y. Shapes broadcast. The cotangent goes where the number
/// came from: x.g = z.g where the condition holds, else 0; y.g the other way round.
///
///     let x: Tensor<Float> = [-1, 2]
///     print(select(x .> 0, x, 0.1 * x))   // [-0.1  2. ]
///
/// Both x and y are computed everywhere. Where the one that is not taken has an infinite slope or
/// is NaN, its derivative is 0 times that: NaN, as in PyTorch and JAX. Give its argument a
/// harmless number there:
///
///     let p: Tensor<Float> = [0, 4]
///     let bad = select(p .> 0, log(p), 0)
///     print(gradient(of: bad.sum(), withRespectTo: p))   // [ nan 0.25]
///     let good = select(p .> 0, log(select(p .> 0, p, 1)), 0)
///     print(gradient(of: good.sum(), withRespectTo: p))   // [0.   0.25]
public func select<Scalar: TensorScalar>(
  _ condition: Tensor<Bool>, _ x: Tensor<Scalar>, _ y: Tensor<Scalar>,
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor<Scalar> {
  Tensor(Value.select(condition.value, x.value, y.value, at: CallSite(file, line)))
}
