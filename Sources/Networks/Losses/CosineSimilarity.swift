// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// s = Σ x y / (|x| |y|) along an axis, with |x| = √(Σ x²): 1 for one direction, 0 for a right
/// angle, -1 for opposite directions.
///
/// x and y: [...], of one shape; the result has no such axis. x.g = s.g (ŷ - s x̂) / |x| with
/// x̂ = x / |x|. Each is divided by its largest element first, so that no length is too large or
/// too small. Where one of them is 0, s is 0 and |x| in the derivative counts as 1. A mistake if
/// the shapes differ.
///
///     let x: Tensor<Float> = [[1, 0], [3e30, 4e30]], y: Tensor<Float> = [[0, 2], [3, 4]]
///     print(cosineSimilarity(x, y))   // [0. 1.]
public func cosineSimilarity<Scalar: FloatingPointScalar>(
  _ x: Tensor<Scalar>, _ y: Tensor<Scalar>, along axis: Int = -1,
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor<Scalar> {
  let site = CallSite(file, line)
  checkEqualShapes(x, y, ("first operand", "second operand"), in: "cosineSimilarity", at: site)
  let axes = stopping(at: site) { () throws(Mistake) in
    try AxisSet([axis], rank: x.rank, of: x.value.label, in: "cosineSimilarity")
  }
  let (a, b) = (x.value.direction(axes), y.value.direction(axes))
  return Tensor((a * b).reduced(.sum, axes))
}

extension Value {
  /// The vectors along an axis with length 1; those that are 0 stay so.
  fileprivate func direction(_ axes: AxisSet) -> Value {
    let kept = shape.collapsing(axes)
    // Of vectors without elements there is no largest one.
    if kept.elementCount > shape.elementCount { return self }
    func orOne(_ x: Value) -> Value { .select(x .== 0, .constant(1, elementType), x) }
    let largest = unary(.absolute).reduced(.max, axes).reshaped(to: kept).detached()
    let scaled = self / orOne(largest)
    let squares = (scaled * scaled).reduced(.sum, axes).reshaped(to: kept)
    return scaled / orOne(squares).unary(.squareRoot)
  }
}
