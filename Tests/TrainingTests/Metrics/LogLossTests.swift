// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

struct LogLossTests {
  /// Far from 0: e^-40 is lost where 1 is added to it, and e^1000 is no Double.
  @Test func extremeLogits() {
    // By hand: ln(1 + e^-40) = e^-40 to 17 digits.
    let tiny = 4.248354255291589e-18
    for loss in [
      logLoss([40], labels: [1], of: .logits), logLoss([-40], labels: [0], of: .logits),
      logLoss([[40, 0]], labels: [0], of: .logits), logLoss([[0, 40]], labels: [1], of: .logits),
    ] {
      #expect(abs(loss - tiny) <= 1e-15 * tiny)
    }
    #expect(logLoss([[1000, -1000, 0]], labels: [1], of: .logits) == 2000)
    #expect(logLoss([-1000], labels: [1], of: .logits) == 1000)
    #expect(logLoss(Tensor<Float>([[0, -.infinity]]), labels: [1], of: .logits) == .infinity)
    let brier = brierScore([-800], labels: [0], of: .logits)
    #expect(brier == 0)
  }

  /// As scikit-learn clips: -ln of the unit in the last place of 1.
  @Test func impossibleLabels() {
    #expect(abs(logLoss([0], labels: [1], of: .probabilities) - 36.04365338911715) < 1e-13)
    #expect(abs(logLoss([[1, 0]], labels: [1], of: .probabilities) - 36.04365338911715) < 1e-13)
    // Rounding may have left a little more than 1.
    #expect(logLoss([1.000001], labels: [1], of: .probabilities) < 1e-15)
  }
}
