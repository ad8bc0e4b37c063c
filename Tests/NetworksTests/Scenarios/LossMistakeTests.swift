// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

/// Operands that do not fit are refused where the loss is written, with what to do.
struct LossMistakeTests {
  /// Each loss with operands of different shapes, and others that do not fit.
  static let mistakes: [(name: String, message: String, isMade: @Sendable () -> Void)] = {
    let x = Tensor<Float>.zeros([3, 1]), t = Tensor<Float>.zeros([3])
    let rows = Tensor<Float>.zeros([3, 2])
    let fix = "differ in shape, and broadcasting them would give a wrong loss. Fix: "
    return [
      (
        "absolute",
        "meanAbsoluteError: the prediction [3, 1] and the target [3] \(fix)target.reshaped(to: "
          + "[3, 1]).", { _ = meanAbsoluteError(x, t) }
      ),
      (
        "huber", "huberLoss: the prediction [3, 2] and the target [3] \(fix)give both one shape.",
        { _ = huberLoss(rows, t) }
      ),
      (
        "delta", "huberLoss: a delta of 0.0. Fix: use a positive", { _ = huberLoss(t, t, delta: 0) }
      ),
      (
        "binary",
        "binaryCrossEntropy: the logits [3, 1] and the targets [3] \(fix)targets.reshaped(to: [3, 1])",
        { _ = binaryCrossEntropy(logits: x, targets: t) }
      ),
      (
        "repeated",
        "binaryCrossEntropy: the logits [3, 2] and the targets [3, 1] \(fix)targets.expanded(to: "
          + "[3, 2]), if the same", { _ = binaryCrossEntropy(logits: rows, targets: x) }
      ),
      (
        "positive",
        "binaryCrossEntropy: the positive weight [3] does not fit the logits [3, 2]. Fix: give one "
          + "number, or one for each",
        { _ = binaryCrossEntropy(logits: rows, targets: rows, positiveWeight: t) }
      ),
      (
        "classes",
        "softmaxCrossEntropy: the class weights [3] do not fit the logits [3, 2]. Fix: give one "
          + "weight for each class: [2].",
        { _ = softmaxCrossEntropy(rows, labels: [0, 0, 0], classWeights: t) }
      ),
      (
        "smoothing", "softmaxCrossEntropy: a label smoothing of 1.5. Fix: use a number in 0...1.",
        { _ = softmaxCrossEntropy(rows, labels: [0, 0, 0], labelSmoothing: 1.5) }
      ),
      (
        "weights",
        "softmaxCrossEntropy: the weights [2] do not fit losses of shape [3]. Fix: give one weight "
          + "for each example: [3].",
        { _ = softmaxCrossEntropy(rows, labels: [0, 0, 0], weights: [1, 2]) }
      ),
      (
        "one weight",
        "meanSquaredError: the weights [] do not fit losses of shape [3, 2]. Fix: give one weight for "
          + "each example: [3], or one for each loss: [3, 2].",
        { _ = meanSquaredError(rows, rows, weights: 2) }
      ),
      (
        "soft", "softmaxCrossEntropy: the logits [3, 2] and the probabilities [3, 1] \(fix)",
        { _ = softmaxCrossEntropy(rows, probabilities: x) }
      ),
      (
        "none", "softmaxCrossEntropy: the logits [3, 0] have no classes. Fix: logits are [..., ",
        {
          let none = Tensor<Float>.zeros([3, 0])
          _ = softmaxCrossEntropy(none, probabilities: none)
        }
      ),
      (
        "hinge", "hingeLoss: the scores [3, 1] and the targets [3] \(fix)targets.reshaped",
        { _ = hingeLoss(x, targets: t) }
      ),
      (
        "labels",
        "hingeLoss: the labels [2] do not fit the scores [3, 2]. Fix: scores are [..., classes], "
          + "labels [...]: one", { _ = hingeLoss(rows, labels: [0, 1]) }
      ),
      (
        "label", "hingeLoss: label 2 at row 1 is outside 0..<2. Fix: check the labels",
        { _ = Float(hingeLoss(rows, labels: [0, 2, 3])) }
      ),
      (
        "not ignored", "softmaxCrossEntropy: label 5 at row 2 is outside 0..<2",
        { _ = Float(softmaxCrossEntropy(rows, labels: [-1, 0, 5], ignoring: -1)) }
      ),
      (
        "cosine", "cosineSimilarity: the first operand [3, 2] and the second operand [3, 1] \(fix)",
        { _ = cosineSimilarity(rows, x) }
      ),
      (
        "pairs",
        "cosineEmbeddingLoss: the targets [3, 1] do not fit the operands [3, 2]. Fix: operands are "
          + "[..., d], targets [...]: one", { _ = cosineEmbeddingLoss(rows, rows, targets: x) }
      ),
      (
        "variance",
        "gaussianNegativeLogLikelihood: the mean [3] and the variance [3, 1] \(fix)variance.reshaped",
        { _ = gaussianNegativeLogLikelihood(t, t, variance: x) }
      ),
      (
        "divergence",
        "klDivergence: the log probabilities [3, 2] and the reference [3, 1] \(fix)reference.expanded",
        { _ = klDivergence(logProbabilities: rows, from: x) }
      ),
      (
        "prior",
        "gaussianKLDivergence: the mean [3, 2] and the prior.mean [3, 1] \(fix)prior.mean.expanded",
        { _ = gaussianKLDivergence(mean: rows, logVariance: rows, prior: (x, x)) }
      ),
    ]
  }()

  @Test(arguments: mistakes.indices)
  func mistakesAreNamed(index: Int) async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { [index = index as Int] in
      LossMistakeTests.mistakes[index].isMade()
    }
    let said = standardError(of: result), mistake = Self.mistakes[index]
    #expect(said.contains(mistake.message), "\(mistake.name): \(said)")
    let isEvaluated = mistake.message.contains("at row")
    #expect(isEvaluated || said.contains("LossMistakeTests.swift:"))
  }
}
