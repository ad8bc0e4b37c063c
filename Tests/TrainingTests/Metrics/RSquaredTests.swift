// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTestSupport
import Testing

struct RSquaredTests {
  /// Small deviations far from 0, and one target far from all others, first or last: the sums of
  /// whole numbers below are exact in Int.
  @Test(arguments: [0, 1, 2])
  func keepsItsDigits(place: Int) {
    var random = SplitMix(seed: place + 5)
    var targets = (0..<2000).map { _ in 16_000_000 + random.below(5) }
    if place > 0 { targets[place == 1 ? 0 : 1999] = 3 }
    let outputs = targets.map { $0 + random.below(3) - 1 }
    var metric = RSquared()
    for start in stride(from: 0, to: 2000, by: 64) {
      let rows = start..<min(2000, start + 64)
      metric.add(Tensor(outputs[rows].map(Float.init)), Tensor(targets[rows].map(Float.init)))
    }
    let sum = targets.reduce(0, +), squares = targets.reduce(0) { $0 + $1 * $1 }
    let residuals = zip(targets, outputs).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    // n Σ t² - (Σ t)², in 128 bits.
    let variation = Int128(2000) * Int128(squares) - Int128(sum) * Int128(sum)
    let expected = 1 - Double(2000 * residuals) / Double(variation)
    #expect(abs(metric.value - expected) <= 1e-15 * max(1, abs(expected)))
  }

  @Test func equalTargets() {
    #expect(rSquared([0.1, 0.1, 0.1], [0.1, 0.1, 0.1]) == 1)
    #expect(rSquared([0.1, 0.2, 0.1], [0.1, 0.1, 0.1], weights: [0.3, 0.7, 0.1]) == 0)
    #expect(rSquared([1], [1]).isNaN)
    #expect(rSquared(Tensor([.infinity, 1]), [0, 1]) == -.infinity)
    #expect(rSquared(Tensor([1, .nan]), [1, 1]).isNaN)
  }
}
