// SPDX-License-Identifier: Apache-2.0

/// A number as people write it: with signs between groups of three digits, a currency, a percent
/// sign, a minus in front or behind, or in the brackets of accountants.
struct SpelledNumber {
  /// What its signs say about the one before decimals.
  enum Evidence: Int, CaseIterable {
    /// Nothing: there are no decimals, and no points or commas between groups.
    case none
    /// 1.5 and 1,234,567.
    case point
    /// 1,5 and 1.234.567.
    case comma
    /// 1.234: decimals, or a thousand.
    case pointOrThousand
    /// 1,234: decimals, or a thousand.
    case commaOrThousand
  }

  let isNegative: Bool
  let unit: Unit
  let evidence: Evidence
  /// Where digits and the signs between them stand.
  private let start: Int
  private let end: Int

  init?(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) {
    var low = start, high = end
    trimBlanks(bytes, &low, &high)
    guard low < high else { return nil }
    var isNegative = false, isSigned = false, unit = Unit.none
    if bytes[low] == UInt8(ascii: "("), bytes[high - 1] == UInt8(ascii: ")"), high - low > 2 {
      (isNegative, isSigned) = (true, true)
      low += 1
      high -= 1
      trimBlanks(bytes, &low, &high)
    }
    while low < high, !isDigit(bytes[low]) {
      if !isSigned, let sign = leadingSign(bytes, low, high) {
        (isNegative, isSigned) = (sign.isMinus, true)
        low += sign.length
      } else if unit == .none, let (currency, length) = Unit.leading(bytes, low, high) {
        unit = currency
        low += length
      } else {
        break
      }
      trimBlanks(bytes, &low, &high)
    }
    while low < high, !isDigit(bytes[high - 1]) {
      if unit == .none, bytes[high - 1] == UInt8(ascii: "%") {
        unit = .percent
        high -= 1
      } else if unit == .none, let (currency, length) = Unit.trailing(bytes, low, high) {
        unit = currency
        high -= length
      } else if !isSigned, bytes[high - 1] == UInt8(ascii: "-"), high - low > 1,
        !isSeparator(bytes[high - 2])
      {
        // (In Switzerland "5.-" are five francs.)
        (isNegative, isSigned) = (true, true)
        high -= 1
      } else {
        break
      }
      trimBlanks(bytes, &low, &high)
    }
    guard low < high, let evidence = digitEvidence(bytes, low, high) else { return nil }
    (self.isNegative, self.unit, self.evidence) = (isNegative, unit, evidence)
    (self.start, self.end) = (low, high)
  }

  /// Whether it is a number where this sign stands before decimals.
  func fits(point: UInt8) -> Bool {
    switch evidence {
    case .none, .pointOrThousand, .commaOrThousand: true
    case .point: point == UInt8(ascii: ".")
    case .comma: point == UInt8(ascii: ",")
    }
  }

  /// The nearest Double; a hundredth of it for a number in percent.
  func double(_ bytes: Span<UInt8>, point: UInt8) -> Double {
    var text: Bytes = []
    for index in start..<end {
      let byte = bytes[index]
      // Digits, the sign before decimals, and an exponent: not what stands between groups.
      if isDigit(byte) || byte == point || byte | 0x20 == UInt8(ascii: "e")
        || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")
      {
        text.append(byte)
      }
    }
    let magnitude = Decimal(text.span, 0, text.count, point: point)?
      .double(text.span, shift: unit == .percent ? -2 : 0)
    return isNegative ? -(magnitude ?? .nan) : magnitude ?? .nan
  }
}

