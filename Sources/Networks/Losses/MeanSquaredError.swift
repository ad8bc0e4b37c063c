// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// L = Σ (x - t)² / count, or without the division with `.sum`.
///
/// Prediction x and target t: [...], of one shape; a loss for each element; result []. x.g =
/// 2 (x - t) / count. With N rows of c columns count is N c, as in PyTorch. Operands of different
/// shapes are a mistake: [N, 1] against [N] would broadcast to [N, N] and give a
/// wrong loss silently.
///
///     let x: Tensor<Float> = [[7], [6]], t: Tensor<Float> = [[4], [8]]
///     print(meanSquaredError(x, t))   // 6.5
///     print(meanSquaredError(x, t, weights: [3, 1]))   // 7.75
public func meanSquaredError<Scalar: FloatingPointScalar>(
  _ prediction: Tensor<Scalar>, _ target: Tensor<Scalar>, weights: Tensor<Scalar>? = nil,
  reduction: LossReduction = .mean, file: StaticString = #fileID, line: UInt = #line
) -> Tensor<Scalar> {
  let site = CallSite(file, line)
  checkEqualShapes(prediction, target, in: "meanSquaredError", at: site)
  return reduction(
    (prediction - target).squared(), weights: weights, in: "meanSquaredError", at: site)
}
