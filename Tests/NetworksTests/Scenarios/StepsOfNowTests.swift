// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Pullback
import PullbackPlans
import Testing

/// What is written down of a step is its structure, whatever has numbers by then: those that a rule
/// reads, or that another thread computes meanwhile, are numbers of this one step.
struct StepsOfNowTests {
  init() { Plan.verifiesByDefault = true }

  private struct Square: GradientRule {
    let reads: Bool

    func pullback(_ x: Tensor<Float>, _ yg: Tensor<Float>) -> Tensor<Float> {
      if reads { _ = "\(x) \(yg) \(x * 3)" }
      return 2 * x * yg
    }
  }

  @Test(arguments: [true, false])
  func whatAGradientRuleReadsIsNoConstant(reads: Bool) {
    let w = Parameter(value: [1]), optimizer = Optimizer(SGD(learningRate: 0.1), for: ["w": w])
    for x in [1, 2, 3] as [Float] {
      let y = withCustomGradient(
        of: { $0 * $0 }, at: w.value * Tensor([x]), rule: Square(reads: reads))
      optimizer.minimize(y.sum())
    }
    // w - 0.1 · 2 w x² for x = 1, 2, 3.
    #expect(abs(w.value.scalars[0] - 0.8 * 0.2 * -0.8) < 1e-6)
  }

  private struct Descent: UpdateRule {
    let name = "Descent"
    var learningRate: Float
    let reads: Bool

    func updated(
      _ w: Tensor<Float>, gradient g: Tensor<Float>, state: inout RuleValues<Tensor<Float>>,
      scalars: RuleValues<Tensor<Float>>
    ) -> Tensor<Float> {
      if reads { _ = "\(g) \(w)" }
      return w - scalars.learningRate * g
    }
  }

  @Test(arguments: [true, false])
  func whatAnUpdateRuleReadsIsNoConstant(reads: Bool) {
    let w = Parameter(value: [1])
    let optimizer = Optimizer(Descent(learningRate: 0.1, reads: reads), for: ["w": w])
    for x in [1, 2, 3] as [Float] { optimizer.minimize((w.value * Tensor([x])).squared().sum()) }
    #expect(abs(w.value.scalars[0] - 0.8 * 0.2 * -0.8) < 1e-6)
    // Nor is it one for the next optimizer of this structure.
    let next = Parameter(value: [2])
    let second = Optimizer(Descent(learningRate: 0.1, reads: reads), for: ["w": next])
    second.minimize((next.value * Tensor([2])).squared().sum())
    #expect(abs(next.value.scalars[0] - 2 * 0.2) < 1e-6)
  }

  /// While a step is written down, as seen by a rule that waits for the other thread.
  private struct Waiting: GradientRule {
    let number: Int
    let wait: @Sendable () -> Void

    static func == (a: Waiting, b: Waiting) -> Bool { a.number == b.number }
    func hash(into hasher: inout Hasher) { hasher.combine(number) }

    func pullback(_ x: Tensor<Float>, _ yg: Tensor<Float>) -> Tensor<Float> {
      wait()
      return 2 * x * yg
    }
  }

  @Test(arguments: 0..<3)
  func whatAnotherThreadComputesIsNoConstant(count: Int) {
    let w = Parameter(value: .ones([2 + count]))
    let optimizer = Optimizer(SGD(learningRate: 0.1), for: ["w": w])
    let reference = Parameter(value: .ones([2 + count]))
    for step in 0..<3 {
      let x: Tensor<Float> = sin(.ones([2 + count]) + Float(step)) * 1.5
      let loss = withCustomGradient(
        of: { $0 * $0 }, at: w.value * x,
        rule: Waiting(number: count) {
          DispatchQueue.global().sync { _ = x.scalars }
        }
      ).sum()
      optimizer.minimize(loss)
      reference.value = reference.value * (1 - 0.2 * x.squared())
    }
    let difference = abs(w.value - reference.value).max()
    #expect(difference.scalars[0] < 1e-5)
  }

  /// Detached as often as one likes, a parameter is read anew by recordings.
  @Test(arguments: 1...3)
  func detachedParametersAreReadAnew(times: Int) {
    let w = Parameter(value: [1])
    let f = recorded { (x: Tensor<Float>) in
      x * (0..<times).reduce(w.value) { value, _ in value.detached() }
    }
    #expect(f([2]).scalars == [2])
    w.value = [5]
    #expect(f([2]).scalars == [10])
  }
}
