// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

/// Steps that are taken with several losses.
struct OptimizerAccumulationTests {
  /// Losses of a round that reach different parameters: each gets the mean of what it got.
  @Test(arguments: [false, true])
  func roundsOfUnequalLosses(isRecorded: Bool) {
    let a = Parameter(value: [8]), b = Parameter(value: [8]), c = Parameter(value: [8])
    let optimizer = Optimizer(
      SGD(learningRate: 1, weightDecay: 0.5), for: ["a": a, "b": b, "c": c])
    optimizer.accumulation = 2
    let step = optimizer.recorded { (x: Tensor<Float>, which: Int) in
      ([a, b, a][which].value * x).sum() + (which == 2 ? b.value.sum() : 0)
    }
    func minimize(_ x: Tensor<Float>, _ which: Int) {
      if isRecorded {
        step(x, which)
      } else {
        optimizer.minimize(
          ([a, b, a][which].value * x).sum() + (which == 2 ? b.value.sum() : 0))
      }
    }
    minimize([2], 0)
    minimize([4], 1)
    // g = 1 and 2, w ← w - (g + w / 2).
    #expect(a.value.scalars == [3] && b.value.scalars == [2] && c.value.scalars == [8])
    minimize([2], 0)
    minimize([4], 0)
    #expect(a.value.scalars == [-1.5] && b.value.scalars == [2])
    minimize([2], 2)
    minimize([1], 0)
    #expect(a.value.scalars == [-2.25] && b.value.scalars == [0.5] && c.value.scalars == [8])
  }

  @Test func plansAreThoseOfTheNextLoss() {
    let w = Parameter(value: [4])
    let optimizer = Optimizer(SGD(learningRate: 0.25), for: ["w": w])
    func plan() -> String { "\(optimizer.plan(minimizing: w.value.squared().sum()))" }
    let plain = plan()
    optimizer.accumulation = 2
    let adding = plan()
    optimizer.minimize(w.value.squared().sum())
    let ending = plan()
    #expect(Set([plain, adding, ending]).count == 3)
    optimizer.minimize(w.value.squared().sum())
    #expect(plan() == adding && w.value.scalars == [2])
    optimizer.accumulation = 1
    #expect(plan() == plain)
  }

  /// Stopped after each number of losses of two rounds and gone on with another optimizer.
  @Test(arguments: 0..<6)
  func goesOnInTheMiddleOfARound(stop: Int) {
    func losses(_ a: Parameter, _ b: Parameter) -> [Tensor<Float>] {
      [(a.value * 2).sum(), b.value.squared().sum(), (a.value * b.value).sum()]
    }
    func train(stopping stop: Int?) -> [Float] {
      let a = Parameter(value: [8]), b = Parameter(value: [4])
      func make() -> Optimizer<SGD> {
        let optimizer = Optimizer(SGD(learningRate: 0.25), for: ["a": a, "b": b])
        optimizer.accumulation = 3
        return optimizer
      }
      var optimizer = make()
      for number in 0..<6 {
        if number == stop {
          let next = make()
          next.accumulated = optimizer.accumulated
          optimizer = next
        }
        optimizer.minimize(losses(a, b)[number % 3])
      }
      return a.value.scalars + b.value.scalars
    }
    #expect(train(stopping: stop) == train(stopping: nil))
  }
}
