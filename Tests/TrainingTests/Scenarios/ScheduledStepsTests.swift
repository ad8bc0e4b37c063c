// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackPlans
import Synchronization
import Testing

/// A rate that changes at each step is a number of the run: nothing is written down
/// or planned again.
struct ScheduledStepsTests {
  /// How often a rule was written down.
  private final class Count: Sendable, Hashable {
    let updates = Atomic<Int>(0)
    static func == (left: Count, right: Count) -> Bool { left === right }
    func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
  }

  private struct Descent: UpdateRule {
    let name = "Descent"
    let count: Count
    var learningRate: Float = 0

    func updated(
      _ w: Tensor<Float>, gradient: Tensor<Float>, state: inout RuleValues<Tensor<Float>>,
      scalars: RuleValues<Tensor<Float>>
    ) -> Tensor<Float> {
      count.updates.add(1, ordering: .relaxed)
      return w - scalars.learningRate * gradient
    }
  }

  private static let schedules: [Schedule] = [
    .cosine(from: 0.25, to: 0, over: 16),
    .cosine(from: 0.25, to: 0, over: 10).warmedUp(over: 5),
    .cosine(from: 0.25, to: 0.125, restartedEvery: 3, lengthening: 2),
    .step(from: 0.25, factor: 0.5, every: 2), .oneCycle(to: 0.25, over: 20, end: 0),
    .constant(0).then(.exponential(from: 0.25, factor: 0.5), after: 4),
  ]

  @Test(arguments: schedules, [false, true])
  func nothingIsWrittenDownAgain(schedule: Schedule, isRecorded: Bool) {
    Plan.verifiesByDefault = true
    let count = Count(), w = Parameter(value: [4, -1])
    let optimizer = Optimizer(Descent(count: count), for: ["w": w])
    let step = optimizer.recorded { (x: Tensor<Float>) in (x * w.value).sum() }
    var expected: [Float] = [4, -1], rates: Set<Float> = []
    for number in 0..<20 {
      let rate = schedule.rate(at: number), x: [Float] = [Float(number), 2]
      optimizer.learningRate = rate
      rates.insert(rate)
      if isRecorded { step(Tensor(x)) } else { optimizer.minimize((Tensor(x) * w.value).sum()) }
      for place in 0..<2 { expected[place] -= rate * x[place] }
      #expect(w.value.scalars == expected, "step \(number)")
    }
    #expect(rates.count > 5)
    #expect(count.updates.load(ordering: .relaxed) == 1)
  }
}
