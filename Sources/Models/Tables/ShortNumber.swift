// SPDX-License-Identifier: Apache-2.0

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension Double {
  /// With four digits, as people are told of numbers: 0.1235, 43.92, 1235000.
  var short: String {
    guard isFinite, self != 0 else { return self == 0 ? "0" : "\(self)" }
    let exponent = Int(log10(magnitude).rounded(.down))
    if exponent >= 15 || exponent < -5 { return "\(Float(self))" }
    let unit = pow(10, Double((exponent - 3).magnitude))
    let rounded = exponent < 3 ? (self * unit).rounded() / unit : (self / unit).rounded() * unit
    return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
  }
}
