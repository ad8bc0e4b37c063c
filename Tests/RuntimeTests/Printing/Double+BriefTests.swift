// SPDX-License-Identifier: Apache-2.0

import Foundation
import PullbackRuntime
import PullbackTestSupport
import Testing

/// Numbers as people are told of them.
struct DoubleBriefTests {
  @Test(
    arguments: [
      (0, "0"), (-0.0, "0"), (1, "1"), (-1.5, "-1.5"), (0.12345, "0.1235"), (0.0123449, "0.01234"),
      (43.9249, "43.92"), (999.96, "1000"), (1234.5678, "1235"), (1_234_567.8, "1234568"),
      (9_999_999.4, "9999999"), (9_999_999.6, "1e+07"), (12_345_678, "1.235e+07"),
      (1e-4, "0.0001"), (0.000_099_999_6, "0.0001"), (0.000_012_345_6, "1.235e-05"),
      (-2.9042e302, "-2.904e+302"), (.leastNonzeroMagnitude, "5e-324"), (1e15, "1e+15"),
      (.nan, "nan"), (-.nan, "nan"), (-.infinity, "-inf"),
    ] as [(Double, String)])
  func hasFourDigits(number: Double, expected: String) {
    #expect(number.brief == expected)
  }

  /// As C writes them, which goes over to powers of ten at 10,000 already.
  @Test(arguments: 0..<4) func agreesWithC(seed: Int) {
    var random = SplitMix(seed: seed)
    for mantissa in random.doubles(2000, in: 1...10) {
      let number = mantissa * pow(10, Double(random.below(24) - 12))
      let format = (1000..<1e7).contains(number) ? "%.0f" : "%.4g"
      #expect(number.brief == String(format: format, number))
    }
  }
}
