// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

/// Precision, recall and F1 of each class and averaged, as a table.
///
/// The classes are those that occur as a label or a prediction.
///
/// ```swift
/// let outputs: Tensor<Float> = [[3, 1, 0], [1, 3, 0], [0, 1, 2], [1, 0, 4], [0, 2, 1]]
/// let names = ["ant", "bee", "wasp"]
/// let report = classificationReport(outputs, labels: [0, 0, 2, 2, 1], classNames: names)
/// print(report)
/// //               precision    recall  f1-score   support
/// //
/// //          ant       1.00      0.50      0.67         2
/// //          bee       0.50      1.00      0.67         1
/// //         wasp       1.00      1.00      1.00         2
/// //
/// //     accuracy                           0.80         5
/// //    macro avg       0.83      0.83      0.78         5
/// // weighted avg       0.90      0.80      0.80         5
/// ```
public struct ClassificationReport: Sendable, CustomStringConvertible {
  /// The scores of a class, or their average.
  public struct Row: Sendable, Hashable {
    /// The class, by its name or number, or the average.
    public let name: String
    /// The share of those taken for a class that are of it.
    public let precision: Double
    /// The share of a class that was taken for it.
    public let recall: Double
    /// The harmonic mean of both.
    public let f1: Double
    /// The number of examples, or the sum of their weights.
    public let support: Double
  }

  /// A row for each class.
  public let classes: [Row]
  /// The share of examples that were taken for their class.
  public let accuracy: Double
  /// The mean over the classes.
  public let macro: Row
  /// The mean over the classes, each counted by its examples.
  public let weighted: Row

  /// What a confusion matrix says.
  public init(_ matrix: ConfusionMatrix) {
    func row(_ name: String, _ average: ClassAverage, _ support: Double) -> Row {
      Row(
        name: name, precision: matrix.precision(average), recall: matrix.recall(average),
        f1: matrix.f1(average), support: support)
    }
    classes = matrix.occurring.map {
      row(matrix.className($0), .class($0), matrix.labelled($0))
    }
    accuracy = matrix.value
    macro = row("macro avg", .macro, matrix.total)
    weighted = row("weighted avg", .weighted, matrix.total)
  }

  /// The table, with two decimals, in the form of scikit-learn's `classification_report`.
  public var description: String {
    let width = (classes + [weighted]).map(\.name.count).max() ?? 0
    func line(_ name: String, _ cells: [String]) -> String {
      name.padded(to: width) + " " + cells.map { " " + $0.padded(to: 9) }.joined()
    }
    func line(_ row: Row) -> String {
      let scores = [row.precision, row.recall, row.f1].map { $0.written(decimals: 2) }
      return line(row.name, scores + [row.support.asCount])
    }
    let shares = ["", "", accuracy.written(decimals: 2), weighted.support.asCount]
    return
      ([line("", ["precision", "recall", "f1-score", "support"]), ""] + classes.map(line)
      + ["", line("accuracy", shares), line(macro), line(weighted)]).joined(separator: "\n")
  }
}

/// Precision, recall and F1 of each class: see ``ClassificationReport``.
public func classificationReport(
  _ outputs: Tensor<Float>, labels: Tensor<Int32>, threshold: Float? = nil,
  classNames: [String]? = nil, weights: Tensor<Float>? = nil,
  file: StaticString = #fileID, line: UInt = #line
) -> ClassificationReport {
  ClassificationReport(
    confusionMatrix(
      outputs, labels: labels, threshold: threshold, classNames: classNames, weights: weights,
      file: file, line: line))
}
