// SPDX-License-Identifier: Apache-2.0

#if Command

import Pullback

extension Double {
  /// With three significant digits; three places below 1, all of those before the point.
  var threeDigits: String {
    if self >= 100 { return "\(Int(rounded()))" }
    return written(decimals: self < 1 ? 3 : self < 10 ? 2 : 1)
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
