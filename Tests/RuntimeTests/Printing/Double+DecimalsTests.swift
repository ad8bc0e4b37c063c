// SPDX-License-Identifier: Apache-2.0

import Foundation
import PullbackRuntime
import PullbackTestSupport
import Testing

/// Numbers with so many decimals, against C's `printf`.
struct DoubleDecimalsTests {
  @Test(arguments: 0...6)
  func theyAreThoseOfC(decimals: Int) {
    var random = SplitMix(seed: UInt64(decimals))
    // 0.125 and 0.375 are ties, 1.005 and 2.675 only look like them.
    var numbers = [
      0, -0.0, 0.125, 0.375, 0.5, 1.5, 2.5, 1.005, 2.675, 0.1, 999.9999999, 1e-9, -0.04,
    ]
    for _ in 0..<2000 {
      let size = Double(Int.random(in: -8...8, using: &random))
      numbers.append(Double.random(in: -1...1, using: &random) * pow(10, size))
      numbers.append(Double(Int.random(in: -4096...4096, using: &random)) / 1024)
    }
    for number in numbers {
      let expected = String(format: "%.\(decimals)f", number)
      #expect(
        number.written(decimals: decimals)
          == (number == 0 ? String(format: "%.\(decimals)f", 0.0) : expected))
    }
  }

  @Test func whatIsNoNumberOrTooLargeIsWritten() {
    #expect(
      Double.infinity.written(decimals: 2) == "inf" && Double.nan.written(decimals: 2) == "nan"
        && (-Double.nan).written(decimals: 2) == "nan")
    #expect(1e300.written(decimals: 2) == "1e+300")
  }
}
