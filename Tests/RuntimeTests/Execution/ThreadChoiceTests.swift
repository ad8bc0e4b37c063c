// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTestSupport
import Testing

/// Times are made up; what is asked is how many runs go which way.
@Suite struct ThreadChoiceTests {
  /// How many of `runs` are on one thread, where one and several take these times.
  private func aloneCount(
    _ choice: inout ThreadChoice, runs: Int, alone: Double, shared: Double, noise: Double = 0,
    seed: Int = 1
  ) -> Int {
    var random = SplitMix(seed: seed), count = 0
    for _ in 0..<runs {
      let isAlone = choice.begin()
      if isAlone { count += 1 }
      let factor = 1 + noise * Double(Float.random(in: 0..<1, using: &random))
      choice.end(time: (isAlone ? alone : shared) * factor)
    }
    return count
  }

  @Test func staysWithSeveralThreadsWhereTheyAreFaster() {
    var choice = ThreadChoice()
    let count = aloneCount(&choice, runs: 100_000, alone: 23, shared: 16, noise: 0.3)
    #expect(count > 0)
    #expect(count < 1000)
  }

  @Test func leavesThemWhereTheyAreSlower() {
    var choice = ThreadChoice()
    let count = aloneCount(&choice, runs: 100_000, alone: 23, shared: 42, noise: 0.3)
    #expect(count > 99_000)
  }

  @Test func comesBackWhenTheMachineChanges() {
    var choice = ThreadChoice()
    _ = aloneCount(&choice, runs: 50_000, alone: 23, shared: 42)
    _ = aloneCount(&choice, runs: 20_000, alone: 23, shared: 16)
    #expect(aloneCount(&choice, runs: 10_000, alone: 23, shared: 16) < 200)
    _ = aloneCount(&choice, runs: 20_000, alone: 23, shared: 42)
    #expect(aloneCount(&choice, runs: 10_000, alone: 23, shared: 42) > 9800)
  }

  @Test("Noise changes nothing", arguments: 1...5)
  func noise(seed: Int) {
    var choice = ThreadChoice()
    let count = aloneCount(
      &choice, runs: 50_000, alone: 20, shared: 20, noise: 0.5, seed: seed)
    #expect(count < 1000)
  }

  @Test func oneVeryLongRunChangesNothing() {
    var choice = ThreadChoice()
    var count = 0
    for run in 0..<50_000 {
      let isAlone = choice.begin()
      if isAlone { count += 1 }
      choice.end(time: run % 1000 == 999 ? 5000 : isAlone ? 20 : 16)
    }
    #expect(count < 1000)
  }
}
