// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// All scores that a ranking needs: 8 bytes a score, 4 a label, 4 a weight if there are weights.
struct KeptScores: Sendable {
  /// 1 for two classes, else a column each.
  private(set) var columns = 0
  private var scores: [Double] = []
  private var labels: [Int32] = []
  private var weights: [Float]?

  /// The weights of positive and negative examples with one score.
  struct Step {
    var positives = 0.0, negatives = 0.0
  }

  var isEmpty: Bool { labels.isEmpty }

  mutating func add(_ rows: ScoredRows, _ kind: OutputKind) {
    columns = rows.columns > 2 ? rows.columns : 1
    for row in 0..<rows.count {
      let numbers = rows.row(row)
      switch (rows.columns, kind) {
      case (1, _): scores.append(Double(numbers[numbers.startIndex]))
      // The log odds of two classes.
      case (2, .logits):
        scores.append(Double(numbers[numbers.startIndex + 1]) - Double(numbers[numbers.startIndex]))
      case (2, .probabilities): scores.append(Double(numbers[numbers.startIndex + 1]))
      case (_, .logits): scores += rows.logOdds(row)
      case (_, .probabilities): scores += numbers.map(Double.init)
      }
    }
    if rows.hasWeights || weights != nil {
      var all = weights ?? Array(repeating: 1, count: labels.count)
      weights = nil  // Not copied while it grows.
      for row in 0..<rows.count { all.append(Float(rows.weight(row))) }
      weights = all
    }
    labels += rows.labels
  }

  /// A class against the others, from the highest score down; examples of weight 0 are left out.
  func steps(of column: Int) -> [Step] {
    let positive = columns == 1 ? 1 : Int32(column)
    let keys = labels.indices.map { row in
      rank(scores[row * columns + column], isPositive: labels[row] == positive)
    }
    let counted = labels.indices.filter { weights?[$0] != 0 }
    let order = counted.sorted { (keys[$0], $1) > (keys[$1], $0) }
    var steps: [Step] = [], last: Int64?
    for row in order {
      if keys[row] != last { steps.append(Step()) }
      last = keys[row]
      let weight = weights.map { Double($0[row]) } ?? 1
      if labels[row] == positive {
        steps[steps.count - 1].positives += weight
      } else {
        steps[steps.count - 1].negatives += weight
      }
    }
    return steps
  }

  /// An integer in the order of the scores, where 0 and -0 are one. A NaN stands where it is most
  /// wrong: below all scores for a positive example, above them for a negative one.
  private func rank(_ score: Double, isPositive: Bool) -> Int64 {
    if score.isNaN { return isPositive ? .min : .max }
    let bits = Int64(bitPattern: score.bitPattern)
    return bits >= 0 ? bits : .min &- bits
  }
}
