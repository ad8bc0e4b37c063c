// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

// Schedules made of schedules. Each is a mistake if a number of steps or a factor cannot be.
extension Schedule {
  /// A line to the schedule's first rate, then the schedule from its beginning: step t of n is
  /// taken with the share s + (1 - s) t / n of that rate.
  ///
  /// - Parameters:
  ///   - steps: of the line; with 0 there is none.
  ///   - share: s, where the line begins. With 0 the first step changes nothing.
  ///
  /// ```swift
  /// let schedule = Schedule.constant(0.1).warmedUp(over: 4, from: 0.5)
  /// print((0..<5).map { schedule.rate(at: $0) })   // [0.05, 0.0625, 0.075, 0.0875, 0.1]
  /// ```
  public func warmedUp(
    over steps: Int, from share: Double = 0, file: StaticString = #fileID, line: UInt = #line
  ) -> Schedule {
    let check = ScheduleCheck("warmedUp", CallSite(file, line))
    check.notNegative(steps, "a number of steps of")
    check.size(share, "share")
    return Schedule(.warmedUp(self, steps: steps, share: share))
  }

  /// This schedule for some steps, then another one from its beginning.
  ///
  /// ```swift
  /// let schedule = Schedule.constant(0.1).then(.linear(from: 0.1, to: 0, over: 100), after: 50)
  /// print(schedule)   // constant 0.1 for 50 steps, then linear from 0.1 to 0 over 100 steps
  /// print(schedule.rate(at: 100))   // 0.05
  /// ```
  ///
  /// - Parameter steps: counted from the beginning of this schedule: `a.then(b, after: 10).then(c,
  ///   after: 30)` is b for 20 steps.
  public func then(
    _ next: Schedule, after steps: Int, file: StaticString = #fileID, line: UInt = #line
  ) -> Schedule {
    ScheduleCheck("then", CallSite(file, line)).notNegative(steps, "a number of steps of")
    return Schedule(.sequence(self, steps: steps, next))
  }

  /// All rates times a factor: for the group of parameters that learns more slowly.
  ///
  /// ```swift
  /// let schedule = Schedule.cosine(from: 0.1, over: 100)
  /// optimizer.groups[0].learningRate = schedule.scaled(by: 0.5).rate(at: 0)
  /// ```
  public func scaled(
    by factor: Double, file: StaticString = #fileID, line: UInt = #line
  ) -> Schedule {
    ScheduleCheck("scaled", CallSite(file, line)).size(factor, "factor")
    return Schedule(.scaled(self, by: factor))
  }

  /// The schedule with epochs in the place of steps: its rate changes after each epoch.
  ///
  /// ```swift
  /// let schedule = Schedule.step(from: 0.1, factor: 0.5, every: 2).inEpochs(of: 50)
  /// print(schedule)   // 0.1, times 0.5 every 2 epochs of 50 steps
  /// print([99, 100].map { schedule.rate(at: $0) })   // [0.1, 0.05]
  /// ```
  public func inEpochs(
    of steps: Int, file: StaticString = #fileID, line: UInt = #line
  ) -> Schedule {
    ScheduleCheck("inEpochs", CallSite(file, line)).positive(steps)
    return Schedule(.inEpochs(self, steps: steps))
  }

  /// The schedule, times ``Plateau/factor(after:)`` of what was watched so far, which is given to
  /// `rate(at:after:)`.
  ///
  /// ```swift
  /// let schedule = Schedule.constant(0.1).reduced(on: Plateau(factor: 0.5, patience: 1))
  /// print(schedule.rate(at: 40, after: [3, 2, 2, 2]))   // 0.05
  /// ```
  public func reduced(on plateau: Plateau) -> Schedule { Schedule(.reduced(self, plateau)) }
}
