// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

struct CalibrationTests {
  /// A probability on an edge is in the lower bin; 0 is in the first.
  @Test func edges() {
    let result = calibration(
      [0, 0.25, 0.26, 0.5, 0.75, 1], labels: [0, 0, 1, 1, 1, 1], of: .probabilities, bins: 4)
    let counts = result.bins.map(\.count), shares = result.bins.map(\.shareTrue)
    let ranges: [ClosedRange<Double>] = [0...0.25, 0.25...0.5, 0.5...0.75, 0.75...1]
    #expect(counts == [2, 2, 1, 1] && shares == [0, 1, 1, 1])
    #expect(result.bins.map(\.range) == ranges)
    #expect(result.maximumError == 1 - result.bins[1].meanProbability)
  }

  @Test func emptyBinsSayNothing() {
    let result = calibration([0.9], labels: [1], of: .probabilities, bins: 2)
    #expect(result.bins[0].count == 0 && result.bins[0].shareTrue.isNaN)
    #expect(result.maximumError == result.value)
    #expect(calibration(Tensor([.nan]), labels: [1], of: .probabilities).maximumError.isNaN)
  }

  /// Equal logits: half of each of two classes is right, whichever comes first.
  @Test func certainLogitsThatAreWrong() {
    let outputs: Tensor<Float> = [[1000, 0], [0, 1000], [-1000, 1000], [0, -1000]]
    #expect(calibration(outputs, labels: [0, 0, 1, 1], of: .logits).value == 0.5)
    #expect(
      calibration([1000, -1000, 1000, -1000], labels: [1, 1, 0, 0], of: .logits).value == 0.5)
  }
}
