// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

/// Outputs and targets that do not fit are refused, with both shapes and what to do.
struct ScoredRowsTests {
  enum Fault: String, CaseIterable, Codable {
    case fewLabels, oneColumn, oneNumber, severalColumns, notRows, label, negativeLabel, weights
    case negativeWeight, notAWeight, logits, moreClasses, names, noClass, numbers, reshaped
    case moreNumbers, halfLabel, noAxis, k, bins, quantile
    case threshold, thresholdOfF1

    func commit() {
      let labels: Tensor<Int32> = [0, 1]
      let rows: Tensor<Float> = [[1, 2, 3], [4, 5, 6]]
      switch self {
      case .fewLabels: _ = Accuracy().value(of: rows, [1])
      case .oneColumn: _ = F1(.macro).value(of: [[1], [2]], labels)
      case .oneNumber: _ = TopKAccuracy(1).value(of: [1, 2], labels)
      case .severalColumns: _ = Accuracy(threshold: 0).value(of: rows, labels)
      case .notRows: _ = rocAUC(rows, labels: [[0, 1]])
      case .label: _ = logLoss(rows, labels: [0, 3], of: .logits)
      case .negativeLabel: _ = rocAUC([1, 2], labels: [0, -1])
      case .weights: _ = brierScore(rows, labels: labels, of: .logits, weights: [1, 2, 3])
      case .negativeWeight: _ = rocAUC([1, 2], labels: labels, weights: [1, -2])
      case .notAWeight: _ = rSquared([1, 2], [1, 2], weights: Tensor([.nan, 1]))
      case .logits: _ = calibration(rows, labels: labels, of: .probabilities)
      case .moreClasses:
        var metric = ConfusionMatrix()
        metric.add(rows, labels)
        metric.add([[1, 2, 3, 4]], [0])
      case .names: _ = confusionMatrix(rows, labels: labels, classNames: ["a", "b"])
      case .noClass: _ = confusionMatrix(rows, labels: labels).f1(.class(3))
      case .numbers: _ = MeanAbsoluteError().value(of: [1, 2], [1, 2, 3])
      case .reshaped: _ = rSquared([[1], [2]], [1, 2])
      case .moreNumbers:
        var metric = RootMeanSquaredError()
        metric.add([[1, 2]], [[1, 2]])
        metric.add([[1, 2, 3]], [[1, 2, 3]])
      case .halfLabel:
        _ = Accuracy(threshold: 0).withFloatLabels().value(of: [1, 2], [0, 0.5] as Tensor<Float>)
      case .noAxis: _ = quantileLoss(1, 2, quantile: 0.5)
      case .k: _ = TopKAccuracy(0)
      case .bins: _ = Calibration(of: .logits, bins: 0)
      case .quantile: _ = QuantileLoss(1.5)
      case .threshold: _ = Accuracy(threshold: .nan)
      case .thresholdOfF1: _ = f1([1, 2], labels: labels, .macro, threshold: .nan)
      }
    }

    var message: String {
      switch self {
      case .fewLabels:
        "accuracy: the labels [1] do not fit the outputs [2, 3]. Fix: outputs are [..., classes], "
          + "labels [...]: one label for each row."
      case .oneColumn:
        "f1_macro: the labels [2] do not fit the outputs [2, 1]. Fix: give a threshold to outputs "
          + "that are one number each: 0 for logits, 0.5 for probabilities."
      case .oneNumber:
        "top_1_accuracy: the labels [2] do not fit the outputs [2]. Fix: give a threshold to"
      case .severalColumns:
        "accuracy: the labels [2] do not fit the outputs [2, 3]. Fix: without a threshold the "
          + "largest number of a row decides."
      case .notRows:
        "roc_auc: the labels [1, 2] do not fit the outputs [2, 3]. Fix: outputs are "
          + "[..., classes], [..., 1] or [...], labels [...]."
      case .label:
        "log_loss: label 3 at row 1 is outside 0..<3. Fix: labels number the classes from 0 on."
      case .negativeLabel: "roc_auc: label -1 at row 1 is outside 0..<2."
      case .weights:
        "brier_score: the weights [3] do not fit the targets [2]. Fix: give a weight for each "
          + "example, [2]."
      case .negativeWeight: "roc_auc: weight -2.0 at row 1 is no weight. Fix: use numbers of 0 or"
      case .notAWeight: "r2: weight nan at row 0 is no weight."
      case .logits:
        "calibration_error: probability 2.0 at row 0 is outside 0...1. Fix: outputs before the "
          + "softmax or the sigmoid are of: .logits."
      case .moreClasses:
        "confusion_matrix: outputs of 4 classes after outputs of 3. Fix: add outputs of one model."
      case .names: "confusion_matrix: 2 names for outputs of 3 classes."
      case .noClass: "ConfusionMatrix: class 3 is outside 0..<3. Fix: use a class that"
      case .numbers:
        "mae: the outputs [2] and the targets [3] differ in shape. Fix: one output for each target."
      case .reshaped:
        "r2: the outputs [2, 1] and the targets [2] differ in shape. Fix: "
          + "targets.reshaped(to: [2, 1])."
      case .moreNumbers: "rmse: 3 numbers of each example after 2. Fix: add outputs of one model."
      case .halfLabel: "accuracy: target 0.5 at row 1 is no label. Fix: labels are whole numbers."
      case .noAxis: "quantile_loss_0.5: the outputs [] have no axis of examples."
      case .k: "TopKAccuracy: the 0 largest of a row. Fix: use a number of 1 or more."
      case .bins: "Calibration: 0 bins. Fix: use 1 or more."
      case .quantile: "QuantileLoss: a quantile of 1.5. Fix: use a number in 0...1."
      case .threshold: "Accuracy: a threshold of NaN. Fix: use a number: 0 for logits"
      case .thresholdOfF1: "F1: a threshold of NaN. Fix: use a number: 0 for logits"
      }
    }
  }

  @Test(arguments: Fault.allCases)
  func isRefused(fault: Fault) async {
    let outcome = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      [fault = fault as Fault] in
      fault.commit()
    }
    let text = String(decoding: outcome?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("Fatal error: " + fault.message), "\(text)")
    #expect(text.contains("ScoredRowsTests.swift:"), "\(text)")
  }
}
