// SPDX-License-Identifier: Apache-2.0

/// y_ic = e^(x_ic) / Σ_c e^(x_ic) along an axis: positive numbers whose sum is 1.
///
/// x and result: [...]. x.g = y (y.g - Σ_c y.g y).
///
///     print(softmax(Tensor<Float>([0, 0])))   // [0.5 0.5]
public func softmax<Scalar: FloatingPointScalar>(
  _ x: Tensor<Scalar>, along axis: Int = -1,
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor<Scalar> {
  let powers = x.powersBelowLargest(along: axis, at: CallSite(file, line))
  // One division a row, forward and backward: dividing each element takes as long as its power.
  return powers * (1 / powers.sum(along: axis, keepingAxes: true))
}

/// The same along the last axis, as a function of a tensor alone.
@_disfavoredOverload
public func softmax<Scalar: FloatingPointScalar>(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
  softmax(x, along: -1)
}

/// y_ic = x_ic - ln Σ_c e^(x_ic) along an axis: the logarithms of ``softmax(_:along:file:line:)``,
/// also where those are too small for a number.
///
/// x and result: [...]. x.g = y.g - softmax(x) Σ_c y.g. The largest x is subtracted first, so the
/// error does not grow with x: it is within a few units in the last place of the larger of 1, |y|
/// and ln c for c elements. As with softmax, -inf counts for nothing, and all are NaN beside NaN or
/// +inf, or if there is -inf alone.
///
///     print(logSoftmax(Tensor<Float>([1000, 0])))   // [    0. -1000.]
public func logSoftmax<Scalar: FloatingPointScalar>(
  _ x: Tensor<Scalar>, along axis: Int = -1,
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor<Scalar> {
  let shifted = x.belowLargest(along: axis, in: "logSoftmax", at: CallSite(file, line))
  return shifted - log(exp(shifted).sum(along: axis, keepingAxes: true))
}

/// The same along the last axis, as a function of a tensor alone.
@_disfavoredOverload
public func logSoftmax<Scalar: FloatingPointScalar>(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
  logSoftmax(x, along: -1)
}

extension Tensor where Scalar: FloatingPointScalar {
  /// e^(x - the largest x along an axis): what a softmax divides by its sum.
  func powersBelowLargest(along axis: Int, at site: CallSite) -> Tensor {
    exp(belowLargest(along: axis, in: "softmax", at: site))
  }

  /// Less the largest number along an axis. Of nothing there is no largest.
  fileprivate func belowLargest(
    along axis: Int, in operation: String, at site: CallSite
  ) -> Tensor {
    let axes = value.axes([axis], of: operation, at: site)
    if shape.elementCount == 0 { return self }
    let largest = value.reduced(.max, axes).reshaped(to: shape.collapsing(axes))
    return self - Tensor(largest.detached())
  }
}
