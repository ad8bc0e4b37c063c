// SPDX-License-Identifier: Apache-2.0

/// The number that a field of decimal digits stands for, correctly rounded; nil if it is none.
///
/// `-1.5e3`, `+.5`, `7.` and `inf` are numbers; `1,000`, `0x1p3` and `nan` are not.
///
/// Digits and exponent are read as w 10^e with whole w. Three ways lead to the nearest Double:
/// if w and 10^|e| are Doubles, one rounded operation (Clinger, "How to read floating point numbers
/// accurately", PLDI 1990); if both fit 64 bits, whole numbers of 128; else the standard library.
func decimal(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Double? {
  var index = start
  var isNegative = false
  if index < end, bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+") {
    isNegative = bytes[index] == UInt8(ascii: "-")
    index += 1
  }
  var digits = 0, significant: UInt64 = 0, kept = 0, exponent = 0
  var hasPoint = false
  while index < end {
    let byte = bytes[index]
    let digit = byte &- UInt8(ascii: "0")
    if digit <= 9 {
      digits += 1
      // Zeros in front do not count; 19 digits always fit.
      if kept > 0 || digit > 0 { kept += 1 }
      if kept <= 19 { significant = significant &* 10 &+ UInt64(digit) }
      if hasPoint { exponent -= 1 }
    } else if byte == UInt8(ascii: "."), !hasPoint {
      hasPoint = true
    } else {
      break
    }
    index += 1
  }
  if digits == 0 { return infinity(bytes, index, end, isNegative, hasPoint) }
  if index < end, bytes[index] | 0x20 == UInt8(ascii: "e") {
    index += 1
    guard let written = decimalExponent(bytes, &index, end) else { return nil }
    exponent += written
  }
  if index != end { return nil }
  let magnitude =
    kept > 19 ? nil : product(significant, exponent) ?? quotient(significant, exponent)
  guard let magnitude else { return converted(bytes, start, end) }
  return isNegative ? -magnitude : magnitude
}

/// A sign and digits, as an exponent; beyond any number's exponent it stays there.
private func decimalExponent(_ bytes: Span<UInt8>, _ index: inout Int, _ end: Int) -> Int? {
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

private func infinity(
  _ bytes: Span<UInt8>, _ start: Int, _ end: Int, _ isNegative: Bool, _ hasPoint: Bool
) -> Double? {
  guard !hasPoint, end - start == 3 || end - start == 8 else { return nil }
  var index = start
  for letter in "infinity".utf8.prefix(end - start) {
    guard bytes[index] | 0x20 == letter else { return nil }
    index += 1
  }
  return isNegative ? -.infinity : .infinity
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

/// By the standard library, which is correct for all numbers, and slower.
private func converted(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Double? {
  var text = ""
  for index in start..<end { text.unicodeScalars.append(Unicode.Scalar(bytes[index])) }
  return Double(text)
}
