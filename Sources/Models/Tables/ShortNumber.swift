// SPDX-License-Identifier: Apache-2.0

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension Double {
  /// With four digits, as people are told of numbers: 0.1235, 43.92, 1235000, 2.904e+302.
  var short: String {
    guard isFinite, self != 0 else { return self == 0 ? "0" : "\(self)" }
    let exponent = Int(log10(magnitude).rounded(.down))
    if exponent >= 15 || exponent < -5 {
      // By two powers: that of the smallest numbers is none.
      let half = exponent / 2
      let scaled = self / pow(10, Double(half)) / pow(10, Double(exponent - half))
      let digits = (scaled * 1000).rounded() / 1000
      let shown = digits == digits.rounded() ? "\(Int(digits))" : "\(digits)"
      let power = (exponent.magnitude < 10 ? "0" : "") + "\(exponent.magnitude)"
      return shown + (exponent < 0 ? "e-" : "e+") + power
    }
    let unit = pow(10, Double((exponent - 3).magnitude))
    let rounded = exponent < 3 ? (self * unit).rounded() / unit : (self / unit).rounded() * unit
    return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
  }
}
