// SPDX-License-Identifier: Apache-2.0

import Foundation
import PullbackPlans
import PullbackRuntime
import PullbackTensors
import Testing

@Suite struct CategoricalTests {
  init() { Plan.verifiesByDefault = true }

  private static let probabilities = [0.5, 0.25, 0.15, 0.0999, 0.0001]

  /// Binomial counts lie within six deviations.
  private func check(_ drawn: [Int32], _ probabilities: [Double]) {
    for (index, probability) in probabilities.enumerated() {
      let count = Double(drawn.count { $0 == Int32(index) })
      let mean = Double(drawn.count) * probability
      let deviation = (mean * (1 - probability)).squareRoot()
      #expect(abs(count - mean) <= 6 * deviation + 1, "class \(index): \(count) for \(mean)")
    }
  }

  @Test func classesComeAsOftenAsTheirProbabilitiesSay() {
    let logits = Tensor(Self.probabilities.map { 3 + log($0) })
    let rows = logits.expandingShape(at: 0) + Tensor<Double>.zeros([200_000, 1])
    check(Tensor.categorical(logits: rows, key: RandomKey(seed: 1)).scalars, Self.probabilities)
    let floats = Tensor<Float>(rows)
    check(Tensor.categorical(logits: floats, key: RandomKey(seed: 2)).scalars, Self.probabilities)
  }

  @Test(arguments: [0.5, 2.0]) func aTemperatureSharpensOrFlattens(temperature: Double) {
    let logits = Tensor(Self.probabilities.map { log($0) / temperature })
    let rows = logits.expandingShape(at: 0) + Tensor<Double>.zeros([100_000, 1])
    let raised = Self.probabilities.map { exp(log($0) / temperature) }
    let sum = raised.reduce(0, +)
    check(
      Tensor.categorical(logits: rows, key: RandomKey(seed: 3)).scalars, raised.map { $0 / sum })
  }

  @Test func impossibleClassesAreNotDrawn() {
    let never = -Float.infinity, row = Tensor<Float>([never, -60, never])
    let rows = row.expandingShape(at: 0) + Tensor<Float>.zeros([10_000, 1])
    let drawn = Tensor.categorical(logits: rows, key: RandomKey(seed: 4)).scalars
    #expect(drawn.allSatisfy { $0 == 1 })
    let none = Tensor<Float>(shape: [2, 2], scalars: [never, never, 0, Float.nan])
    #expect(Tensor.categorical(logits: none, key: RandomKey(seed: 4)).scalars == [0, 1])
  }

  @Test func shapesAndKeys() {
    let logits = Tensor<Float>.zeros([2, 0, 3, 5]), one = Tensor<Float>.zeros([4, 1])
    #expect(Tensor.categorical(logits: logits, key: RandomKey(seed: 1)).shape == [2, 0, 3])
    #expect(Tensor.categorical(logits: one, key: RandomKey(seed: 1)).scalars == [0, 0, 0, 0])
    let many = Tensor<Float>.zeros([100, 9])
    func drawn(_ seed: UInt64) -> [Int32] {
      Tensor.categorical(logits: many, key: RandomKey(seed: seed)).scalars
    }
    #expect(drawn(1) == drawn(1))
    #expect(drawn(1) != drawn(2))
    // A key is an argument of a recording.
    let recorded = recorded { (x: Tensor<Float>, key: RandomKey) in
      Tensor.categorical(logits: x, key: key)
    }
    for seed in [1, 2, 1] as [UInt64] {
      #expect(recorded(many, RandomKey(seed: seed)).scalars == drawn(seed))
    }
  }
}
