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

  private struct ScaledPair: BinaryGradientRule {
    var limit: Float
    func pullback(
      _ x: Tensor<Float>, _ y: Tensor<Float>, _ zg: Tensor<Float>
    ) -> (Tensor<Float>, Tensor<Float>) {
      GradientRuleTests.calls.add(1, ordering: .relaxed)
      return (zg * y * limit, zg * limit)
    }
  }

  @Test func anEqualRuleOfTwoIsAskedOnce() {
    let w = Parameter(value: [2, -3]), x: Tensor<Float> = [1, 2]
    let optimizer = Optimizer(SGD(learningRate: 1), for: ["w": w])
    GradientRuleTests.calls.store(0, ordering: .relaxed)
    for step in 1...5 {
      let y = withCustomGradient(of: { $0 * $1 }, at: w.value, x, rule: ScaledPair(limit: 0.5))
      optimizer.minimize(y.sum())
      let moved = 0.5 * Float(step)
      let expected: [Float] = [2 - moved, -3 - 2 * moved]
      #expect(w.value.scalars == expected)
    }
    #expect(GradientRuleTests.calls.load(ordering: .relaxed) == 1)
    let z = withCustomGradient(of: { $0 * $1 }, at: x, x + 1, rule: ScaledPair(limit: 3))
    let expected: [Float] = [2 * 3 + 3, 3 * 3 + 3]
    #expect(gradient(of: z.sum(), withRespectTo: x).scalars == expected)
  }

  /// Batched, with some of its inputs and with all: one rule for each.
  @Test func anEqualRuleIsAskedOnceWhereItIsBatched() {
    let w = Parameter(value: [2, -3])
    let optimizer = Optimizer(SGD(learningRate: 1), for: ["w": w])
    func loss(_ rows: Int, _ limit: Float) -> Tensor<Float> {
      let x = Tensor<Float>.ones([rows, 2])
      let each = batched(over: x) { x in
        let first = withCustomGradient(of: { $0 * 3 }, at: w.value * x, rule: Clipped(limit: limit))
        return withCustomGradient(of: { $0 * $1 }, at: first, w.value, rule: ScaledPair(limit: 1))
      }
      return each.sum()
    }
    for rows in [3, 4] {
      for limit: Float in [0.25, 1e6] {
        GradientRuleTests.calls.store(0, ordering: .relaxed)
        for _ in 0..<4 {
          let now = w.value.scalars
          optimizer.minimize(loss(rows, limit))
          // Each row gives w, clipped, through the first rule, and 1 through the second.
          let expected = now.map { w in
            let moved = Float(rows) * (max(min(w, limit), -limit) + 1)
            return w - moved
          }
          #expect(w.value.scalars == expected)
        }
        // That of two is asked for each of its inputs.
        #expect(GradientRuleTests.calls.load(ordering: .relaxed) == 3)
      }
    }
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
