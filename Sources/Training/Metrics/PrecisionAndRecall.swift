// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// A metric that is a score of a confusion matrix.
protocol MatrixMetric: ClassMetric {
  var average: ClassAverage { get }
  var matrix: ConfusionMatrix { get set }
}

extension MatrixMetric {
  // Public, as it stands for a requirement of a public protocol.
  public var isBetterWhenLarger: Bool { true }

  var columns: ScoredRows.Columns { matrix.columns }

  mutating func add(_ rows: ScoredRows) throws(Mistake) { try matrix.add(rows) }
}

/// The share of those taken for a class that are of it: see
/// ``ConfusionMatrix/precision(_:file:line:)``.
///
/// ```swift
/// print(Precision(.class(1)).value(of: [[0, 1], [0, 1], [1, 0]], [1, 0, 1]))   // 0.5
/// ```
public struct Precision: MatrixMetric {
  let average: ClassAverage
  var matrix: ConfusionMatrix

  /// Outputs are [..., classes], or with a threshold, which is not NaN, one number each.
  public init(
    _ average: ClassAverage, threshold: Float? = nil, file: StaticString = #fileID,
    line: UInt = #line
  ) {
    self.average = average
    matrix = ConfusionMatrix(threshold: threshold, of: "Precision", CallSite(file, line))
  }

  public var name: String { "precision_\(average.suffix)" }
  public var value: Double { matrix.precision(average) }
}

/// The share of a class that was taken for it: see ``ConfusionMatrix/recall(_:file:line:)``.
///
/// ```swift
/// print(Recall(.class(0)).value(of: [[1, 0], [0, 1], [1, 0]], [0, 0, 1]))   // 0.5
/// ```
public struct Recall: MatrixMetric {
  let average: ClassAverage
  var matrix: ConfusionMatrix

  /// Outputs are [..., classes], or with a threshold, which is not NaN, one number each.
  public init(
    _ average: ClassAverage, threshold: Float? = nil, file: StaticString = #fileID,
    line: UInt = #line
  ) {
    self.average = average
    matrix = ConfusionMatrix(threshold: threshold, of: "Recall", CallSite(file, line))
  }

  public var name: String { "recall_\(average.suffix)" }
  public var value: Double { matrix.recall(average) }
}

/// The harmonic mean of precision and recall: see ``ConfusionMatrix/f1(_:file:line:)``.
///
/// ```swift
/// var f1 = F1(.macro)
/// f1.add([[1, 0, 0], [0, 1, 0], [1, 0, 0]], [0, 0, 0])
/// print(f1)   // f1_macro 0.4
/// ```
public struct F1: MatrixMetric {
  let average: ClassAverage
  var matrix: ConfusionMatrix

  /// Outputs are [..., classes], or with a threshold, which is not NaN, one number each.
  public init(
    _ average: ClassAverage, threshold: Float? = nil, file: StaticString = #fileID,
    line: UInt = #line
  ) {
    self.average = average
    matrix = ConfusionMatrix(threshold: threshold, of: "F1", CallSite(file, line))
  }

  public var name: String { "f1_\(average.suffix)" }
  public var value: Double { matrix.f1(average) }
}

/// The share of those taken for a class that are of it: see ``Precision``.
///
/// ```swift
/// print(precision([[2, 1], [0, 1], [0, 3]], labels: [0, 0, 1], .macro))   // 0.75
/// ```
public func precision(
  _ outputs: Tensor<Float>, labels: Tensor<Int32>, _ average: ClassAverage,
  threshold: Float? = nil, weights: Tensor<Float>? = nil,
  file: StaticString = #fileID, line: UInt = #line
) -> Double {
  Precision(average, threshold: threshold, file: file, line: line)
    .value(of: outputs, labels, weights: weights, file: file, line: line)
}

/// The share of a class that was taken for it: see ``Recall``.
///
/// ```swift
/// print(recall([[2, 1], [0, 1], [0, 3]], labels: [0, 0, 1], .macro))   // 0.75
/// ```
public func recall(
  _ outputs: Tensor<Float>, labels: Tensor<Int32>, _ average: ClassAverage,
  threshold: Float? = nil, weights: Tensor<Float>? = nil,
  file: StaticString = #fileID, line: UInt = #line
) -> Double {
  Recall(average, threshold: threshold, file: file, line: line)
    .value(of: outputs, labels, weights: weights, file: file, line: line)
}

/// The harmonic mean of precision and recall: see ``F1``.
///
/// ```swift
/// print(f1([[2, 1], [0, 1], [0, 3]], labels: [0, 0, 1], .macro))   // 0.6666666666666666
/// ```
public func f1(
  _ outputs: Tensor<Float>, labels: Tensor<Int32>, _ average: ClassAverage,
  threshold: Float? = nil, weights: Tensor<Float>? = nil,
  file: StaticString = #fileID, line: UInt = #line
) -> Double {
  F1(average, threshold: threshold, file: file, line: line)
    .value(of: outputs, labels, weights: weights, file: file, line: line)
}
