// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// l = max(0, m - t x): what a score lacks to be on its target's side by the margin m.
///
/// Scores x and targets t, each -1 or 1: [...], of one shape; a loss for each element; result [].
/// x.g = -t / count where the score lacks something, else 0. A mistake if the shapes differ or the
/// margin is not finite.
///
///     let x: Tensor<Float> = [2, 0.25, -1], t: Tensor<Float> = [1, 1, 1]
///     print(hingeLoss(x, targets: t, reduction: .none))   // [0.   0.75 2.  ]
public func hingeLoss<Scalar: FloatingPointScalar>(
  _ scores: Tensor<Scalar>, targets: Tensor<Scalar>, margin: Scalar = 1,
  weights: Tensor<Scalar>? = nil, reduction: LossReduction = .mean,
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor<Scalar> {
  let site = CallSite(file, line)
  checkEqualShapes(scores, targets, ("scores", "targets"), in: "hingeLoss", at: site)
  checkMargin(margin, in: "hingeLoss", at: site)
  let losses = relu(margin - targets * scores)
  return reduction(losses, weights: weights, in: "hingeLoss", at: site)
}

/// l_i = Σ_c max(0, m - x_i,label(i) + x_ic) / classes over the classes c other than the label: how
/// far other scores come within the margin m of the label's, or beyond it.
///
/// Scores x: [..., classes], labels: [...] of Int32 in 0 ..< classes; a loss for each row; result
/// []. A class that counts gets x.g = 1 / classes, divided by the rows, and the label minus as much
/// for each of them. It is PyTorch's `multi_margin_loss`. Shapes that differ are a mistake; a label
/// outside stops the evaluation, naming the lowest offending row.
///
///     let x: Tensor<Float> = [[3, 2.5, 0, 0]]
///     print(hingeLoss(x, labels: [0]))   // 0.125
///
/// Source: Weston, Watkins, "Support vector machines for multi-class pattern
/// recognition", ESANN 1999.
public func hingeLoss<Scalar: FloatingPointScalar>(
  _ scores: Tensor<Scalar>, labels: Tensor<Int32>, margin: Scalar = 1,
  weights: Tensor<Scalar>? = nil, reduction: LossReduction = .mean,
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor<Scalar> {
  let site = CallSite(file, line)
  checkLabels(labels, of: scores, "scores", in: "hingeLoss", at: site)
  checkMargin(margin, in: "hingeLoss", at: site)
  let classes = scores.shape[scores.rank - 1]
  let isLabel = Tensor<Bool>(labels.value.isOneHot(classes, for: .hingeLoss, at: site))
  let own = select(isLabel, scores, 0).sum(along: -1, keepingAxes: true)
  let lacking = select(isLabel, 0, relu(margin + (scores - own)))
  let losses = lacking.sum(along: -1) / Tensor(.count(Double(classes), Scalar.elementType))
  return reduction(losses, weights: weights, in: "hingeLoss", at: site)
}

/// Stops a loss whose margin is no number.
func checkMargin<Scalar: FloatingPointScalar>(
  _ margin: Scalar, in operation: String, at site: CallSite
) {
  if !margin.isFinite {
    Mistake(operation, "a margin of \(margin)", fix: "use a finite number").stop(at: site)
  }
}
