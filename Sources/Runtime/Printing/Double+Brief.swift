// SPDX-License-Identifier: Apache-2.0

extension Double {
  /// With four digits that count, as people are told of numbers, and all of those before the point,
  /// up to seven: 0.1235, 43.92, 1234568, 2.904e+302.
  package var brief: String {
    guard isFinite else { return isNaN ? "nan" : "\(self)" }
    let decimal = DecimalDigits(
      self, cutoff: (1e3..<1e7).contains(magnitude) ? .fraction(0) : .significant(1...4))
    if decimal.digits == [0] { return "0" }
    let isPositional = (-3...7).contains(decimal.point)
    let word =
      isPositional ? decimal.positional : decimal.scientific(digitCount: 1, exponentWidth: 2)
    // What is whole stands without a point.
    return decimal.digits.count <= (isPositional ? decimal.point : 1)
      ? String(word.filter { $0 != "." }) : word
  }
}
