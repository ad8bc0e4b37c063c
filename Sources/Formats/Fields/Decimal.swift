// SPDX-License-Identifier: Apache-2.0

/// A field of decimal digits, read but not yet rounded: digits 10^exponent.
///
/// `-1.5e3`, `+.5`, `7.` and `inf` are numbers; `1,000`, `0x1p3` and `nan` are not. Where the sign
/// for decimals is a comma, `1,5` is one and `1.5` is not.
struct Decimal {
  let isNegative: Bool
  let isInfinite: Bool
  /// Where the digits stand: from the first that is not 0.
  let start: Int
  let end: Int
  /// So many from there on, without the sign for decimals; none for 0.
  let digitCount: Int
  /// The last of them, and how many zeros are there behind another digit.
  let exponent: Int
  let trailingZeros: Int
  /// The first 19 digits, which always fit.
  let significant: UInt64
  let point: UInt8

  init?(_ bytes: Span<UInt8>, _ start: Int, _ end: Int, point: UInt8) {
    var index = start
    var isNegative = false
    if index < end, bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+") {
      isNegative = bytes[index] == UInt8(ascii: "-")
      index += 1
    }
    var digits = 0, significant: UInt64 = 0, kept = 0, exponent = 0, zeros = 0
    var hasPoint = false, first = end
    while index < end {
      let byte = bytes[index]
      let digit = byte &- UInt8(ascii: "0")
      if digit <= 9 {
        digits += 1
        // Zeros in front do not count.
        if kept == 0 && digit > 0 { first = index }
        if kept > 0 || digit > 0 { kept += 1 }
        zeros = digit == 0 ? zeros + 1 : 0
        if kept <= 19 { significant = significant &* 10 &+ UInt64(digit) }
        if hasPoint { exponent -= 1 }
      } else if byte == point, !hasPoint {
        hasPoint = true
      } else {
        break
      }
      index += 1
    }
    let isInfinite = digits == 0
    let last = index
    if isInfinite {
      guard !hasPoint, isInfinity(bytes, index, end) else { return nil }
    } else {
      if index < end, bytes[index] | 0x20 == UInt8(ascii: "e") {
        index += 1
        guard let written = decimalExponent(bytes, &index, end) else { return nil }
        exponent += written
      }
      if index != end { return nil }
    }
    (self.isNegative, self.isInfinite, self.point) = (isNegative, isInfinite, point)
    (self.start, self.end, digitCount) = (min(first, last), last, kept)
    (self.exponent, trailingZeros, self.significant) = (exponent, min(zeros, kept), significant)
  }

  /// The nearest Double.
  ///
  /// Three ways lead to it: if digits and 10^|exponent| are Doubles, one rounded operation
  /// (Clinger, "How to read floating point numbers accurately", PLDI 1990); if both fit 64 bits,
  /// whole numbers of 128; else the standard library.
  ///
  /// - Parameter shift: the number is multiplied by this power of ten before it is rounded.
  func double(_ bytes: Span<UInt8>, shift: Int = 0) -> Double {
    if isInfinite { return isNegative ? -.infinity : .infinity }
    let exponent = exponent + shift
    let magnitude =
      digitCount > 19
      ? nil : product(significant, exponent) ?? quotient(significant, exponent)
    let number = magnitude ?? converted(bytes, exponent)
    return isNegative ? -number : number
  }

  /// The nearest Double of a sign, at most 19 digits and a sign for decimals, as most numbers are;
  /// nil for anything else. What the two ways together give, with a fifth of the work.
  static func quick(
    _ bytes: Span<UInt8>, _ start: Int, _ end: Int, point: UInt8
  ) -> Double? {
    guard start < end else { return nil }
    let isNegative = bytes[start] == UInt8(ascii: "-")
    let first = isNegative ? start + 1 : start
    // A zero in front does not count.
    guard first < end, end - first <= (bytes[first] == UInt8(ascii: "0") ? 21 : 20)
    else { return nil }
    var significant: UInt64 = 0, index = first, decimalCount = 0
    while index < end, case let digit = bytes[index] &- UInt8(ascii: "0"), digit <= 9 {
      significant = significant &* 10 &+ UInt64(digit)
      index &+= 1
    }
    var digitCount = index &- first
    if index < end, bytes[index] == point {
      index &+= 1
      let start = index
      while index < end, case let digit = bytes[index] &- UInt8(ascii: "0"), digit <= 9 {
        significant = significant &* 10 &+ UInt64(digit)
        index &+= 1
      }
      decimalCount = index &- start
    }
    digitCount &+= decimalCount
    guard index == end, digitCount > 0,
      digitCount <= 19 || digitCount == 20 && bytes[first] == UInt8(ascii: "0"),
      let magnitude = product(significant, -decimalCount) ?? quotient(significant, -decimalCount)
    else { return nil }
    return isNegative ? -magnitude : magnitude
  }

  /// By the standard library, which is correct for all numbers, and slower.
  private func converted(_ bytes: Span<UInt8>, _ exponent: Int) -> Double {
    var text = ""
    for index in start..<end where bytes[index] != point {
      text.unicodeScalars.append(Unicode.Scalar(bytes[index]))
    }
    return Double("\(text)e\(exponent)") ?? .nan
  }
}

