// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// L_i = ln Σ_c e^(x_ic) - x_i,label(i), averaged over the rows i (or summed).
///
/// Logits x: [..., classes], labels: [...] of Int32 in 0 ..< classes, result [].
/// x.g = (softmax(x) - oneHot(label)) / rows. The largest logit of each row is subtracted first, so
/// that no logit is too large. Shapes that differ are a mistake; a label outside stops the
/// evaluation, naming the lowest offending row.
///
///     let x: Tensor<Float> = [[0, 0], [1000, 0]]
///     print(softmaxCrossEntropy(x, labels: [1, 0]))   // 0.3465736
public func softmaxCrossEntropy<Scalar: FloatingPointScalar>(
  _ logits: Tensor<Scalar>, labels: Tensor<Int32>, reduction: LossReduction = .mean,
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor<Scalar> {
  guard logits.rank > 0, logits.shape.dropLast().elementsEqual(labels.shape) else {
    Mistake(
      "softmaxCrossEntropy",
      "the labels \(labels.value.label) do not fit the logits \(logits.value.label)",
      fix: "logits are [..., classes], labels [...]: one label for each row"
    ).stop(at: CallSite(file, line))
  }
  guard logits.shape[logits.rank - 1] > 0 else {
    Mistake(
      "softmaxCrossEntropy", "the logits \(logits.value.label) have no classes",
      fix: "give at least one"
    ).stop(at: CallSite(file, line))
  }
  let shifted = logits - logits.max(along: -1, keepingAxes: true).detached()
  let isLabel = Tensor<Bool>(
    labels.value.isOneHot(
      logits.shape[logits.rank - 1], for: .softmaxCrossEntropy, at: CallSite(file, line)))
  let chosen = select(isLabel, shifted, 0).sum(along: -1)
  return reduction(log(exp(shifted).sum(along: -1)) - chosen)
}
