// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// The mean of -ln p over examples, where p is the probability of the label.
///
/// Outputs: [..., classes], or one of class 1, [...] or [..., 1]; labels [...]. From logits it is
/// computed without rounding p, in Double. Probabilities are clipped to 2.2e-16 ... 1 - 2.2e-16, as
/// by scikit-learn's `log_loss`, and not divided by their sum. NaN if an output is.
///
/// ```swift
/// var loss = LogLoss(of: .probabilities)
/// loss.add([[0.5, 0.5], [0, 1]], [0, 1])
/// print(loss)   // log_loss 0.34657359027997275
/// ```
public struct LogLoss: ClassMetric {
  private let kind: OutputKind
  private var mean = WeightedMean()
  private var classCount = 0

  /// A mistake when outputs are added that are said to be probabilities and are outside 0 ... 1.
  public init(of kind: OutputKind) { self.kind = kind }

  public var name: String { "log_loss" }
  public var isBetterWhenLarger: Bool { false }
  public var value: Double { mean.value }
  var columns: ScoredRows.Columns { .oneOrClasses }

  mutating func add(_ rows: ScoredRows) throws(Mistake) {
    try rows.checkProbabilities(name, kind)
    classCount = try checkedClassCount(rows.classCount, after: classCount)
    for row in 0..<rows.count { mean.add(rows.logLoss(row, kind), weight: rows.weight(row)) }
  }
}

/// The mean of -ln of the probabilities of the labels: see ``LogLoss``.
///
/// ```swift
/// print(logLoss([0, 0], labels: [0, 1], of: .logits))   // 0.6931471805599453
/// ```
public func logLoss(
  _ outputs: Tensor<Float>, labels: Tensor<Int32>, of kind: OutputKind,
  weights: Tensor<Float>? = nil, file: StaticString = #fileID, line: UInt = #line
) -> Double {
  LogLoss(of: kind).value(of: outputs, labels, weights: weights, file: file, line: line)
}
