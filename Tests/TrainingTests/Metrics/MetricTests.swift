// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pullback
import Testing

/// All metrics beside scikit-learn's, whole and in batches of any sizes.
struct MetricTests {
  @Test(arguments: MetricCase.classifications)
  func decisionsAgreeWithScikitLearn(sample: MetricCase) {
    sample.expect(Accuracy(threshold: sample.threshold), "accuracy")
    let averages: [ClassAverage] = [.macro, .micro, .weighted]
    for (average, name) in zip(averages, ["macro", "micro", "weighted"]) {
      sample.expect(Precision(average, threshold: sample.threshold), "precision_\(name)")
      sample.expect(Recall(average, threshold: sample.threshold), "recall_\(name)")
      sample.expect(F1(average, threshold: sample.threshold), "f1_\(name)")
    }
    let matrix = sample.measured(ConfusionMatrix(threshold: sample.threshold))
    let classes = 0..<max(sample.columns, 2)
    sample.expect([matrix.value], "accuracy")
    sample.expect(
      classes.flatMap { label in classes.map { matrix[label, $0] } }, "confusion")
    sample.expect(classes.map { matrix.precision(.class($0)) }, "precision_byClass")
    sample.expect(classes.map { matrix.recall(.class($0)) }, "recall_byClass")
    sample.expect(classes.map { matrix.f1(.class($0)) }, "f1_byClass")
    if sample.columns > 2 {
      sample.expect((1...sample.columns).map { sample.measured(TopKAccuracy($0)).value }, "topK")
    }
    if let report = sample.report {
      // scikit-learn ends the last line too.
      #expect("\(ClassificationReport(matrix))\n" == report)
    }
  }

  @Test(arguments: MetricCase.classifications)
  func scoresAgreeWithScikitLearn(sample: MetricCase) {
    let kind = sample.outputKind
    sample.expect(ROCAUC(of: kind), "rocAUC")
    sample.expect(AveragePrecision(of: kind), "averagePrecision")
    sample.expect(LogLoss(of: kind), "logLoss")
    sample.expect(BrierScore(of: kind), "brier")
    if sample.columns > 2 {
      sample.expect(sample.measured(ROCAUC(of: kind)).byClass, "rocAUC_byClass")
    }
    let calibration = sample.measured(Calibration(of: kind, bins: 10))
    sample.expect([calibration.value], "calibration", isDifference: true)
    if sample.numbers["shareTrue"] != nil {
      let bins = calibration.bins.filter { $0.count > 0 }
      sample.expect(bins.map(\.shareTrue), "shareTrue")
      sample.expect(bins.map(\.meanProbability), "meanProbability")
    }
  }

  @Test(arguments: MetricCase.regressions)
  func regressionsAgreeWithScikitLearn(sample: MetricCase) {
    sample.expect(RSquared(), "r2", isDifference: true)
    sample.expect(MeanAbsoluteError(), "mae")
    sample.expect(MeanSquaredError(), "mse")
    sample.expect(RootMeanSquaredError(), "rmse")
    let quantiles = [0, 0.1, 0.5, 0.9]
    sample.expect(quantiles.map { sample.measured(QuantileLoss($0)).value }, "quantile")
    var median = MedianAbsoluteError()
    for row in 0..<sample.count {
      let rows = row..<row + 1
      median.add(sample.outputs(rows, [sample.columns]), sample.targets(rows))
    }
    sample.expect([median.value], "median")
  }

  /// The functions for one call say what the metrics do.
  @Test(arguments: MetricCase.classifications.filter { !$0.weights.isEmpty })
  func functionsSayTheSame(sample: MetricCase) {
    let rows = 0..<sample.count, kind = sample.outputKind
    let outputs = sample.outputs(rows, sample.shapesOfRows[0])
    let labels: Tensor<Int32> = sample.targets(rows)
    let weights = Tensor(sample.weights.map { Float($0) }), threshold = sample.threshold
    sample.expect(
      [precision(outputs, labels: labels, .macro, threshold: threshold, weights: weights)],
      "precision_macro")
    sample.expect(
      [recall(outputs, labels: labels, .macro, threshold: threshold, weights: weights)],
      "recall_macro")
    sample.expect(
      [f1(outputs, labels: labels, .weighted, threshold: threshold, weights: weights)],
      "f1_weighted")
    sample.expect([rocAUC(outputs, labels: labels, of: kind, weights: weights)], "rocAUC")
    sample.expect(
      [averagePrecision(outputs, labels: labels, of: kind, weights: weights)], "averagePrecision")
    sample.expect([logLoss(outputs, labels: labels, of: kind, weights: weights)], "logLoss")
    sample.expect([brierScore(outputs, labels: labels, of: kind, weights: weights)], "brier")
    let error = calibration(outputs, labels: labels, of: kind, bins: 10, weights: weights).value
    sample.expect([error], "calibration", isDifference: true)
  }

