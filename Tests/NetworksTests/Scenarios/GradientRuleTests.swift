// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTensors
import Synchronization
import Testing

/// Rules that are values: written down once, each by itself.
@Suite(.serialized) struct GradientRuleTests {
  private static let calls = Atomic<Int>(0)

  private struct Clipped: GradientRule {
    var limit: Float
    func pullback(_ x: Tensor<Float>, _ yg: Tensor<Float>) -> Tensor<Float> {
      GradientRuleTests.calls.add(1, ordering: .relaxed)
      return minimum(maximum(yg, -limit), limit)
    }
  }

  /// The same numbers as `Clipped` has, and another rule.
  private struct Scaled: GradientRule {
    var limit: Float
    func pullback(_ x: Tensor<Float>, _ yg: Tensor<Float>) -> Tensor<Float> { yg * limit }
  }

  private struct Doubled: GradientRule {
    func pullback(_ x: Tensor<Double>, _ yg: Tensor<Double>) -> Tensor<Double> { yg * 2 }
  }

  @Test func theExampleHolds() {
    let x: Tensor<Float> = [1, 2]
    let y = withCustomGradient(of: { 3 * $0 }, at: x, rule: Clipped(limit: 0.5))
    #expect("\(y) \(gradient(of: (y * y).sum(), withRespectTo: x))" == "[3. 6.] [0.5 0.5]")
    let z = withCustomGradient(of: { $0 }, at: Tensor<Double>([1]), rule: Doubled())
    #expect(z.scalars == [1])
  }

  @Test func anEqualRuleIsAskedOnce() {
    let w = Parameter(value: [2, -3]), x: Tensor<Float> = [1, 1]
    let optimizer = Optimizer(SGD(learningRate: 1), for: ["w": w])
    GradientRuleTests.calls.store(0, ordering: .relaxed)
    for step in 1...7 {
      let y = withCustomGradient(of: { $0 * 3 }, at: w.value * x, rule: Clipped(limit: 0.25))
      optimizer.minimize(y.squared().sum())
      // 6 w clipped to a quarter.
      let moved = 0.25 * Float(step)
      let expected: [Float] = [2 - moved, -3 + moved]
      #expect(w.value.scalars == expected)
    }
    #expect(GradientRuleTests.calls.load(ordering: .relaxed) == 1)
  }

  @Test func rulesThatDifferAreToldApart() {
    let w = Parameter(value: [10])
    let optimizer = Optimizer(SGD(learningRate: 1), for: ["w": w])
    func step(_ rule: some GradientRule<Float>) -> Float {
      let before = Float(w.value[0])
      optimizer.minimize(withCustomGradient(of: { $0 }, at: w.value, rule: rule).sum())
      return before - Float(w.value[0])
    }
    for _ in 0..<3 {
      #expect(step(Clipped(limit: 0.5)) == 0.5)
      #expect(step(Clipped(limit: 0.25)) == 0.25)
      #expect(step(Scaled(limit: 0.5)) == 0.5)
      #expect(step(Scaled(limit: 0.25)) == 0.25)
      #expect(step(Scaled(limit: 3)) == 3)
    }
    // More than are remembered.
    for count in 1...5000 {
      _ = withCustomGradient(of: { $0 }, at: w.value, rule: Scaled(limit: Float(count)))
    }
    #expect(step(Scaled(limit: 0.5)) == 0.5)
    #expect(step(Clipped(limit: 0.5)) == 0.5)
  }

  @Test func aDetachedTensorIsNoRule() {
    let w = Parameter(value: [4])
    let optimizer = Optimizer(SGD(learningRate: 1), for: ["w": w])
    for _ in 0..<2 {
      optimizer.minimize((w.value + w.value.detached()).sum())
      optimizer.minimize(
        (w.value + withCustomGradient(of: { $0 }, at: w.value, rule: Scaled(limit: 2))).sum())
    }
    // Twice 1 for w itself, and 1 and 2 for w and the rule.
    let expected: [Float] = [-4]
    #expect(w.value.scalars == expected)
  }
}
