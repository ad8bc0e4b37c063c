// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// The precision at each distinct score, from the highest down, weighted by how much the recall
/// grows there: Σ_i (recall_i - recall_(i-1)) precision_i, without interpolation.
///
/// Outputs: of two classes [...] or [..., 1], a score that is large for class 1 (a logit or a
/// probability: the order counts alone), or [..., 2], of which the second counts; of more
/// [..., classes], each class against the others, averaged. Several logits are compared by the
/// probabilities of their softmax, but not rounded: what would be 1 in Double is not tied.
/// Labels [...].
///
/// 0 for a class without examples, as in scikit-learn; NaN over no examples at all. A score that is
/// NaN ranks where it is most wrong. It keeps all scores: 8 bytes each, 4 for each label and each
/// weight, and 40 for each example while it sorts them.
///
/// ```swift
/// var average = AveragePrecision(of: .probabilities)
/// average.add([0.5, 0.25, 0.75, 1], [0, 1, 0, 1])
/// print(average)   // average_precision 0.75
/// ```
public struct AveragePrecision: ClassMetric {
  private let kind: OutputKind
  private var kept = KeptScores()
  private var classCount = 0

  /// Over outputs of a kind, which matters where there are several in a row.
  public init(of kind: OutputKind) { self.kind = kind }

  public var name: String { "average_precision" }
  public var isBetterWhenLarger: Bool { true }

  /// That of class 1 of two, or the mean of those by class.
  public var value: Double {
    if kept.isEmpty { return .nan }
    let all = byClass
    return all.reduce(0, +) / Double(all.count)
  }

  /// That of each class against the others; of class 1 alone where there are two.
  public var byClass: [Double] { (0..<kept.columns).map(average) }

  var columns: ScoredRows.Columns { .oneOrClasses }

  mutating func add(_ rows: ScoredRows) throws(Mistake) {
    classCount = try checkedClassCount(rows.classCount, after: classCount)
    kept.add(rows, kind)
  }

  private func average(_ column: Int) -> Double {
    var sum = LongSum(), positives = 0.0, all = 0.0
    for step in kept.steps(of: column) {
      positives += step.positives
      all += step.positives + step.negatives
      sum.add(step.positives, times: positives / all)
    }
    return ratio(sum.value, positives)
  }
}

/// The precision averaged over the recall: see ``AveragePrecision``. Scores of several classes are
/// taken as they stand, unless they are said to be logits.
///
/// ```swift
/// print(averagePrecision([0.5, 0.25, 0.75, 1], labels: [0, 1, 0, 1]))   // 0.75
/// ```
public func averagePrecision(
  _ scores: Tensor<Float>, labels: Tensor<Int32>, of kind: OutputKind = .probabilities,
  weights: Tensor<Float>? = nil, file: StaticString = #fileID, line: UInt = #line
) -> Double {
  AveragePrecision(of: kind).value(of: scores, labels, weights: weights, file: file, line: line)
}
