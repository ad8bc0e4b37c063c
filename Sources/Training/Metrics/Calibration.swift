// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

/// Whether probabilities can be believed: in bins of the probabilities, their mean beside the share
/// that came true.
///
/// Outputs: [..., classes], of which the largest probability of each row is judged by whether it
/// stands at the label; or the probability of class 1, [...] or [..., 1]. Labels [...]. The bins
/// are of one width, and a probability on an edge is in the lower one, as in scikit-learn's
/// `calibration_curve`. The value is the expected calibration error, Σ_b share_b |came true_b -
/// mean_b|; NaN if an output is. It keeps three numbers a bin.
///
/// Source: Guo, Pleiss, Sun, Weinberger, "On calibration of modern neural networks", ICML 2017.
///
/// ```swift
/// let outputs: Tensor<Float> = [0.25, 0.25, 1, 0.75]
/// let result = calibration(outputs, labels: [0, 1, 1, 1], of: .probabilities, bins: 2)
/// print(result.value)   // 0.1875
/// print(result)
/// // probability  examples    mean  came true
/// // 0 - 0.5             2  0.2500     0.5000
/// // 0.5 - 1             2  0.8750     1.0000
/// // expected calibration error 0.1875
/// ```
public struct Calibration: ClassMetric {
  /// Examples whose probability is in a range.
  public struct Bin: Sendable, Hashable {
    /// From the edge that it excludes (but 0) to that which it includes.
    public let range: ClosedRange<Double>
    /// The number of examples, or the sum of their weights.
    public let count: Double
    /// The mean probability; NaN over no examples.
    public let meanProbability: Double
    /// The share of what came true; NaN over no examples.
    public let shareTrue: Double
  }

  private struct Sums: Sendable {
    var weight = LongSum(), probability = LongSum(), cameTrue = LongSum()
  }

  private let kind: OutputKind
  private var sums: [Sums]
  private var hasNaN = false
  private var classCount = 0

  /// A mistake if there is no bin, and when outputs are added that are said to be probabilities and
  /// are outside 0 ... 1.
  public init(
    of kind: OutputKind, bins: Int = 15, file: StaticString = #fileID, line: UInt = #line
  ) {
    guard bins > 0 else {
      Mistake("Calibration", "\(bins) bins", fix: "use 1 or more").stop(at: CallSite(file, line))
    }
    self.kind = kind
    sums = Array(repeating: Sums(), count: bins)
  }

  public var name: String { "calibration_error" }
  public var isBetterWhenLarger: Bool { false }
  var columns: ScoredRows.Columns { .oneOrClasses }

  /// All bins, also those without examples.
  public var bins: [Bin] {
    sums.enumerated().map { number, sums in
      let count = sums.weight.value
      return Bin(
        range: edge(number)...edge(number + 1), count: count,
        meanProbability: sums.probability.value / count, shareTrue: sums.cameTrue.value / count)
    }
  }

  /// The expected calibration error.
  public var value: Double {
    if hasNaN { return .nan }
    var error = LongSum(), weight = LongSum()
    for sums in sums {
      error.add(abs(sums.cameTrue.value - sums.probability.value))
      weight.add(sums.weight.value)
    }
    return error.value / weight.value
  }

  /// The largest distance in a bin between the mean probability and the share of what came true.
  public var maximumError: Double {
    let distances = bins.filter { $0.count > 0 }.map { abs($0.shareTrue - $0.meanProbability) }
    return hasNaN ? .nan : distances.max() ?? .nan
  }

  mutating func add(_ rows: ScoredRows) throws(Mistake) {
    try rows.checkProbabilities(name, kind)
    classCount = try checkedClassCount(rows.classCount, after: classCount)
    for row in 0..<rows.count {
      let probabilities = rows.probabilities(row, kind)
      // Of equal ones the first, as decisions have it; NaN is equal to none.
      guard let place = probabilities.firstIndex(of: probabilities.max()!) else {
        hasNaN = true
        continue
      }
      let isTrue = Int(rows.labels[row]) == (rows.columns == 1 ? 1 : place)
      let bin = self.bin(probabilities[place]), weight = rows.weight(row)
      sums[bin].weight.add(weight)
      sums[bin].probability.add(probabilities[place], times: weight)
      if isTrue { sums[bin].cameTrue.add(weight) }
    }
  }

  /// As NumPy's `linspace` has it.
  private func edge(_ number: Int) -> Double {
    number == sums.count ? 1 : Double(number) * (1 / Double(sums.count))
  }

  /// The first bin whose upper edge is not below the probability.
  private func bin(_ probability: Double) -> Int {
    var low = 0, high = sums.count - 1
    while low < high {
      let middle = (low + high) / 2
      if edge(middle + 1) < probability { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

extension Calibration {
  /// The bins that have examples, and the error.
  public var description: String {
    let rows = bins.filter { $0.count > 0 }.map { bin in
      [
        "\(bin.range.lowerBound.short) - \(bin.range.upperBound.short)", bin.count.asCount,
        bin.meanProbability.written(decimals: 4), bin.shareTrue.written(decimals: 4),
      ]
    }
    let table = alignedTable([["probability", "examples", "mean", "came true"]] + rows)
    return table + "\nexpected calibration error \(value.written(decimals: 4))"
  }
}

extension Double {
  /// With three decimals or fewer.
  fileprivate var short: String {
    let text = written(decimals: 3)
    let digits = text.reversed().drop { $0 == "0" }
    return String(String(digits.drop { $0 == "." }.reversed()))
  }
}

/// Whether probabilities can be believed: see ``Calibration``.
///
/// ```swift
/// print(calibration([0, 0], labels: [0, 1], of: .logits).value)   // 0.0
/// ```
public func calibration(
  _ outputs: Tensor<Float>, labels: Tensor<Int32>, of kind: OutputKind, bins: Int = 15,
  weights: Tensor<Float>? = nil, file: StaticString = #fileID, line: UInt = #line
) -> Calibration {
  var calibration = Calibration(of: kind, bins: bins, file: file, line: line)
  calibration.add(outputs, labels, weights: weights, file: file, line: line)
  return calibration
}
