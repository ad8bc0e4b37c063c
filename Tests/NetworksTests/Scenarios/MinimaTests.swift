// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

/// Minima that scikit-learn and SciPy found in Double: see Scripts/fixtures/minima.py.
struct MinimaTests {
  private let fixture = TrainingFixture("minima.txt")

  @Test func logisticRegression() {
    let x = fixture.tensor("logistic.x", [60, 3]), signs = fixture.tensor("logistic.signs", [60])
    let decay = fixture.numbers("logistic.decay")[0]
    let weight = Parameter(value: .zeros([3])), bias = Parameter(value: Tensor(0))
    let minimum = minimize(["weight": weight, "bias": bias] as Parameters, gradientTolerance: 1e-6)
    {
      let margins = signs * ((x * weight.value).sum(along: 1) + bias.value)
      return log(1 + exp(-margins)).mean() + decay / 2 * weight.value.squared().sum()
    }
    let loss = fixture.numbers("logistic.loss")[0]
    #expect(abs(minimum.loss - loss) <= 1e-6 * loss, "\(minimum)")
    #expect(
      weight.value.isClose(to: fixture.tensor("logistic.weight", [3]), absoluteTolerance: 1e-4))
    #expect(abs(Float(bias.value) - fixture.numbers("logistic.bias")[0]) < 1e-4)
    #expect(minimum.evaluations < 40, "\(minimum)")
  }

  @Test func robustRegression() {
    let x = fixture.tensor("cauchy.x", [50, 4]), y = fixture.tensor("cauchy.y", [50])
    let weight = Parameter(value: .zeros([4]))
    let minimum = minimize(weight, gradientTolerance: 1e-6) {
      log(1 + ((x * weight.value).sum(along: 1) - y).squared()).mean()
    }
    let loss = fixture.numbers("cauchy.loss")[0]
    #expect(abs(minimum.loss - loss) <= 1e-5 * loss, "\(minimum)")
    #expect(
      weight.value.isClose(to: fixture.tensor("cauchy.weight", [4]), absoluteTolerance: 1e-4))
  }
}
