// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// l = 1 - s where the target is 1, max(0, s - m) where it is -1, with s the cosine of the angle
/// between x and y: draws pairs together, or apart until the cosine is at most the margin m.
///
/// x and y: [..., d], of one shape, targets: [...], each -1 or 1; a loss for each pair; result [].
/// For x.g see ``cosineSimilarity(_:_:along:file:line:)``. Shapes that do not fit are a mistake.
///
///     let x: Tensor<Float> = [[1, 0], [2, 0]], y: Tensor<Float> = [[0, 2], [3, 0]]
///     print(cosineEmbeddingLoss(x, y, targets: [1, -1], margin: 0.5, reduction: .none))
///     // [1.  0.5]
public func cosineEmbeddingLoss<Scalar: FloatingPointScalar>(
  _ x: Tensor<Scalar>, _ y: Tensor<Scalar>, targets: Tensor<Scalar>, margin: Scalar = 0,
  weights: Tensor<Scalar>? = nil, reduction: LossReduction = .mean,
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor<Scalar> {
  let name = "cosineEmbeddingLoss", site = CallSite(file, line)
  checkEqualShapes(x, y, ("first operand", "second operand"), in: name, at: site)
  checkMargin(margin, in: name, at: site)
  guard x.rank > 0, x.shape.dropLast().elementsEqual(targets.shape) else {
    Mistake(
      name, "the targets \(targets.value.label) do not fit the operands \(x.value.label)",
      fix: "operands are [..., d], targets [...]: one target for each pair"
    ).stop(at: site)
  }
  let cosine = cosineSimilarity(x, y)
  let losses = select(targets .> 0, 1 - cosine, relu(cosine - margin))
  return reduction(losses, weights: weights, in: name, at: site)
}
