// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

struct DigitsTests {
  @Test func theDigitsAreScikitLearns() {
    let parts = [Digits.training, Digits.validation, Digits.test]
    #expect(parts.map(\.count) == [1257, 180, 360])
    // Counts of each digit and the sum of all pixels in sklearn.datasets.load_digits().
    let labels = parts.flatMap(\.labels.scalars)
    let counts = (0..<10).map { digit in labels.filter { $0 == digit }.count }
    #expect(counts == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180])
    let sums: [Float] = parts.map { Float($0.inputs.sum()) }
    let ink = 16 * sums.reduce(0, +)
    #expect(ink == 561_718)
  }
}
