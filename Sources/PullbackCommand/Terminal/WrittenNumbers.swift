// SPDX-License-Identifier: Apache-2.0

#if Command

import Pullback

/// With a fixed number of decimals.
func decimal(_ number: Double, _ places: Int) -> String {
  var scale = 1.0
  for _ in 0..<places { scale *= 10 }
  let scaled = (number * scale).rounded()
  // Beyond what an Int64 holds, decimals mean nothing.
  guard scaled.magnitude < 1e15 else { return "\(number)" }
  let digits = String(Int(scaled.magnitude))
  let padded = String(repeating: "0", count: max(places + 1 - digits.count, 0)) + digits
  return (scaled < 0 ? "-" : "") + padded.dropLast(places) + "." + padded.suffix(places)
}

extension Double {
  /// With four digits that count; all of those before the point, up to seven.
  var brief: String {
    guard isFinite, self != 0 else { return self == 0 ? "0" : "\(self)" }
    let size = magnitude
    if size >= 1e7 || size < 1e-4 {
      return scientific
    }
    let places = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : size >= 1 ? 3 : 4
    var text = decimal(self, places)
    if places > 0 {
      while text.hasSuffix("0") { text.removeLast() }
      if text.hasSuffix(".") { text.removeLast() }
    } else {
      text.removeLast()
    }
    return text
  }

  /// 1.234e+08, as C writes it.
  private var scientific: String {
    var exponent = 0, digits = magnitude
    while digits >= 9.9995 { (digits, exponent) = (digits / 10, exponent + 1) }
    while digits < 0.99995 { (digits, exponent) = (digits * 10, exponent - 1) }
    let power = exponent.magnitude < 10 ? "0\(exponent.magnitude)" : "\(exponent.magnitude)"
    return (self < 0 ? "-" : "") + decimal(digits, 3) + (exponent < 0 ? "e-" : "e+") + power
  }

  /// With three significant digits; three places below 1, all of those before the point.
  var threeDigits: String {
    if self >= 100 { return "\(Int(rounded()))" }
    return decimal(self, self < 1 ? 3 : self < 10 ? 2 : 1)
  }

  /// Seconds, in the unit that leaves one to three digits before the point.
  var asTime: String {
    switch self {
    case ..<1e-6: "\((self * 1e9).threeDigits) ns"
    case ..<1e-3: "\((self * 1e6).threeDigits) µs"
    case ..<1: "\((self * 1e3).threeDigits) ms"
    default: "\(threeDigits) s"
    }
  }
}

extension Checksum {
  var hexadecimal: String { value.hexadecimal }
}

extension UInt64 {
  /// 16 digits.
  var hexadecimal: String {
    let digits = String(self, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

#endif
