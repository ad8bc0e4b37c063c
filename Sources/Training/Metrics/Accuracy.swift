// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// The share of examples whose largest output is at the label, or that stand on the right side of a
/// threshold. An example with a NaN is wrong.
///
/// Outputs: [..., classes], logits or probabilities, labels [...]; with a threshold [...] or [...,
/// 1]. Of equal outputs the first is the largest. The function `accuracy` computes the same as a
/// tensor.
///
/// ```swift
/// var metric = Accuracy(threshold: 0)
/// metric.add([-1, 2, 0.5, 0], [0, 1, 0, 1])
/// print(metric)   // accuracy 0.5
/// ```
public struct Accuracy: ClassMetric {
  private let threshold: Float?
  private var mean = WeightedMean()

  /// With a threshold for outputs that are one number each: class 1 is what is larger, so 0 for
  /// logits, 0.5 for probabilities; NaN is a mistake.
  public init(
    threshold: Float? = nil, file: StaticString = #fileID, line: UInt = #line
  ) {
    self.threshold = ScoredRows.checked(threshold, "Accuracy", CallSite(file, line))
  }

  public var name: String { "accuracy" }
  public var isBetterWhenLarger: Bool { true }
  public var value: Double { mean.value }

  var columns: ScoredRows.Columns { threshold == nil ? .classes : .one }

  mutating func add(_ rows: ScoredRows) {
    for row in 0..<rows.count {
      let isRight = rows.decision(row, threshold: threshold) == Int(rows.labels[row])
      mean.add(isRight ? 1 : 0, weight: rows.weight(row))
    }
  }
}

/// The share of examples whose label is among the k largest outputs. An example with a NaN is
/// wrong.
///
/// Outputs: [..., classes], logits or probabilities, labels [...]. Of equal outputs that of the
/// larger class counts as larger, as in scikit-learn's `top_k_accuracy_score`; ``Accuracy`` and
/// `argmax` take the first.
///
/// ```swift
/// print(TopKAccuracy(2).value(of: [[0.1, 0.7, 0.2], [0.5, 0.1, 0.4]], [2, 1]))   // 0.5
/// ```
public struct TopKAccuracy: ClassMetric {
  private let k: Int
  private var mean = WeightedMean()

  /// A mistake if k is not positive.
  public init(_ k: Int, file: StaticString = #fileID, line: UInt = #line) {
    guard k > 0 else {
      Mistake("TopKAccuracy", "the \(k) largest of a row", fix: "use a number of 1 or more")
        .stop(at: CallSite(file, line))
    }
    self.k = k
  }

  public var name: String { "top_\(k)_accuracy" }
  public var isBetterWhenLarger: Bool { true }
  public var value: Double { mean.value }

  var columns: ScoredRows.Columns { .classes }

  mutating func add(_ rows: ScoredRows) {
    for row in 0..<rows.count {
      let numbers = rows.row(row)
      let place = numbers.startIndex + Int(rows.labels[row]), own = numbers[place]
      var larger = 0, isRight = true
      for other in numbers.indices where other != place {
        if numbers[other] > own || numbers[other] == own && other > place { larger += 1 }
        isRight = isRight && !numbers[other].isNaN
      }
      isRight = isRight && !own.isNaN && larger < k
      mean.add(isRight ? 1 : 0, weight: rows.weight(row))
    }
  }
}

/// The share of rows whose label is among the k largest outputs: see ``TopKAccuracy``.
///
/// ```swift
/// print(topKAccuracy([[0.1, 0.7, 0.2], [0.5, 0.1, 0.4]], labels: [2, 1], k: 2))   // 0.5
/// ```
public func topKAccuracy(
  _ outputs: Tensor<Float>, labels: Tensor<Int32>, k: Int, weights: Tensor<Float>? = nil,
  file: StaticString = #fileID, line: UInt = #line
) -> Double {
  TopKAccuracy(k, file: file, line: line)
    .value(of: outputs, labels, weights: weights, file: file, line: line)
}
