// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

struct ScheduleTests {
  /// What each kind gives at some steps, by hand: at its ends, and long after them.
  private static let samples: [(schedule: Schedule, rates: [Int: Float], words: String)] = [
    (.constant(0.5), [0: 0.5, .max: 0.5], "constant 0.5"),
    (
      .step(from: 1, factor: 0.5, every: 3), [0: 1, 2: 1, 3: 0.5, 6: 0.25, .max: 0],
      "1, times 0.5 every 3 steps"
    ),
    (
      .step(from: 1, factor: 2, every: 1), [0: 1, 1: 2, 10: 1024], "1, times 2 every step"
    ),
    (
      .milestones(from: 1, factor: 0.5, at: [5, 2, 2]), [0: 1, 1: 1, 2: 0.25, 4: 0.25, 5: 0.125],
      "1, times 0.5 at steps 2, 2, 5"
    ),
    (.milestones(from: 1, factor: 0, at: [1]), [0: 1, 1: 0], "1, times 0 at step 1"),
    (.milestones(from: 1, factor: 0.5, at: []), [0: 1, 9: 1], "1, times 0.5 at no step"),
    (
      .exponential(from: 1, factor: 0.25, every: 2), [0: 1, 1: 0.5, 2: 0.25, 3: 0.125],
      "exponential from 1, times 0.25 in 2 steps"
    ),
    (
      .linear(from: 0, to: 1, over: 4), [0: 0, 1: 0.25, 4: 1, 5: 1, .max: 1],
      "linear from 0 to 1 over 4 steps"
    ),
    (
      .polynomial(from: 1, to: 0.5, over: 2, power: 2), [0: 1, 1: 0.625, 2: 0.5, 3: 0.5],
      "polynomial of power 2 from 1 to 0.5 over 2 steps"
    ),
    (
      .cosine(from: 1, to: 0, over: 4), [0: 1, 2: 0.5, 4: 0, 5: 0, .max: 0],
      "cosine from 1 to 0 over 4 steps"
    ),
    (.cosine(from: 1, over: 1), [0: 1, 1: 0], "cosine from 1 to 0 over 1 step"),
    (
      .cosine(from: 1, to: 0, restartedEvery: 2), [0: 1, 1: 0.5, 2: 1, 3: 0.5, 1 << 40: 1],
      "cosine from 1 to 0 restarted every 2 steps"
    ),
    (
      .cosine(from: 1, to: 0, restartedEvery: 2, lengthening: 3),
      [0: 1, 1: 0.5, 2: 1, 5: 0.5, 8: 1, 17: 0.5, 26: 1],
      "cosine from 1 to 0 restarted every 2 steps, each time 3 times as long"
    ),
    (
      .oneCycle(to: 1, over: 11, rise: 0.5, start: 0, end: 0.5, isLinear: true),
      [0: 0, 10: 0.5, 11: 0.5, .max: 0.5], "one linear cycle to 1 over 11 steps"
    ),
    (.oneCycle(to: 1, over: 3, rise: 0), [0: 1, 2: 4e-6], "one cycle to 1 over 3 steps"),
    (.oneCycle(to: 1, over: 1), [0: 4e-6], "one cycle to 1 over 1 step"),
    (
      .constant(1).warmedUp(over: 4), [0: 0, 1: 0.25, 3: 0.75, 4: 1, .max: 1],
      "constant 1 after a warm-up of 4"
    ),
    (
      .constant(1).warmedUp(over: 2, from: 0.5), [0: 0.5, 1: 0.75, 2: 1],
      "constant 1 after a warm-up of 2 from 0.5 times that"
    ),
    (.constant(1).warmedUp(over: 0), [0: 1], "constant 1 after a warm-up of 0"),
    (
      .cosine(from: 0.1, to: 0, over: 1000).warmedUp(over: 100),
      [0: 0, 50: 0.05, 100: 0.1, 600: 0.05, 1100: 0],
      "cosine from 0.1 to 0 over 1000 steps after a warm-up of 100"
    ),
    (
      .constant(1).then(.constant(2), after: 1).then(.linear(from: 3, to: 4, over: 2), after: 3),
      [0: 1, 1: 2, 2: 2, 3: 3, 4: 3.5, 5: 4],
      "(constant 1 for 1 step, then constant 2) for 3 steps, then linear from 3 to 4 over 2 steps"
    ),
    (.constant(1).then(.constant(2), after: 0), [0: 2], "constant 1 for 0 steps, then constant 2"),
    (
      .linear(from: 1, to: 0, over: 2).scaled(by: 0.25), [0: 0.25, 1: 0.125, 2: 0],
      "0.25 times (linear from 1 to 0 over 2 steps)"
    ),
    (
      .linear(from: 1, to: 0, over: 2).warmedUp(over: 1).inEpochs(of: 10),
      [0: 0, 9: 0, 10: 1, 19: 1, 20: 0.5, 30: 0],
      "linear from 1 to 0 over 2 epochs of 10 steps after a warm-up of 1"
    ),
    (
      .constant(1).reduced(on: Plateau(factor: 0.5, patience: 3)), [0: 1, .max: 1],
      "constant 1, times 0.5 after more than 3 in a row that are no better"
    ),
  ]

