// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// The mean squared distance of the probabilities from 1 at the label and 0 elsewhere: summed over
/// three classes or more, of class 1 alone where there are two, as scikit-learn's
/// `brier_score_loss`.
///
/// Outputs: [..., classes], or one of class 1, [...] or [..., 1]; labels [...]. NaN if an output
/// is.
///
/// ```swift
/// print(BrierScore(of: .probabilities).value(of: [0.5, 1], [0, 1]))   // 0.125
/// ```
public struct BrierScore: ClassMetric {
  private let kind: OutputKind
  private var mean = WeightedMean()
  private var classCount = 0

  /// A mistake when outputs are added that are said to be probabilities and are outside 0 ... 1.
  public init(of kind: OutputKind) { self.kind = kind }

  public var name: String { "brier_score" }
  public var isBetterWhenLarger: Bool { false }
  public var value: Double { mean.value }
  var columns: ScoredRows.Columns { .oneOrClasses }

  mutating func add(_ rows: ScoredRows) throws(Mistake) {
    try rows.checkProbabilities(name, kind)
    classCount = try checkedClassCount(rows.classCount, after: classCount)
    for row in 0..<rows.count {
      let probabilities = rows.probabilities(row, kind), label = Int(rows.labels[row])
      var sum = 0.0
      for (place, probability) in probabilities.enumerated() {
        let truth = place == (rows.columns == 1 ? 1 - label : label) ? 1.0 : 0
        sum += (truth - probability) * (truth - probability)
      }
      mean.add(rows.columns == 2 ? sum / 2 : sum, weight: rows.weight(row))
    }
  }
}

/// The mean squared distance of probabilities from the truth: see ``BrierScore``.
///
/// ```swift
/// print(brierScore([0, 0], labels: [0, 1], of: .logits))   // 0.25
/// ```
public func brierScore(
  _ outputs: Tensor<Float>, labels: Tensor<Int32>, of kind: OutputKind,
  weights: Tensor<Float>? = nil, file: StaticString = #fileID, line: UInt = #line
) -> Double {
  BrierScore(of: kind).value(of: outputs, labels, weights: weights, file: file, line: line)
}
