// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension ConfusionMatrix {
  /// The share of those taken for a class that are of it; 0 where none was, as with scikit-learn's
  /// `zero_division=0`. NaN over no examples; a mistake if there are not so many classes.
  public func precision(
    _ average: ClassAverage, file: StaticString = #fileID, line: UInt = #line
  ) -> Double {
    averaged(average, at: CallSite(file, line)) { right, _, predicted in ratio(right, predicted) }
  }

  /// The share of a class that was taken for it; 0 where there is none of it, as with
  /// scikit-learn's `zero_division=0`. NaN over no examples; a mistake if there are not so many
  /// classes.
  public func recall(
    _ average: ClassAverage, file: StaticString = #fileID, line: UInt = #line
  ) -> Double {
    averaged(average, at: CallSite(file, line)) { right, labelled, _ in ratio(right, labelled) }
  }

  /// The harmonic mean of precision and recall, 2 right / (labelled + predicted); 0 where a class
  /// occurs as neither. The average is taken of it, not of precision and recall. NaN over no
  /// examples; a mistake if there are not so many classes.
  public func f1(
    _ average: ClassAverage, file: StaticString = #fileID, line: UInt = #line
  ) -> Double {
    averaged(average, at: CallSite(file, line)) { right, labelled, predicted in
      ratio(2 * right, labelled + predicted)
    }
  }

  /// Numbers of right, labelled and predicted make a score.
  private func averaged(
    _ average: ClassAverage, at site: CallSite, score: (Double, Double, Double) -> Double
  ) -> Double {
    func scoreOfClass(_ label: Int) -> Double {
      score(right(label), labelled(label), predicted(label))
    }
    if case .class(let label) = average, classCount > 0 { check(label, at: site) }
    let total = self.total
    guard total > 0 else { return .nan }
    switch average {
    case .class(let label):
      return scoreOfClass(label)
    case .macro:
      let classes = occurring
      return classes.reduce(0) { $0 + scoreOfClass($1) } / Double(classes.count)
    case .micro:
      let decided = (0..<classCount).reduce(0) { $0 + predicted($1) }
      return score(diagonal, total, decided)
    case .weighted:
      return occurring.reduce(0) { $0 + labelled($1) * scoreOfClass($1) } / total
    }
  }
}

extension ClassAverage {
  /// What it adds to a metric's name: "macro", "class_1".
  var suffix: String {
    switch self {
    case .class(let label): "class_\(label)"
    case .macro: "macro"
    case .micro: "micro"
    case .weighted: "weighted"
    }
  }
}

/// The share of those taken for a class that are of it: see
/// ``ConfusionMatrix/precision(_:file:line:)``.
///
/// ```swift
/// print(Precision(.class(1)).value(of: [[0, 1], [0, 1], [1, 0]], [1, 0, 1]))   // 0.5
/// ```
public struct Precision: ClassMetric {
  private let average: ClassAverage
  private var matrix: ConfusionMatrix

  /// Outputs are [..., classes], or with a threshold one number each.
  public init(_ average: ClassAverage, threshold: Float? = nil) {
    self.average = average
    matrix = ConfusionMatrix(threshold: threshold)
  }

  public var name: String { "precision_\(average.suffix)" }
  public var isBetterWhenLarger: Bool { true }
  public var value: Double { matrix.precision(average) }
  var columns: ScoredRows.Columns { matrix.columns }
  mutating func add(_ rows: ScoredRows) throws(Mistake) { try matrix.add(rows) }
}

/// The share of a class that was taken for it: see ``ConfusionMatrix/recall(_:file:line:)``.
///
/// ```swift
/// print(Recall(.class(0)).value(of: [[1, 0], [0, 1], [1, 0]], [0, 0, 1]))   // 0.5
/// ```
public struct Recall: ClassMetric {
  private let average: ClassAverage
  private var matrix: ConfusionMatrix

  /// Outputs are [..., classes], or with a threshold one number each.
  public init(_ average: ClassAverage, threshold: Float? = nil) {
    self.average = average
    matrix = ConfusionMatrix(threshold: threshold)
  }

  public var name: String { "recall_\(average.suffix)" }
  public var isBetterWhenLarger: Bool { true }
  public var value: Double { matrix.recall(average) }
  var columns: ScoredRows.Columns { matrix.columns }
  mutating func add(_ rows: ScoredRows) throws(Mistake) { try matrix.add(rows) }
}

/// The harmonic mean of precision and recall: see ``ConfusionMatrix/f1(_:file:line:)``.
///
/// ```swift
/// var f1 = F1(.macro)
/// f1.add([[1, 0, 0], [0, 1, 0], [1, 0, 0]], [0, 0, 0])
/// print(f1)   // f1_macro 0.4
/// ```
public struct F1: ClassMetric {
  private let average: ClassAverage
  private var matrix: ConfusionMatrix

  /// Outputs are [..., classes], or with a threshold one number each.
  public init(_ average: ClassAverage, threshold: Float? = nil) {
    self.average = average
    matrix = ConfusionMatrix(threshold: threshold)
  }

  public var name: String { "f1_\(average.suffix)" }
  public var isBetterWhenLarger: Bool { true }
  public var value: Double { matrix.f1(average) }
  var columns: ScoredRows.Columns { matrix.columns }
  mutating func add(_ rows: ScoredRows) throws(Mistake) { try matrix.add(rows) }
}

/// How often rows of each class were taken for each class: see ``ConfusionMatrix``.
///
/// ```swift
/// let matrix = confusionMatrix([[2, 1], [0, 1], [0, 3]], labels: [0, 0, 1])
/// print(matrix.f1(.macro))   // 0.6666666666666666
/// ```
public func confusionMatrix(
  _ outputs: Tensor<Float>, labels: Tensor<Int32>, threshold: Float? = nil,
  classNames: [String]? = nil, weights: Tensor<Float>? = nil,
  file: StaticString = #fileID, line: UInt = #line
) -> ConfusionMatrix {
  var matrix = ConfusionMatrix(threshold: threshold, classNames: classNames)
  matrix.add(outputs, labels, weights: weights, file: file, line: line)
  return matrix
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
  Precision(average, threshold: threshold)
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
  Recall(average, threshold: threshold)
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
  F1(average, threshold: threshold)
    .value(of: outputs, labels, weights: weights, file: file, line: line)
}
