// SPDX-License-Identifier: Apache-2.0

import PullbackTensors
import PullbackTraining

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// How far a normal distribution's interval reaches that holds 19 of 20, in standard deviations.
let normalReach = 1.959963984540054

extension TableEvaluation {
  /// Of outputs before the softmax, [n, classes], and the classes of the rows.
  package init(logits: Tensor<Float>, labels: Tensor<Int32>) {
    let classes = logits.shape[1], count = labels.shape[0]
    let probabilities = logits.softmaxInDouble, known = labels.scalars
    let losses = known.enumerated().map { row, label in
      -log(max(probabilities[row * classes + Int(label)], 2.2e-16))
    }
    let mean = losses.reduce(0, +) / Double(count)
    let accuracy = Accuracy().value(of: logits, labels)
    var metrics: [(name: String, value: Double, interval: ClosedRange<Double>?)] = [
      ("accuracy", accuracy, wilson(accuracy, of: count)),
      (
        "log_loss", mean,
        .around(mean, reach(of: losses), within: Self.bounds(of: "log_loss"))
      ), ("f1_macro", F1(.macro).value(of: logits, labels), nil),
    ]
    if classes == 2 {
      // By the difference of logits: probabilities near 1 would be tied.
      let numbers = logits.scalars
      let scores = (0..<count).map { Double(numbers[2 * $0 + 1]) - Double(numbers[2 * $0]) }
      let (area, error) = area(scores, known)
      let bounds = Self.bounds(of: "roc_auc")
      metrics.append(("roc_auc", area, .around(area, normalReach * error, within: bounds)))
    }
    self.init(rows: count, metrics: metrics)
  }
}

extension Tensor<Float> {
  /// Rows of probabilities, computed in Double.
  var softmaxInDouble: [Double] {
    let columns = shape[1]
    var numbers = scalars.map { Double($0) }
    for start in stride(from: 0, to: numbers.count, by: columns) {
      let row = start..<start + columns, top = numbers[row].max()!
      var sum = 0.0
      for place in row {
        numbers[place] = exp(numbers[place] - top)
        sum += numbers[place]
      }
      for place in row { numbers[place] /= sum }
    }
    return numbers
  }
}

/// How far the interval of a mean of these reaches.
func reach(of numbers: [Double]) -> Double {
  normalReach * numbers.spread / Double(numbers.count).squareRoot()
}

/// Source: Wilson, "Probable inference, the law of succession, and statistical
/// inference", JASA 1927.
private func wilson(_ share: Double, of count: Int) -> ClosedRange<Double>? {
  let n = Double(count), z2 = normalReach * normalReach
  let middle = (share + z2 / (2 * n)) / (1 + z2 / n)
  let root = (share * (1 - share) / n + z2 / (4 * n * n)).squareRoot()
  let interval = ClosedRange.around(
    middle, normalReach * root / (1 + z2 / n), within: TableEvaluation.bounds(of: "accuracy"))
  // It ends at 0 or 1 where the share does, but for rounding.
  return interval.map { min($0.lowerBound, share)...max($0.upperBound, share) }
}

/// The area under the receiver operating characteristic and its standard error; NaN without rows
/// of both classes.
///
/// Source: DeLong, DeLong, Clarke-Pearson, "Comparing the areas under two or more correlated
/// receiver operating characteristic curves", Biometrics 1988.
private func area(_ scores: [Double], _ labels: [Int32]) -> (area: Double, error: Double) {
  let positives = labels.count { $0 == 1 }, negatives = labels.count - positives
  let order = scores.indices.sorted { (scores[$0], $0) < (scores[$1], $1) }
  // For each row the share of those of the other class that it stands on the right side of.
  var ofPositives: [Double] = [], ofNegatives: [Double] = []
  var below = (positives: 0, negatives: 0), start = 0
  while start < order.count {
    var end = start
    while end < order.count, scores[order[end]] == scores[order[start]] { end += 1 }
    let tied = order[start..<end], tiedPositives = tied.count { labels[$0] == 1 }
    let tiedNegatives = tied.count - tiedPositives
    let ahead = Double(below.negatives) + Double(tiedNegatives) / 2
    let behind = Double(positives - below.positives - tiedPositives) + Double(tiedPositives) / 2
    ofPositives += repeatElement(ahead / Double(negatives), count: tiedPositives)
    ofNegatives += repeatElement(behind / Double(positives), count: tiedNegatives)
    below.positives += tiedPositives
    below.negatives += tiedNegatives
    start = max(end, start + 1)
  }
  let area = ofPositives.reduce(0, +) / Double(positives)
  let variance =
    ofPositives.spread * ofPositives.spread / Double(positives)
    + ofNegatives.spread * ofNegatives.spread / Double(negatives)
  return (area, variance.squareRoot())
}
