// SPDX-License-Identifier: Apache-2.0

/// Mean, deviation and skewness of numbers, with the digits of Double: differences from the mean
/// are summed, and long sums are made of short ones.
struct Moments {
  let count: Int
  let range: ClosedRange<Double>
  let mean: Double
  /// The root of the mean squared difference from the mean.
  let deviation: Double
  /// The mean cube of standardised numbers; 0 where all are equal.
  let skewness: Double

  /// Of one finite number or more.
  init(_ numbers: [Double]) {
    count = numbers.count
    var least = numbers[0], most = numbers[0]
    for x in numbers {
      if x < least { least = x }
      if x > most { most = x }
    }
    range = least...most
    // Powers of two change no digit, and squares and cubes of what is left are numbers of the type.
    let size = max(least.magnitude, most.magnitude)
    let factor = size < 1e-90 || size > 1e90 ? Moments.powerOfTwo(below: size) : 1
    let n = Double(count)
    let first = Moments.sum(numbers) { $0 / factor } / n
    let shift = Moments.sum(numbers) { $0 / factor - first } / n
    let mean = first + shift
    self.mean = mean * factor
    guard least < most else {
      (deviation, skewness) = (0, 0)
      return
    }
    let variance =
      Moments.sum(numbers) { x in
        let d = x / factor - mean
        return d * d
      } / n
    let cube =
      Moments.sum(numbers) { x in
        let d = x / factor - mean
        return d * d * d
      } / n
    deviation = variance.squareRoot() * factor
    let skewness = cube / (variance * variance.squareRoot())
    self.skewness = skewness.isFinite ? skewness : 0
  }

  private static func powerOfTwo(below size: Double) -> Double {
    size.isNormal ? Double(sign: .plus, exponent: size.exponent, significand: 1) : 1
  }

  /// Sums of 256 numbers each, then the sum of these: what is lost grows with neither count.
  @inline(__always)
  private static func sum(_ numbers: [Double], _ term: (Double) -> Double) -> Double {
    var high = 0.0, low = 0.0, start = 0
    while start < numbers.count {
      let end = min(start + 256, numbers.count)
      var part = 0.0
      for index in start..<end { part += term(numbers[index]) }
      // What the larger one's digits do not hold is kept.
      let total = high + part
      low += high.magnitude >= part.magnitude ? (high - total) + part : (part - total) + high
      (high, start) = (total, end)
    }
    return high + low
  }
}

/// The number at a place of the order, counted from 0, without putting all in order.
///
/// Source: Hoare, "Algorithm 65: find", 1961, with equal numbers set apart.
func ordered(_ place: Int, of numbers: [Double]) -> Double {
  var rest = numbers, place = place, state: UInt64 = 0x9E37_79B9_7F4A_7C15
  while rest.count > 16 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    let pivot = rest[Int((state >> 33) % UInt64(rest.count))]
    var below = 0, equal = 0
    for x in rest {
      if x < pivot { below += 1 } else if x == pivot { equal += 1 }
    }
    if place < below {
      rest.removeAll { $0 >= pivot }
    } else if place < below + equal {
      return pivot
    } else {
      rest.removeAll { $0 <= pivot }
      place -= below + equal
    }
  }
  rest.sort()
  return rest[place]
}

/// The number in the middle, or between the two there.
func median(_ numbers: [Double]) -> Double {
  let upper = ordered(numbers.count / 2, of: numbers)
  if numbers.count % 2 == 1 { return upper }
  let lower = ordered(numbers.count / 2 - 1, of: numbers)
  return lower == upper ? upper : lower / 2 + upper / 2
}
