// SPDX-License-Identifier: Apache-2.0

/// What numbers are before a Double rounds them: 1234567890123456789 and ...790 are two.
extension Decimal {
  var isZero: Bool { digitCount == 0 && !isInfinite }

  /// No digit but 0 stands behind the sign for decimals.
  var isWhole: Bool { !isInfinite && (isZero || exponent + trailingZeros >= 0) }

  /// A whole number of so many digits that the nearest Double may be that of another one as well,
  /// or one beyond all Doubles.
  func isRounded(_ bytes: Span<UInt8>) -> Bool {
    // The largest Double has 309 digits.
    if digitCount + exponent >= 309, double(bytes).isInfinite { return true }
    // Fifteen digits come back from any Double.
    guard isWhole, digitCount - trailingZeros > 15 else { return false }
    guard let whole = whole(bytes) else { return true }
    return Double(exactly: whole) == nil
  }

  /// More digits stand before the sign for decimals than `Int128` always holds.
  var isLong: Bool { digitCount > 0 && digitCount + exponent > 38 }

  /// A whole number; nil if it has more than 38 digits, or is none.
  func whole(_ bytes: Span<UInt8>) -> Int128? {
    guard isWhole, !isLong else { return nil }
    // A tenth of a long number is cut off exactly: only zeros are behind.
    var number: Int128 = 0, left = digitCount + min(exponent, 0), index = start
    while left > 0 {
      if bytes[index] != point {
        number = number * 10 + Int128(bytes[index] &- UInt8(ascii: "0"))
        left -= 1
      }
      index += 1
    }
    for _ in 0..<max(exponent, 0) where number != 0 { number *= 10 }
    return isNegative ? -number : number
  }

  /// Whether a number is below another one, equal, or above: -1, 0, 1. By their digits, of any
  /// number and in any form: 1, 1.0 and 10e-1 are equal.
  static func order(
    _ a: Decimal, _ aBytes: Span<UInt8>, _ b: Decimal, _ bBytes: Span<UInt8>
  ) -> Int {
    let (aSign, bSign) = (a.sign, b.sign)
    if aSign != bSign { return aSign < bSign ? -1 : 1 }
    return aSign * magnitudeOrder(a, aBytes, b, bBytes)
  }

  private var sign: Int { isZero ? 0 : isNegative ? -1 : 1 }

  private static func magnitudeOrder(
    _ a: Decimal, _ aBytes: Span<UInt8>, _ b: Decimal, _ bBytes: Span<UInt8>
  ) -> Int {
    if a.isInfinite || b.isInfinite { return (a.isInfinite ? 1 : 0) - (b.isInfinite ? 1 : 0) }
    // The powers of ten of the first digits.
    let (aPower, bPower) = (a.digitCount + a.exponent, b.digitCount + b.exponent)
    if aPower != bPower { return aPower < bPower ? -1 : 1 }
    var (aIndex, bIndex) = (a.start, b.start)
    while aIndex < a.end || bIndex < b.end {
      let (x, y) = (a.digit(aBytes, &aIndex), b.digit(bBytes, &bIndex))
      if x != y { return x < y ? -1 : 1 }
    }
    return 0
  }

  /// The next digit; zeros behind the last.
  private func digit(_ bytes: Span<UInt8>, _ index: inout Int) -> UInt8 {
    if index < end, bytes[index] == point { index += 1 }
    guard index < end else { return UInt8(ascii: "0") }
    defer { index += 1 }
    return bytes[index]
  }
}
