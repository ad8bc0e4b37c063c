// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// y_ic = e^(x_ic) / Σ_c e^(x_ic) along an axis: positive numbers whose sum is 1.
///
/// x and result: [...]. x.g = y (y.g - Σ_c y.g y).
///
///     print(softmax(Tensor<Float>([0, 0])))   // [0.5 0.5]
public func softmax<Scalar: FloatingPointScalar>(
  _ x: Tensor<Scalar>, along axis: Int = -1,
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor<Scalar> {
  let largest = x.max(along: axis, keepingAxes: true, file: file, line: line)
  let powers = exp(x - largest.detached())
  return powers / powers.sum(along: axis, keepingAxes: true)
}

/// The same along the last axis, as a function of a tensor alone.
@_disfavoredOverload
public func softmax<Scalar: FloatingPointScalar>(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
  softmax(x, along: -1)
}
