// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

/// How numbers are distributed.
///
/// ```swift
/// let numbers = Distribution(of: [0, 0, 1, 3, .nan], bins: 3)
/// print(numbers)   // mean 1, deviation 1.225, in 0 ... 3, 1 not finite
/// print(numbers.histogram)   // [2, 1, 1]
/// ```
public struct Distribution: Sendable, Hashable {
  /// How many there are, those that are not finite too.
  public let count: Int
  /// How many are NaN or infinite; what follows is about the others.
  public let nonFiniteCount: Int
  /// NaN if there are none.
  public let mean: Double
  /// The standard deviation: the root of the mean squared distance from the mean. NaN if there are
  /// none.
  public let standardDeviation: Double
  /// The least and the largest; nil if there are none.
  public let range: ClosedRange<Double>?
  /// How many lie in each of the equal parts of the range, of which all but the last are without
  /// their upper end.
  public let histogram: [Int]

  /// The distribution of numbers. A mistake if there is not a bin.
  public init(
    of numbers: [Double], bins: Int = 20, file: StaticString = #fileID, line: UInt = #line
  ) {
    if bins < 1 {
      Mistake("Distribution", "a histogram of \(bins) bins", fix: "use 1 or more")
        .stop(at: CallSite(file, line))
    }
    let finite = numbers.filter(\.isFinite), size = Double(finite.count)
    // Scaled, no sum or square is infinite.
    let scale = finite.reduce(.leastNormalMagnitude) { max($0, abs($1)) }.binade
    let mean = finite.reduce(0) { $0 + $1 / scale } / size
    let square = finite.reduce(0) { $0 + ($1 / scale - mean) * ($1 / scale - mean) } / size
    count = numbers.count
    nonFiniteCount = numbers.count - finite.count
    self.mean = mean * scale
    standardDeviation = square.squareRoot() * scale
    range = finite.min().map { $0...finite.max()! }
    var histogram = [Int](repeating: 0, count: bins)
    for number in finite { histogram[number.bin(of: range!, among: bins)] += 1 }
    self.histogram = histogram
  }
}

extension Distribution: CustomStringConvertible {
  public var description: String {
    guard let range else { return count == 0 ? "no numbers" : "\(nonFiniteCount) not finite" }
    return "mean \(mean.brief), deviation \(standardDeviation.brief), in "
      + "\(range.lowerBound.brief) ... \(range.upperBound.brief)"
      + (nonFiniteCount > 0 ? ", \(nonFiniteCount) not finite" : "")
  }
}
