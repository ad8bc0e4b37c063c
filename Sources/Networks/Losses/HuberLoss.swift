// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// l = d² / 2 where d = |x - t| is at most δ, else δ (d - δ / 2): squares near the target, and far
/// from it the distance, so that outliers pull with a force of δ at most.
///
/// Prediction x and target t: [...], of one shape; a loss for each element; result []. x.g = x - t,
/// limited to ±δ, / count. A mistake if the shapes differ or δ is not a positive number.
///
///     let x: Tensor<Float> = [4.5, 6], t: Tensor<Float> = [4, 10]
///     print(huberLoss(x, t, delta: 1, reduction: .none))   // [0.125 3.5  ]
///
/// Source: Huber, "Robust estimation of a location parameter", Annals of Mathematical
/// Statistics 35, 1964.
public func huberLoss<Scalar: FloatingPointScalar>(
  _ prediction: Tensor<Scalar>, _ target: Tensor<Scalar>, delta: Scalar = 1,
  weights: Tensor<Scalar>? = nil, reduction: LossReduction = .mean,
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor<Scalar> {
  let site = CallSite(file, line)
  checkEqualShapes(prediction, target, in: "huberLoss", at: site)
  guard delta > 0, delta.isFinite else {
    Mistake("huberLoss", "a delta of \(delta)", fix: "use a positive number").stop(at: site)
  }
  let distance = (prediction - target).value.unary(.absolute)
  // The part of the distance that counts with its square; d²/2 itself would overflow far away.
  let near = distance.binary(.minimum, .constant(delta.asDouble, Scalar.elementType))
  let losses = Tensor<Scalar>(near * (distance - near * 0.5))
  return reduction(losses, weights: weights, in: "huberLoss", at: site)
}
