// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTestSupport
import Testing

/// Every loss, every reduction, every option: values and derivatives against PyTorch's.
struct LossFixtureTests {
  /// Losses with reductions of all kinds, weighted and not.
  private static let reduced = [
    "squared", "absolute", "huber", "binary", "binary.positive", "softmax", "softmax.smoothed",
    "softmax.ignoring", "softmax.soft", "softmax.soft.all", "hinge", "hinge.labels", "embedding",
    "gaussian", "gaussian.logarithm", "divergence", "gaussians", "gaussians.prior",
  ]
  /// Those whose weights PyTorch has itself.
  private static let ofClasses = [
    "softmax.classes", "softmax.classes.ignoring", "softmax.classes.smoothed",
    "softmax.classes.smoothed.ignoring",
  ]

  static let cases = ["mean", "sum", "none"].flatMap { reduction in
    reduced.flatMap { ["\($0).\(reduction)", "\($0).weighted.\(reduction)"] }
      + ofClasses.map { "\($0).\(reduction)" }
  }

  @Test(arguments: cases)
  func lossesAgreeWithPyTorch(name: String) {
    check(name, as: Double.self, tolerance: 1e-10)
    check(name, as: Float.self, tolerance: 2e-6)
  }

  @Test(arguments: ["cosine", "cosine.first"])
  func similaritiesAgreeWithPyTorch(name: String) {
    let axis = name == "cosine" ? 1 : 0
    let inputs = LossInputs<Double>()
    check(name, cosineSimilarity(inputs.x, inputs.y, along: axis), inputs, tolerance: 1e-10)
    let floats = LossInputs<Float>()
    check(name, cosineSimilarity(floats.x, floats.y, along: axis), floats, tolerance: 2e-6)
  }

  /// A loss that nobody compares would pass.
  @Test func everyRecordIsCompared() {
    let names = Set(LossFixture.shared.names.filter { $0.contains(".") })
    let compared = Self.cases + ["cosine", "cosine.first"]
    for name in names {
      #expect(compared.contains { name == $0 || name.hasPrefix("\($0).") }, "\(name)")
    }
  }