  @Test(arguments: samples.indices)
  func ratesByHand(_ number: Int) {
    let (schedule, rates, words) = Self.samples[number]
    for (step, rate) in rates { #expect(schedule.rate(at: step) == rate, "step \(step)") }
    #expect("\(schedule)" == words)
  }

  @Test func schedulesAreEqualIfTheyAreMadeAlike() {
    let all = Self.samples.map(\.schedule)
    #expect(Set(all + all).count == all.count)
    let one = Schedule.cosine(from: 0.1, over: 10).warmedUp(over: 3)
    #expect(one == Schedule.cosine(from: 0.1, to: 0, over: 10).warmedUp(over: 3))
    #expect(one != Schedule.cosine(from: 0.1, over: 10).warmedUp(over: 4))
  }

  /// Names of wrong calls, for the process that makes one.
  private static let wrong: [(call: @Sendable () -> Any, message: String)] = [
    ({ Schedule.constant(-1) }, "Schedule.constant: a rate of -1.0"),
    ({ Schedule.constant(.nan) }, "Schedule.constant: a rate of nan"),
    ({ Schedule.step(from: 1, factor: -0.5, every: 1) }, "Schedule.step: a factor of -0.5"),
    ({ Schedule.step(from: 1, factor: 1, every: 0) }, "Schedule.step: a number of steps of 0"),
    (
      { Schedule.milestones(from: 1, factor: 1, at: [-3]) },
      "Schedule.milestones: a milestone at step -3"
    ),
    ({ Schedule.linear(from: 1, to: 0, over: 0) }, "Schedule.linear: a number of steps of 0"),
    (
      { Schedule.cosine(from: 1, restartedEvery: 1, lengthening: 0) },
      "Schedule.cosine: a lengthening of 0"
    ),
    ({ Schedule.oneCycle(to: 1, over: 5, rise: 1.5) }, "Schedule.oneCycle: a rise of 1.5"),
    (
      { Schedule.constant(1).warmedUp(over: -1) }, "Schedule.warmedUp: a number of steps of -1"
    ),
    ({ Schedule.constant(1).scaled(by: .infinity) }, "Schedule.scaled: a factor of inf"),
    ({ Schedule.constant(1).rate(at: -1) }, "Schedule: the rate at step -1"),
    ({ Plateau(factor: 1) }, "Schedule.Plateau: a factor of 1.0"),
    ({ Plateau(patience: -1) }, "Schedule.Plateau: a patience of -1"),
  ]

  @Test(arguments: wrong.indices)
  func wrongNumbersStop(_ number: Int) async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { [number = number as Int] in
      print(ScheduleTests.wrong[number].call())
    }
    let said = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(said.contains(Self.wrong[number].message + "."), "\(said)")
  }
}