  /// A trainer holds metrics of several kinds, and starts each pass with a copy.
  @Test func metricsAreValues() {
    let empty: [any Metric<Int32>] = [
      Accuracy(), F1(.macro), LogLoss(of: .logits), ROCAUC(of: .logits), TopKAccuracy(2),
    ]
    var metrics = empty
    for index in metrics.indices { metrics[index].add([[0, 0, 1], [2, 0, 0]], [2, 0]) }
    let areUndefined = metrics.map { $0.value.isNaN }
    #expect(areUndefined == [false, false, false, true, false])
    let wereUndefined = empty.map { $0.value.isNaN }
    #expect(wereUndefined == [true, true, true, true, true])
    let names = metrics.map { $0.name }, areBetter = metrics.map { $0.isBetterWhenLarger }
    #expect(names == ["accuracy", "f1_macro", "log_loss", "roc_auc", "top_2_accuracy"])
    #expect(areBetter == [true, true, false, true, true])
  }

  @Test func nothingIsUndefined() {
    let classes: [any Metric<Int32>] = [
      Accuracy(), TopKAccuracy(1), ConfusionMatrix(), Precision(.macro), Recall(.micro),
      F1(.weighted), F1(.class(1)), ROCAUC(of: .logits), AveragePrecision(of: .logits),
      LogLoss(of: .logits), BrierScore(of: .logits), Calibration(of: .logits),
    ]
    for var metric in classes {
      let first = metric.value
      metric.add(.zeros([0, 3]), Tensor(shape: [0], scalars: []))
      let value = metric.value, name = metric.name, text = "\(metric)"
      #expect(first.isNaN && value.isNaN && !text.isEmpty, "\(name)")
    }
    let numbers: [any Metric<Float>] = [
      RSquared(), MeanAbsoluteError(), MeanSquaredError(), RootMeanSquaredError(),
      QuantileLoss(0.5), MedianAbsoluteError(),
    ]
    for var metric in numbers {
      let first = metric.value
      metric.add(.zeros([0]), .zeros([0]))
      let second = metric.value, name = metric.name
      metric.add(Tensor([1, 2]), Tensor([1, .nan]))
      let value = metric.value
      #expect(first.isNaN && second.isNaN && value.isNaN, "\(name)")
    }
  }

  /// An example with a NaN is wrong; what is a mean of numbers is NaN.
  @Test func notANumber() {
    let labels: Tensor<Int32> = [0, 1, 2], third = 1.0 / 3
    let outputs = Tensor<Float>([[3, 1, .nan], [0, 3, 1], [.nan, .nan, .nan]])
    #expect(Accuracy().value(of: outputs, labels) == third)
    #expect(TopKAccuracy(3).value(of: outputs, labels) == third)
    #expect(Recall(.micro).value(of: outputs, labels) == third)
    #expect(Precision(.micro).value(of: outputs, labels) == 1)
    #expect(Recall(.class(0)).value(of: outputs, labels) == 0)
    #expect(LogLoss(of: .logits).value(of: outputs, labels).isNaN)
    #expect(BrierScore(of: .probabilities).value(of: Tensor([.nan, 0.5]), [0, 1]).isNaN)
    #expect(Calibration(of: .logits).value(of: outputs, labels).isNaN)
    #expect(Accuracy(threshold: 0).value(of: Tensor([.nan, -1, .nan, 1]), [0, 0, 1, 1]) == 0.5)
    // The worst rank, whichever the label; infinities and zeros of both signs are scores.
    #expect(rocAUC(Tensor([.nan, .nan, 1, 2]), labels: [1, 0, 0, 1]) == 0.25)
    #expect(rocAUC(Tensor([.infinity, 0, -0.0, -.infinity]), labels: [1, 1, 0, 0]) == 0.875)
    #expect(averagePrecision(Tensor([.nan, .nan, 1]), labels: [0, 1, 0]) == third)
  }

  /// Each number of a sequence is an example; weights are for sequences or for what they hold.
  @Test func sequences() {
    let outputs: Tensor<Float> = [[[1, 0], [0, 1]], [[1, 0], [1, 0]]]
    let labels: Tensor<Int32> = [[0, 1], [1, 1]], twoThirds = 2.0 / 3
    var metric = Accuracy()
    metric.add(outputs, labels)
    #expect(metric.value == 0.5)
    #expect(Accuracy().value(of: outputs, labels, weights: [3, 1]) == 0.75)
    #expect(Accuracy().value(of: outputs, labels, weights: [[0, 1], [1, 0]]) == 0.5)
    #expect(Accuracy().value(of: outputs, labels, weights: [[1, 1], [0, 1]]) == twoThirds)
    #expect(Accuracy(threshold: 0.5).value(of: [[1, 0], [1, 1]], [[1, 0], [0, 1]]) == 0.75)
  }

  @Test func floatLabels() {
    var metric = F1(.class(1), threshold: 0).withFloatLabels()
    metric.add([[2], [-1], [1]], [[1], [1], [0]] as Tensor<Float>)
    #expect(metric.value == 0.5 && metric.name == "f1_class_1" && metric.isBetterWhenLarger)
    let fourNinths = 4.0 / 9
    let weighted = metric.value(
      of: [[-2], [1]], [[1], [1]] as Tensor<Float>, weights: Tensor([3, 1]))
    #expect(weighted == fourNinths)
  }
}