/// A sign and digits, as an exponent; beyond any number's exponent it stays there.
func decimalExponent(_ bytes: Span<UInt8>, _ index: inout Int, _ end: Int) -> Int? {
  var isNegative = false
  if index < end, bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+") {
    isNegative = bytes[index] == UInt8(ascii: "-")
    index += 1
  }
  let start = index
  var exponent = 0
  while index < end, case let digit = bytes[index] &- UInt8(ascii: "0"), digit <= 9 {
    exponent = min(exponent * 10 + Int(digit), 1 << 40)
    index += 1
  }
  return index == start ? nil : isNegative ? -exponent : exponent
}

private func isInfinity(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
  guard end - start == 3 || end - start == 8 else { return false }
  var index = start
  for letter in "infinity".utf8.prefix(end - start) {
    guard bytes[index] | 0x20 == letter else { return false }
    index += 1
  }
  return true
}

private let powers: [Double] = (0...22).map { exponent in
  // Each of these is a whole number below 2^53 times a power of two: all products are exact.
  (0..<exponent).reduce(1.0) { power, _ in power * 10 }
}
private let wholePowers: [UInt64] = (0...19).map { exponent in
  (0..<exponent).reduce(UInt64(1)) { power, _ in power * 10 }
}

/// w 10^e by one rounded operation on exact Doubles.
private func product(_ significant: UInt64, _ exponent: Int) -> Double? {
  if significant == 0 { return 0 }
  guard significant <= 1 << 53, exponent >= -22, exponent <= 22 else { return nil }
  return exponent < 0
    ? Double(significant) / powers[-exponent] : Double(significant) * powers[exponent]
}

/// w 10^e in whole numbers of 128 bits, rounded once: half to even.
private func quotient(_ significant: UInt64, _ exponent: Int) -> Double? {
  guard exponent >= -19, exponent <= 19 else { return nil }
  if exponent >= 0 {
    let (high, low) = significant.multipliedFullWidth(by: wholePowers[exponent])
    if high == 0 { return Double(low) }
    // The 64 leading bits, and whether anything stands behind them.
    let shift = UInt64(high.leadingZeroBitCount)
    let leading = shift == 0 ? high : high << shift | low >> (64 - shift)
    return rounded(leading, isInexact: low << shift != 0, scale: 64 - Int(shift))
  }
  // Both with their leading bit set, so that the quotient has 63 or 64 bits.
  let divisor = wholePowers[-exponent]
  let shift = significant.leadingZeroBitCount, divisorShift = divisor.leadingZeroBitCount
  let dividend = significant << UInt64(shift)
  let (quotient, remainder) = (divisor << UInt64(divisorShift))
    .dividingFullWidth((dividend >> 1, dividend << 63))
  return rounded(quotient, isInexact: remainder != 0, scale: divisorShift - shift - 63)
}

/// bits 2^scale, rounded once. The bits are at least 2^62: so much wider than a Double that what
/// is behind them can be held by the last of them.
private func rounded(_ bits: UInt64, isInexact: Bool, scale: Int) -> Double {
  let whole = Double(bits | (isInexact ? 1 : 0))
  return whole * Double(sign: .plus, exponent: scale, significand: 1)
}
