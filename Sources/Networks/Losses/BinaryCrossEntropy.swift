// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// l = -t ln σ(x) - (1 - t) ln (1 - σ(x)), with σ the logistic function: of logits, because the
/// logarithm of a probability that has been rounded to 0 or 1 says nothing.
///
/// Logits x and targets t in 0...1: [...], of one shape; a loss for each element; result [].
/// x.g = (σ(x) - t) / count. Exact to a few units in the last place for logits of any size: at +∞ a
/// target of 1 costs 0 and any other ∞. A mistake if the shapes differ.
///
///     let x: Tensor<Float> = [0, 200, -200], t: Tensor<Float> = [1, 1, 1]
///     print(binaryCrossEntropy(logits: x, targets: t, reduction: .none))
///     // [  0.6931472   0.        200.       ]
///
/// - Parameter positiveWeight: what -t ln σ(x) is multiplied by, [] or one number for each extent
///   of the last axis: above 1, positive examples that are missed cost more. A mean still divides
///   by the number of elements.
public func binaryCrossEntropy<Scalar: FloatingPointScalar>(
  logits: Tensor<Scalar>, targets: Tensor<Scalar>, positiveWeight: Tensor<Scalar>? = nil,
  weights: Tensor<Scalar>? = nil, reduction: LossReduction = .mean,
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor<Scalar> {
  let site = CallSite(file, line)
  checkEqualShapes(logits, targets, ("logits", "targets"), in: "binaryCrossEntropy", at: site)
  var missed = expected(softplus(-logits), at: targets)
  if let positiveWeight {
    let shape = positiveWeight.shape
    guard shape.rank == 0 || shape.rank == 1 && shape[0] == logits.shape.last else {
      Mistake(
        "binaryCrossEntropy",
        "the positive weight \(positiveWeight.value.label) does not fit the logits "
          + logits.value.label,
        fix: "give one number, or one for each extent of the last axis"
      ).stop(at: site)
    }
    missed = missed * positiveWeight
  }
  let losses = missed + expected(softplus(logits), at: 1 - targets)
  return reduction(losses, weights: weights, in: "binaryCrossEntropy", at: site)
}
