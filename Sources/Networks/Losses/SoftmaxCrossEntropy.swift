// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// L_i = ln Σ_c e^(x_ic) - x_i,label(i), averaged over the rows i (or summed).
///
/// Logits x: [..., classes], labels: [...] of Int32 in 0 ..< classes; a loss for each row; result
/// []. x.g = (softmax(x) - oneHot(label)) / rows. The largest logit of each row is subtracted
/// first, so that no logit is too large. Shapes that differ are a mistake; a label outside stops
/// the evaluation, naming the lowest offending row.
///
///     let x: Tensor<Float> = [[0, 0], [1000, 0]]
///     print(softmaxCrossEntropy(x, labels: [1, 0]))   // 0.3465736
///     print(softmaxCrossEntropy(x, labels: [1, -1], ignoring: -1))   // 0.6931472
///
/// - Parameters:
///   - classWeights: [classes]. The loss of a row is multiplied by the weight of its label, and a
///     mean divides by the sum of these weights, as in PyTorch.
///   - labelSmoothing: ε in 0...1: the part of each target that is spread evenly over all classes,
///     L_i = (1 - ε) w_label(i) l_i,label(i) + ε Σ_c w_c l_ic / classes with
///     l_ic = -ln softmax(x)_ic. A mean divides as without it.
///   - ignored: the label of rows without a class. Their loss is 0, they do not count in a
///     mean, and their logits get a derivative of 0, whatever they are. A mean over ignored
///     rows alone is 0.
///   - weights: one for each row, or of leading axes: see ``LossReduction``. Beside those of
///     classes they multiply them, in the sum that a mean divides by, too.
///
/// Source of smoothing: Szegedy et al., "Rethinking the Inception architecture", CVPR 2016.
public func softmaxCrossEntropy<Scalar: FloatingPointScalar>(
  _ logits: Tensor<Scalar>, labels: Tensor<Int32>, classWeights: Tensor<Scalar>? = nil,
  labelSmoothing: Double = 0, ignoring ignored: Int32? = nil, weights: Tensor<Scalar>? = nil,
  reduction: LossReduction = .mean, file: StaticString = #fileID, line: UInt = #line
) -> Tensor<Scalar> {
  let name = "softmaxCrossEntropy", site = CallSite(file, line)
  checkLabels(labels, of: logits, "logits", in: name, at: site)
  checkOptions(classWeights, labelSmoothing, of: logits, at: site)
  var logits = logits, labels = labels, weights = weights
  if let ignored {
    let isIgnored = labels .== Tensor(ignored)
    weights = select(
      isIgnored, 0, weights?.weights(over: labels.shape, in: name, at: site) ?? 1)
    logits = select(isIgnored.expandingShape(at: -1), 0, logits)
    labels = select(isIgnored, 0, labels)
  }
  let shifted = logits - logits.max(along: -1, keepingAxes: true).detached()
  let isLabel = Tensor<Bool>(
    labels.value.isOneHot(logits.shape[logits.rank - 1], for: .softmaxCrossEntropy, at: site))
  let chosen = select(isLabel, shifted, 0).sum(along: -1)
  let logSum = log(exp(shifted).sum(along: -1))
  var losses = logSum - chosen
  var labelWeights: Tensor<Scalar>?
  if let classWeights {
    labelWeights = select(isLabel, classWeights, 0).sum(along: -1)
    losses = losses * labelWeights!
  }
  if labelSmoothing > 0 {
    let surprise = logSum.expandingShape(at: -1) - shifted
    let all = (classWeights.map { surprise * $0 } ?? surprise).sum(along: -1)
    let share = labelSmoothing / Double(logits.shape[logits.rank - 1])
    losses = losses * Scalar(1 - labelSmoothing) + all * Scalar(share)
  }
  return reduction(losses, weights: weights, counts: labelWeights, in: name, at: site)
}

/// L_i = -Σ_c p_ic ln softmax(x)_ic, averaged over the rows i (or summed): targets that are
/// probabilities, such as those of a teacher.
///
/// Logits x and probabilities p: [..., classes], of one shape; a loss for each row; result [].
/// x.g = (softmax(x) Σ_c p_c - p) / rows. A class with p = 0 costs nothing, also if its logit is
/// -∞. A mistake if the shapes differ. That the probabilities of a row add up to 1 is not checked.
///
///     let x: Tensor<Float> = [[0, 0]], p: Tensor<Float> = [[0.25, 0.75]]
///     print(softmaxCrossEntropy(x, probabilities: p))   // 0.6931472
///
/// - Parameters:
///   - classWeights: [classes]. The summand of class c is multiplied by its weight; a mean divides
///     by the number of rows all the same, as in PyTorch.
///   - labelSmoothing: ε in 0...1: p becomes (1 - ε) p + ε / classes.
///   - weights: one for each row, or of leading axes: see ``LossReduction``.
public func softmaxCrossEntropy<Scalar: FloatingPointScalar>(
  _ logits: Tensor<Scalar>, probabilities: Tensor<Scalar>, classWeights: Tensor<Scalar>? = nil,
  labelSmoothing: Double = 0, weights: Tensor<Scalar>? = nil, reduction: LossReduction = .mean,
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor<Scalar> {
  let name = "softmaxCrossEntropy", site = CallSite(file, line)
  checkEqualShapes(logits, probabilities, ("logits", "probabilities"), in: name, at: site)
  checkClasses(of: logits, "logits", in: name, at: site)
  checkOptions(classWeights, labelSmoothing, of: logits, at: site)
  let shifted = logits - logits.max(along: -1, keepingAxes: true).detached()
  var surprise = log(exp(shifted).sum(along: -1, keepingAxes: true)) - shifted
  if let classWeights { surprise = surprise * classWeights }
  var probabilities = probabilities
  if labelSmoothing > 0 {
    let share = labelSmoothing / Double(logits.shape[logits.rank - 1])
    probabilities = probabilities * Scalar(1 - labelSmoothing) + Scalar(share)
  }
  let losses = expected(surprise, at: probabilities).sum(along: -1)
  return reduction(losses, weights: weights, in: name, at: site)
}

private func checkOptions<Scalar: FloatingPointScalar>(
  _ classWeights: Tensor<Scalar>?, _ labelSmoothing: Double, of logits: Tensor<Scalar>,
  at site: CallSite
) {
  if let classWeights, classWeights.shape != [logits.shape[logits.rank - 1]] {
    Mistake(
      "softmaxCrossEntropy",
      "the class weights \(classWeights.value.label) do not fit the logits \(logits.value.label)",
      fix: "give one weight for each class: [\(logits.shape[logits.rank - 1])]"
    ).stop(at: site)
  }
  guard labelSmoothing >= 0, labelSmoothing <= 1 else {
    Mistake(
      "softmaxCrossEntropy", "a label smoothing of \(labelSmoothing)", fix: "use a number in 0...1"
    ).stop(at: site)
  }
}