  @Test func noLossIsWithoutRecords() {
    let own = SourceFile.tests.first { $0.name == "LossFixtureTests" }!
    let compared = Set(own.words.filter(\.isCalled).map(\.text)), start = "public func "
    let losses = SourceFile.sources.filter { $0.module == "Networks" && $0.folder == "Losses" }
      .flatMap(\.lines).filter { $0.hasPrefix(start) }
      .map { String($0.dropFirst(start.count).prefix { $0.isLetter }) }
    #expect(losses.count > 10)
    for loss in losses { #expect(compared.contains(loss), "\(loss) is compared with nothing") }
  }

  private func check<Scalar: FloatingPointScalar>(
    _ name: String, as type: Scalar.Type, tolerance: Scalar
  ) {
    let inputs = LossInputs<Scalar>()
    var words = name.split(separator: ".")
    let reduction: LossReduction =
      switch words.removeLast() {
      case "mean": .mean
      case "sum": .sum
      default: .none
      }
    let isWeighted = words.last == "weighted"
    if isWeighted { words.removeLast() }
    let loss = loss(
      words.joined(separator: "."), inputs, isWeighted ? inputs.weights : nil, reduction)
    check(name, loss, inputs, tolerance: tolerance)
  }

  /// The loss, and the derivative of the sum of squares with respect to all inputs
  /// that were recorded.
  private func check<Scalar: FloatingPointScalar>(
    _ name: String, _ loss: Tensor<Scalar>, _ inputs: LossInputs<Scalar>, tolerance: Scalar
  ) {
    expectClose(loss, LossFixture.shared.numbers(name), tolerance, name)
    for part in LossFixture.shared.names where part.hasPrefix("\(name).") {
      guard let input = inputs.input(part.dropFirst(name.count + 1)) else { continue }
      let slope = gradient(of: loss.squared().sum(), withRespectTo: input)
      expectClose(slope, LossFixture.shared.numbers(part), tolerance, part)
    }
  }

  private func expectClose<Scalar: FloatingPointScalar>(
    _ tensor: Tensor<Scalar>, _ expected: [Double], _ tolerance: Scalar, _ name: String
  ) {
    let scalars = tensor.scalars.map { Double($0) }
    let size = expected.map { abs($0) }.max() ?? 0
    #expect(scalars.count == expected.count, "\(name)")
    for (number, wanted) in zip(scalars, expected) {
      // Beside its neighbours: what cancels has no relative accuracy.
      let bound = Double(tolerance) * (abs(wanted) + size)
      #expect(abs(number - wanted) <= bound, "\(name): \(number) for \(wanted)")
    }
  }

  private func loss<Scalar: FloatingPointScalar>(
    _ name: String, _ inputs: LossInputs<Scalar>, _ weights: Tensor<Scalar>?,
    _ reduction: LossReduction
  ) -> Tensor<Scalar> {
    let x = inputs.x, y = inputs.y
    if name.hasPrefix("softmax") { return softmaxLoss(name, inputs, weights, reduction) }
    switch name {
    case "squared": return meanSquaredError(x, y, weights: weights, reduction: reduction)
    case "absolute": return meanAbsoluteError(x, y, weights: weights, reduction: reduction)
    case "huber": return huberLoss(x, y, delta: 1.5, weights: weights, reduction: reduction)
    case "binary":
      return binaryCrossEntropy(
        logits: x, targets: inputs.truths, weights: weights, reduction: reduction)
    case "binary.positive":
      return binaryCrossEntropy(
        logits: x, targets: inputs.truths, positiveWeight: inputs.classWeights, weights: weights,
        reduction: reduction)
    case "hinge":
      return hingeLoss(x, targets: inputs.sides, weights: weights, reduction: reduction)
    case "hinge.labels":
      return hingeLoss(
        x, labels: inputs.labels, margin: 1.5, weights: weights, reduction: reduction)
    case "embedding":
      return cosineEmbeddingLoss(
        x, y, targets: inputs.rowSides, margin: 0.1, weights: weights, reduction: reduction)
    case "gaussian":
      return gaussianNegativeLogLikelihood(
        x, y, variance: inputs.variance, weights: weights, reduction: reduction)
    case "gaussian.logarithm":
      return gaussianNegativeLogLikelihood(
        x, y, logVariance: inputs.logVariance, weights: weights, reduction: reduction)
    case "divergence":
      return klDivergence(
        logProbabilities: logSoftmax(x), from: logSoftmax(y), weights: weights,
        reduction: reduction)
    case "gaussians":
      return gaussianKLDivergence(
        mean: x, logVariance: inputs.logVariance, weights: weights, reduction: reduction)
    case "gaussians.prior":
      return gaussianKLDivergence(
        mean: x, logVariance: inputs.logVariance,
        prior: (inputs.priorMean, inputs.priorLogVariance), weights: weights,
        reduction: reduction)
    default: fatalError("no loss \(name)")
    }
  }

  private func softmaxLoss<Scalar: FloatingPointScalar>(
    _ name: String, _ inputs: LossInputs<Scalar>, _ weights: Tensor<Scalar>?,
    _ reduction: LossReduction
  ) -> Tensor<Scalar> {
    let isSoft = name.contains("soft.") || name.hasSuffix(".soft")
    let hasClasses = name.contains("classes") || name.hasSuffix("all")
    let isSmooth = name.contains("smoothed") || name.hasSuffix("all")
    let classWeights = hasClasses ? inputs.classWeights : nil, smoothing = isSmooth ? 0.2 : 0
    if isSoft {
      return softmaxCrossEntropy(
        inputs.x, probabilities: inputs.probabilities, classWeights: classWeights,
        labelSmoothing: smoothing, weights: weights, reduction: reduction)
    }
    let isIgnoring = name.contains("ignoring")
    return softmaxCrossEntropy(
      inputs.x, labels: isIgnoring ? inputs.someLabels : inputs.labels, classWeights: classWeights,
      labelSmoothing: smoothing, ignoring: isIgnoring ? -1 : nil, weights: weights,
      reduction: reduction)
  }
}
