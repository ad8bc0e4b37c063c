// SPDX-License-Identifier: Apache-2.0

/// A floating-point number as a sign and decimal digits: 0.d₀d₁d₂… × 10^point.
///
/// The digits are the fewest that read back as the same number, unless a cutoff asks for fewer or
/// for more. A digit that is cut off is rounded by the binary number, not by its shortest decimal.
///
/// This is the free-format algorithm of Steele and White (1990) on exact integers. It decides
/// what NumPy's Dragon4 decides, in the same order, because the last digit depends on the order.
struct DecimalDigits {
  enum Cutoff {
    /// As many digits as it takes.
    case none
    /// At most so many digits after the point.
    case fraction(Int)
    /// At least and at most so many digits in all.
    case significant(ClosedRange<Int>)
  }

  let isNegative: Bool
  /// Digits 0...9; neither the first nor the last is zero, unless the number is.
  private(set) var digits: [UInt8]
  /// How many digits stand before the point; zero or less for numbers below 0.1.
  private(set) var point: Int

  init<T: BinaryFloatingPoint>(_ number: T, cutoff: Cutoff) {
    isNegative = number.sign == .minus
    digits = number == 0 ? [0] : []
    point = 1
    if number == 0 { return }

    var rest = Remainder(of: number)
    point = rest.point
    let wanted: ClosedRange<Int> =
      switch cutoff {
      case .none: 1...Int.max
      case .fraction(let count): 1...max(1, point + count)
      case .significant(let counts): counts
      }
    while true {
      digits.append(rest.removeFirstDigit())
      let (down, up) = (rest.canRoundDown, rest.canRoundUp)
      let isEnough = (down || up) && digits.count >= wanted.lowerBound
      guard isEnough || digits.count >= wanted.upperBound else { continue }
      if down != up ? up : rest.isNearerAbove(digits[digits.count - 1]) { incrementLastDigit() }
      while digits.count > 1 && digits.last == 0 { digits.removeLast() }
      return
    }
  }

  /// Adds one to the last digit; nines before it are carried away.
  private mutating func incrementLastDigit() {
    while digits.last == 9 { digits.removeLast() }
    if digits.isEmpty {
      digits = [1]
      point += 1
    } else {
      digits[digits.count - 1] += 1
    }
  }
}

extension DecimalDigits {
  /// As `12.5`, `0.001` or `3.`.
  var positional: String {
    let zeros = { (count: Int) in String(repeating: "0", count: Swift.max(0, count)) }
    let whole = digits.prefix(Swift.max(0, point))
    return (isNegative ? "-" : "") + (whole.isEmpty ? "0" : Self.text(whole))
      + zeros(point - digits.count) + "." + zeros(-point)
      + Self.text(digits.dropFirst(whole.count))
  }

  /// As `1.25e-07` or `3.e+10`, with zeros up to so many digits before and behind the `e`.
  func scientific(digitCount: Int, exponentWidth: Int) -> String {
    let exponent = exponentDigits
    return (isNegative ? "-" : "") + Self.text(digits.prefix(1)) + "."
      + Self.text(digits.dropFirst())
      + String(repeating: "0", count: Swift.max(0, digitCount - digits.count))
      + (point < 1 && digits != [0] ? "e-" : "e+")
      + String(repeating: "0", count: Swift.max(0, exponentWidth - exponent.utf8.count)) + exponent
  }

  /// The digits of the exponent in scientific notation, at least two.
  var exponentDigits: String {
    let exponent = (point - 1).magnitude
    return exponent < 10 ? "0\(exponent)" : "\(exponent)"
  }

  private static func text(_ digits: ArraySlice<UInt8>) -> String {
    String(decoding: digits.lazy.map { $0 + UInt8(ascii: "0") }, as: UTF8.self)
  }
}

/// What is left of a number while its digits are taken off: value / scale, from 0 to 1.
///
/// The margins are half the gaps to the neighbouring floating-point numbers, in the same scale: a
/// decimal that is no further away than that reads back as the number.
private struct Remainder {
  private var value: Natural
  private var scale: Natural
  private var marginBelow: Natural
  private var marginAbove: Natural
  private let includesMargins: Bool
  let point: Int

  /// - Precondition: `number` is finite and not zero.
  init<T: BinaryFloatingPoint>(of number: T) {
    let implicitBit: UInt64 = number.isNormal ? 1 << T.significandBitCount : 0
    let significand = UInt64(number.significandBitPattern) | implicitBit
    let bias = Int(T.greatestFiniteMagnitude.exponent) + T.significandBitCount
    let exponent = max(Int(number.exponentBitPattern), 1) - bias
    // A tie is read as the neighbour with the even significand.
    includesMargins = significand.isMultiple(of: 2)

    // Below a power of two the gap is half as wide as above it.
    let isUneven = number.significandBitPattern == 0 && number.exponentBitPattern > 1
    let marginBits = isUneven ? 2 : 1
    value = Natural(significand, shiftedBy: marginBits + max(exponent, 0))
    scale = Natural(1, shiftedBy: marginBits + max(-exponent, 0))
    marginBelow = Natural(1, shiftedBy: max(exponent, 0))
    marginAbove = Natural(1, shiftedBy: marginBits - 1 + max(exponent, 0))

    // The digits before the point of 2^exponent: as many as of `number` or one fewer. The fraction
    // is log10(2), near enough for every exponent of a Double.
    var point = ((Int(number.exponent) * 315_653) >> 20) + 1
    scale.multiply(byPowerOfTen: max(point, 0))
    value.multiply(byPowerOfTen: max(-point, 0))
    marginBelow.multiply(byPowerOfTen: max(-point, 0))
    marginAbove.multiply(byPowerOfTen: max(-point, 0))
    if value >= scale {
      point += 1
      scale.multiply(by: 10)
    }
    self.point = point
  }

  mutating func removeFirstDigit() -> UInt8 {
    value.multiply(by: 10)
    marginBelow.multiply(by: 10)
    marginAbove.multiply(by: 10)
    var digit: UInt8 = 0
    while value >= scale {
      value.subtract(scale)
      digit += 1
    }
    return digit
  }

  /// Whether the digits so far read back as the number.
  var canRoundDown: Bool { includesMargins ? value <= marginBelow : value < marginBelow }

  /// Whether they do with one added to the last.
  var canRoundUp: Bool {
    var sum = value
    sum.add(marginAbove)
    return includesMargins ? sum >= scale : sum > scale
  }

  /// Whether more than half is left, or half behind an odd digit.
  func isNearerAbove(_ digit: UInt8) -> Bool {
    var double = value
    double.multiply(by: 2)
    return double > scale || (double == scale && !digit.isMultiple(of: 2))
  }
}
