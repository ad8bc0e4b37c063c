// SPDX-License-Identifier: Apache-2.0

#if Command

import Pullback

/// How numbers lie: what a line about them says.
struct Spread {
  let count: Int
  /// NaN and infinite.
  private(set) var nonFiniteCount = 0
  /// Of the finite ones; nil if there are none.
  private(set) var range: ClosedRange<Double>?
  private(set) var mean = Double.nan
  private(set) var deviation = Double.nan
  /// How many lie in each part of the range.
  private(set) var histogram: [Int]

  static let bins = 12

  /// Goes over the numbers twice and copies none.
  init(of numbers: some Collection<Double>) {
    count = numbers.count
    histogram = [Int](repeating: 0, count: Spread.bins)
    var least = Double.infinity, largest = -Double.infinity, mean = 0.0, squares = 0.0, seen = 0.0
    for number in numbers where number.isFinite {
      least = min(least, number)
      largest = max(largest, number)
      // Welford's: sums would leave the range of Double where the numbers do not.
      seen += 1
      let distance = number - mean
      mean += distance / seen
      squares += distance * (number - mean)
    }
    nonFiniteCount = count - Int(seen)
    guard least <= largest else { return }
    let range = least...largest
    (self.range, self.mean) = (range, mean)
    deviation = (squares / seen).squareRoot()
    for number in numbers where number.isFinite {
      histogram[number.bin(of: range, among: Spread.bins)] += 1
    }
  }

  /// The histogram as a line of bars, of which the highest stands for the most.
  var bars: String { Spread.bars(histogram) }

  static func bars(_ counts: [Int]) -> String {
    let heights = Array("▁▂▃▄▅▆▇█"), most = counts.max() ?? 0
    return String(
      counts.map { count -> Character in
        count == 0 ? " " : heights[min(8 * (count - 1) / max(most, 1), 7)]
      })
  }

  func add(to line: inout JSONLine) {
    line.add("least", range?.lowerBound ?? .nan)
    line.add("mean", mean)
    line.add("largest", range?.upperBound ?? .nan)
    line.add("deviation", deviation)
    line.add("histogram", range == nil ? [] : histogram)
  }

  /// Least, mean and largest, and the bars.
  var cells: [String] {
    guard let range else { return ["", "", "", ""] }
    return [range.lowerBound.brief, mean.brief, range.upperBound.brief, bars]
  }

  static let titles = ["least", "mean", "largest", "histogram"]
}

#endif
