// SPDX-License-Identifier: Apache-2.0

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// How a number becomes an input: z = (x - mean) / scale, within bounds.
///
/// Where the numbers are skewed, x is bent first: see ``Curve``. Whatever x is, infinite too, z is
/// within the bounds.
public struct Standardization: Sendable, Hashable {
  /// What makes skewed numbers less so: sign(x - center) log(1 + |x - center| / scale).
  public struct Curve: Sendable, Hashable {
    /// Where the curve goes through 0.
    public var center: Double
    /// Up to about this distance from the center the curve is a line, from there on a logarithm.
    public var scale: Double

    /// A curve around a number.
    public init(center: Double, scale: Double) { (self.center, self.scale) = (center, scale) }

    func callAsFunction(_ x: Double) -> Double {
      let distance = x - center, bent = log1p(distance.magnitude / scale)
      return distance < 0 ? -bent : bent
    }

    func inverse(_ y: Double) -> Double {
      let distance = scale * expm1(y.magnitude)
      return y < 0 ? center - distance : center + distance
    }
  }

  /// Bends x first, where that makes the numbers much less skewed.
  public var curve: Curve?
  /// The mean of the training rows, behind the curve.
  public var mean: Double
  /// Their standard deviation, behind the curve.
  public var scale: Double
  /// What stands for x where it is missing: the median of the training rows.
  public var missing: Double
  /// The least and the largest z.
  public var bounds: ClosedRange<Double>
  /// Whether a second input is 1 where x is missing and 0 where it is not.
  public var marksMissing: Bool

  /// The bounds where none are given: so far out that only what is no number of Float is cut off.
  public static let widestBounds = -1e6...1e6

  /// All that is to be known to standardise a column.
  public init(
    curve: Curve? = nil, mean: Double, scale: Double, missing: Double,
    bounds: ClosedRange<Double> = widestBounds, marksMissing: Bool = false
  ) {
    (self.curve, self.mean, self.scale) = (curve, mean, scale)
    (self.missing, self.bounds, self.marksMissing) = (missing, bounds, marksMissing)
  }

  var width: Int { marksMissing ? 2 : 1 }

  /// z of x, where NaN is missing.
  @inline(__always)
  func input(_ x: Double) -> Double {
    let x = x.isNaN ? missing : x
    let bent = curve.map { $0(x) } ?? x
    return min(max((bent - mean) / scale, bounds.lowerBound), bounds.upperBound)
  }

  /// The x of a z: NaN stays NaN.
  func number(_ z: Double) -> Double {
    if z.isNaN { return z }
    let bent = min(max(z, bounds.lowerBound), bounds.upperBound) * scale + mean
    let x = curve.map { $0.inverse(bent) } ?? bent
    // Within bounds it is finite but for numbers next to the largest.
    return min(max(x, -.greatestFiniteMagnitude), .greatestFiniteMagnitude)
  }
}

extension Standardization {
  /// Fitted to the numbers of training rows, NaN where one is missing; nil if nothing can be
  /// learned from them.
  ///
  /// - Parameter reach: how many standard deviations beyond the numbers the bounds are.
  init?(fitting numbers: [Double], reach: Double = 3) {
    let present = numbers.filter(\.isFinite)
    if present.isEmpty { return nil }
    let plain = Moments(present), curve = Curve(fitting: present, plain)
    let moments = curve.map { curve in Moments(present.map { curve($0) }) } ?? plain
    // What fewer than ten rows lack, or one in a hundred, says nothing, and misleads
    // where others lack it.
    let fewest = numbers.count < 50 ? 1 : max(10, (numbers.count + 99) / 100)
    let marksMissing = numbers.count(where: \.isNaN) >= fewest
    let middle = median(present)
    guard moments.deviation.isNormal else {
      // One value, or none: that is all that this column says.
      if !marksMissing { return nil }
      self.init(mean: middle, scale: 1, missing: middle, bounds: 0...0, marksMissing: true)
      return
    }
    let low = (moments.range.lowerBound - moments.mean) / moments.deviation
    let high = (moments.range.upperBound - moments.mean) / moments.deviation
    self.init(
      curve: curve, mean: moments.mean, scale: moments.deviation, missing: middle,
      bounds: max(low - reach, -1e6)...min(high + reach, 1e6), marksMissing: marksMissing)
  }
}

extension Standardization.Curve {
  /// The one that leaves the least skewness, if that is a third of what there was or less.
  fileprivate init?(fitting numbers: [Double], _ moments: Moments) {
    let skewness = moments.skewness.magnitude
    guard skewness > 1.5 else { return nil }
    // What is chosen by looking is chosen by some thousand numbers as well as by all.
    let step = max(1, numbers.count / 2000)
    let sample = stride(from: 0, to: numbers.count, by: step).map { numbers[$0] }
    let range = moments.range
    let end = moments.skewness > 0 ? range.lowerBound : range.upperBound
    var centers = end == 0 ? [0] : [0, end]
    if range.lowerBound < 0 && range.upperBound > 0 { centers.append(median(sample)) }
    var best: (curve: Self, skewness: Double)?
    for center in centers {
      let distances = sample.map { ($0 - center).magnitude }.filter { $0 > 0 && $0.isFinite }
      if distances.isEmpty { continue }
      for share in [2, 10] {
        let scale = ordered(distances.count / share, of: distances)
        guard scale.isNormal else { continue }
        let curve = Self(center: center, scale: scale)
        let bent = sample.map { curve($0) }
        guard bent.allSatisfy(\.isFinite) else { continue }
        let left = Moments(bent)
        guard left.deviation.isNormal else { continue }
        if left.skewness.magnitude < best?.skewness ?? .infinity {
          best = (curve, left.skewness.magnitude)
        }
      }
    }
    guard let best, best.skewness <= skewness / 3 else { return nil }
    // What holds for the sample holds for all numbers, those far out too.
    let all = Moments(numbers.map { best.curve($0) })
    guard all.deviation.isNormal, all.skewness.magnitude <= skewness / 2 else { return nil }
    self = best.curve
  }
}
