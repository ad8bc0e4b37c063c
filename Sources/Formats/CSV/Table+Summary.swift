// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime

extension Table {
  /// What the numbers of a column are like: those that are there and finite.
  public struct NumberSummary: Sendable, Hashable {
    /// How many numbers there are.
    public let count: Int
    /// The least number.
    public let minimum: Double
    /// The greatest number.
    public let maximum: Double
    /// Their mean.
    public let mean: Double
    /// The square root of the sum of squared distances from the mean over count - 1; NaN for a
    /// single number.
    public let standardDeviation: Double
    /// The numbers below which a quarter, a half and three quarters of them are: between two
    /// numbers on a straight line.
    public let quartiles: [Double]
    /// How many numbers are in each of equal parts of the range from the least to the greatest; one
    /// on a border belongs to the part above it, the greatest to the last.
    public let histogram: [Int]
  }
}

extension Table.Column {
  /// What the numbers of a numeric column are like; nil for a categorical one, or if it has none.
  ///
  /// ```swift
  /// let table = try CSV.table(from: Array("x\n1\n2\n3\n10\n\"\"\n".utf8))
  /// if let x = table.columns[0].summary(binCount: 3) {
  ///   print(x.count, x.mean, x.quartiles, x.histogram)
  /// }
  /// // 4 4.0 [1.75, 2.5, 4.75] [3, 0, 1]
  /// ```
  ///
  /// - Parameter binCount: how many parts the histogram has, one if none or less.
  public func summary(binCount: Int = 20) -> Table.NumberSummary? {
    guard case .numeric(let values) = values else { return nil }
    let sorted = values.filter(\.isFinite).sorted()
    guard let low = sorted.first, let high = sorted.last else { return nil }
    var histogram = [Int](repeating: 0, count: max(binCount, 1))
    for number in sorted {
      histogram[number.bin(of: low...high, among: histogram.count)] += 1
    }
    // Scaled, no square of a difference is infinite.
    let scale = max(-low, high, .leastNormalMagnitude).binade
    let mean = sorted.reduce(0) { $0 + $1 / scale } / Double(sorted.count)
    let squares = sorted.reduce(0) { $0 + ($1 / scale - mean) * ($1 / scale - mean) }
    let variance = squares / Double(sorted.count - 1)
    return Table.NumberSummary(
      count: sorted.count, minimum: low, maximum: high, mean: mean * scale,
      standardDeviation: variance.squareRoot() * scale,
      quartiles: [0.25, 0.5, 0.75].map { quantile($0, of: sorted) }, histogram: histogram)
  }

  /// The texts of a categorical column that most rows have, and how many do; of equally many the
  /// first in the order of ``Texts``. Empty for a numeric column.
  ///
  /// ```swift
  /// let table = try CSV.table(from: Array("t,x\nb,1\na,2\nb,3\nc,4\n".utf8))
  /// for (text, count) in table.columns[0].mostFrequent(2) { print(text, count) }
  /// // b 2
  /// // a 1
  /// ```
  ///
  /// - Parameter most: how many texts to give.
  public func mostFrequent(_ most: Int = 10) -> [(text: String, count: Int)] {
    guard case .categorical(let codes, let texts) = values else { return [] }
    var counts = [Int](repeating: 0, count: texts.count)
    for code in codes where code >= 0 { counts[Int(code)] += 1 }
    let order = counts.indices.sorted { (-counts[$0], $0) < (-counts[$1], $1) }
    return order.prefix(max(most, 0)).map { (texts[$0], counts[$0]) }
  }
}

private func quantile(_ part: Double, of sorted: [Double]) -> Double {
  let place = part * Double(sorted.count - 1), below = Int(place)
  if below + 1 == sorted.count { return sorted[below] }
  let share = place - Double(below)
  return sorted[below] * (1 - share) + sorted[below + 1] * share
}
