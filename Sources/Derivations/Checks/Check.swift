// SPDX-License-Identifier: Apache-2.0

/// How a derivative compares with central differences, in Double, along random directions.
///
/// In a derivation x.g is compared with the differences of what is computed from x, weighted with
/// the derivatives in the lines above; in a ``GradientCheck`` with those of the whole function.
public struct Check: Sendable, Hashable, CustomStringConvertible {
  /// The largest difference of slopes, relative to the slope, or to the typical slope of a gradient
  /// of this size if that is larger. Where slopes are so small that rounding decides, relative to
  /// what differences can tell from 0.
  public let relativeError: Double
  /// Where the function has a corner at this very point, so that it has no derivative there: the
  /// error is then the distance from what lies between the slopes of both sides.
  public let kinks: [String]
  /// True if a derivative that the user wrote is part of what is compared: it need not be that
  /// of the function.
  public let usesCustomGradient: Bool

  /// The largest error that rounding explains.
  public static let tolerance = 1e-5

  /// True if the derivative is right, or one of those that a corner allows.
  public var passes: Bool { relativeError <= Check.tolerance }

  /// "2e-11", "1e-10 (kink: relu at 0)".
  public var description: String {
    var text = relativeError.isNaN ? "not a number" : relativeError.asError
    if !kinks.isEmpty { text += " (kink: \(kinks.joined(separator: "; ")))" }
    if usesCustomGradient { text += " (custom gradient)" }
    return text
  }
}

extension Double {
  /// With one digit: 3e-11.
  var asError: String {
    if self == 0 { return "0" }
    if !isFinite { return "\(self)" }
    var mantissa = self, exponent = 0
    while mantissa >= 9.5 {
      mantissa /= 10
      exponent += 1
    }
    while mantissa < 0.95 {
      mantissa *= 10
      exponent -= 1
    }
    return "\(Int(mantissa.rounded()))e\(exponent)"
  }
}