/// Checks digits, the signs between them and an exponent; nil if they are no number.
private func digitEvidence(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> SpelledNumber
  .Evidence?
{
  // Digits since the last sign, and in all.
  var digits = 0, total = 0
  var signCount = 0, first: UInt8 = 0, last: UInt8 = 0
  // The first group has one to three digits, all others three.
  var areGroups = false
  var index = start
  while index < end {
    if isDigit(bytes[index]) {
      digits += 1
      total += 1
      index += 1
      continue
    }
    guard let (sign, length) = groupSign(bytes, index, end) else { break }
    if signCount == 0 {
      first = sign
      areGroups = 1...3 ~= digits && bytes[start] != UInt8(ascii: "0")
    } else if !areGroups || digits != 3 || last != first {
      return nil
    }
    signCount += 1
    last = sign
    digits = 0
    index += length
  }
  guard total > 0 else { return nil }
  let hasExponent = index < end
  if hasExponent {
    guard bytes[index] | 0x20 == UInt8(ascii: "e") else { return nil }
    index += 1
    guard decimalExponent(bytes, &index, end) != nil, index == end else { return nil }
  }
  if signCount == 0 { return SpelledNumber.Evidence.none }
  let mayBeDecimal = last == UInt8(ascii: ".") || last == UInt8(ascii: ",")
  let isPoint = last == UInt8(ascii: ".")
  let endsInGroup = areGroups && digits == 3 && !hasExponent
  if signCount == 1 {
    if !mayBeDecimal { return endsInGroup ? SpelledNumber.Evidence.none : nil }
    if endsInGroup { return isPoint ? .pointOrThousand : .commaOrThousand }
    return isPoint ? .point : .comma
  }
  if hasExponent { return nil }
  if last != first { return mayBeDecimal ? isPoint ? .point : .comma : nil }
  guard endsInGroup else { return nil }
  return mayBeDecimal ? isPoint ? .comma : .point : SpelledNumber.Evidence.none
}

/// A sign that may stand between groups of digits, all blanks being one and all apostrophes; and
/// its length.
private func groupSign(_ bytes: Span<UInt8>, _ index: Int, _ end: Int) -> (UInt8, Int)? {
  switch bytes[index] {
  case UInt8(ascii: "."), UInt8(ascii: ","), UInt8(ascii: "'"): return (bytes[index], 1)
  default: break
  }
  let blank = blankLength(bytes, index, end)
  if blank > 0 { return (UInt8(ascii: " "), blank) }
  // U+2019, the apostrophe of typesetters.
  let isApostrophe =
    end - index > 2 && bytes[index] == 0xE2 && bytes[index + 1] == 0x80 && bytes[index + 2] == 0x99
  return isApostrophe ? (UInt8(ascii: "'"), 3) : nil
}

private func leadingSign(
  _ bytes: Span<UInt8>, _ index: Int, _ end: Int
) -> (isMinus: Bool, length: Int)? {
  if bytes[index] == UInt8(ascii: "-") { return (true, 1) }
  if bytes[index] == UInt8(ascii: "+") { return (false, 1) }
  // U+2212, the minus of typesetters.
  let isMinus =
    end - index > 2 && bytes[index] == 0xE2 && bytes[index + 1] == 0x88 && bytes[index + 2] == 0x92
  return isMinus ? (true, 3) : nil
}

private func isSeparator(_ byte: UInt8) -> Bool {
  byte == UInt8(ascii: ".") || byte == UInt8(ascii: ",")
}

func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") <= 9 }

/// The length of a blank: a space, a no-break space (U+00A0), a thin, a figure or a narrow
/// no-break one (U+2009, U+2007, U+202F); 0 if there is none.
private func blankLength(_ bytes: Span<UInt8>, _ index: Int, _ end: Int) -> Int {
  switch bytes[index] {
  case UInt8(ascii: " "), UInt8(ascii: "\t"): return 1
  case 0xC2: return end - index > 1 && bytes[index + 1] == 0xA0 ? 2 : 0
  case 0xE2:
    guard end - index > 2, bytes[index + 1] == 0x80 else { return 0 }
    return [0x87, 0x89, 0xAF].contains(bytes[index + 2]) ? 3 : 0
  default: return 0
  }
}

/// Drops blanks of all kinds around a text.
func trimBlanks(_ bytes: Span<UInt8>, _ low: inout Int, _ high: inout Int) {
  while low < high, case let length = blankLength(bytes, low, high), length > 0 { low += length }
  while low < high {
    let length = (1...3).first { high - $0 >= low && blankLength(bytes, high - $0, high) == $0 }
    guard let length else { return }
    high -= length
  }
}
