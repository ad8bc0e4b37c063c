// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// The area under the receiver operating characteristic: how likely an example of a class has a
/// higher score than one of the others; a tie counts half.
///
/// Outputs: of two classes [...] or [..., 1], a score that is large for class 1 (a logit or a
/// probability: the order counts alone), or [..., 2], of which the second counts; of more
/// [..., classes], each class against the others, averaged. Several logits are compared by the
/// probabilities of their softmax, but not rounded: what would be 1 in Double is not tied.
/// Labels [...].
///
/// NaN for a class that has no example or all, and the average over classes then, as in
/// scikit-learn; ``byClass`` has the others. A score that is NaN ranks where it is most wrong. It
/// keeps all scores: 8 bytes each, 4 for each label and each weight, and 40 for each example
/// while it sorts them.
///
/// ```swift
/// var area = ROCAUC(of: .probabilities)
/// area.add([0.1, 0.4], [0, 0])
/// area.add([0.35, 0.8], [1, 1])
/// print(area)   // roc_auc 0.75
/// ```
public struct ROCAUC: ClassMetric {
  private let kind: OutputKind
  private var kept = KeptScores()
  private var classCount = 0

  /// Over outputs of a kind, which matters where there are several in a row.
  public init(of kind: OutputKind) { self.kind = kind }

  public var name: String { "roc_auc" }
  public var isBetterWhenLarger: Bool { true }

  /// The area for class 1 of two, or the mean of those by class.
  public var value: Double {
    if kept.isEmpty { return .nan }
    let areas = kept.columns == 1 ? [area(0)] : byClass
    return areas.reduce(0, +) / Double(areas.count)
  }

  /// The area for each class against the others.
  public var byClass: [Double] {
    kept.columns == 1 ? [area(0), area(0)] : (0..<kept.columns).map(area)
  }

  var columns: ScoredRows.Columns { .oneOrClasses }

  mutating func add(_ rows: ScoredRows) throws(Mistake) {
    classCount = try checkedClassCount(rows.classCount, after: classCount)
    kept.add(rows, kind)
  }

  private func area(_ column: Int) -> Double {
    var area = LongSum(), positives = 0.0, negatives = 0.0
    for step in kept.steps(of: column) {
      area.add(step.negatives, times: positives + step.positives / 2)
      positives += step.positives
      negatives += step.negatives
    }
    return area.value / (positives * negatives)
  }
}

/// The area under the receiver operating characteristic: see ``ROCAUC``. Scores of several classes
/// are taken as they stand, unless they are said to be logits.
///
/// ```swift
/// print(rocAUC([0.1, 0.4, 0.35, 0.8], labels: [0, 0, 1, 1]))   // 0.75
/// ```
public func rocAUC(
  _ scores: Tensor<Float>, labels: Tensor<Int32>, of kind: OutputKind = .probabilities,
  weights: Tensor<Float>? = nil, file: StaticString = #fileID, line: UInt = #line
) -> Double {
  ROCAUC(of: kind).value(of: scores, labels, weights: weights, file: file, line: line)
}
