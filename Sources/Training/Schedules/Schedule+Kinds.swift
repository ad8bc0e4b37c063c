// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

// Where a schedule begins. Each is a mistake if a rate or factor is negative or not finite, or a
// number of steps is not positive.
extension Schedule {
  /// The same rate at all steps.
  public static func constant(
    _ rate: Float, file: StaticString = #fileID, line: UInt = #line
  ) -> Schedule {
    let check = ScheduleCheck("constant", CallSite(file, line))
    check.size(rate, "rate")
    return Schedule(.constant(rate))
  }

  /// Stairs: η factor^⌊t / every⌋ at step t. A factor above 1 goes up.
  ///
  /// ```swift
  /// let schedule = Schedule.step(from: 0.1, factor: 0.5, every: 30)
  /// print(schedule)   // 0.1, times 0.5 every 30 steps
  /// print(schedule.rate(at: 60))   // 0.025
  /// ```
  public static func step(
    from rate: Float, factor: Double, every steps: Int,
    file: StaticString = #fileID, line: UInt = #line
  ) -> Schedule {
    let check = ScheduleCheck("step", CallSite(file, line))
    check.size(rate, "rate")
    check.size(factor, "factor")
    check.positive(steps)
    return Schedule(.steps(from: rate, factor: factor, every: steps))
  }

  /// η, times a factor from each of some steps on.
  ///
  /// ```swift
  /// let schedule = Schedule.milestones(from: 0.1, factor: 0.5, at: [30, 80])
  /// print([29, 30, 80].map { schedule.rate(at: $0) })   // [0.1, 0.05, 0.025]
  /// ```
  public static func milestones(
    from rate: Float, factor: Double, at steps: [Int],
    file: StaticString = #fileID, line: UInt = #line
  ) -> Schedule {
    let check = ScheduleCheck("milestones", CallSite(file, line))
    check.size(rate, "rate")
    check.size(factor, "factor")
    for step in steps { check.notNegative(step, "a milestone at step") }
    return Schedule(.milestones(from: rate, factor: factor, at: steps.sorted()))
  }

  /// η factor^(t / every) at step t, without stairs.
  ///
  /// ```swift
  /// let schedule = Schedule.exponential(from: 0.1, factor: 0.25, every: 10)
  /// print(schedule.rate(at: 5))   // 0.05
  /// ```
  public static func exponential(
    from rate: Float, factor: Double, every steps: Int = 1,
    file: StaticString = #fileID, line: UInt = #line
  ) -> Schedule {
    let check = ScheduleCheck("exponential", CallSite(file, line))
    check.size(rate, "rate")
    check.size(factor, "factor")
    check.positive(steps)
    return Schedule(.exponential(from: rate, factor: factor, every: steps))
  }

  /// A straight line from one rate at step 0 to another at step `steps`, and from there on.
  ///
  /// ```swift
  /// print(Schedule.linear(from: 0.1, to: 0.2, over: 10).rate(at: 5))   // 0.15
  /// ```
  public static func linear(
    from start: Float, to end: Float, over steps: Int,
    file: StaticString = #fileID, line: UInt = #line
  ) -> Schedule {
    polynomial(from: start, to: end, over: steps, power: 1, file: file, line: line)
  }

  /// end + (start - end) (1 - t / n)^power at step t of n, and the end from there on.
  ///
  /// ```swift
  /// print(Schedule.polynomial(from: 0.4, to: 0, over: 10, power: 2).rate(at: 5))   // 0.1
  /// ```
  public static func polynomial(
    from start: Float, to end: Float, over steps: Int, power: Double,
    file: StaticString = #fileID, line: UInt = #line
  ) -> Schedule {
    let check = ScheduleCheck(power == 1 ? "linear" : "polynomial", CallSite(file, line))
    check.size(start, "rate")
    check.size(end, "rate")
    check.size(power, "power")
    check.positive(steps)
    return Schedule(.polynomial(from: start, to: end, steps: steps, power: power))
  }

  /// Half a cosine: end + (start - end) (1 + cos(π t / n)) / 2 at step t of n, and the
  /// end from there on.
  ///
  /// Source: Loshchilov, Hutter, "SGDR: stochastic gradient descent with warm restarts", ICLR 2017.
  ///
  /// ```swift
  /// let schedule = Schedule.cosine(from: 0.1, to: 0, over: 100)
  /// print([0, 50, 100, 150].map { schedule.rate(at: $0) })   // [0.1, 0.05, 0.0, 0.0]
  /// ```
  public static func cosine(
    from start: Float, to end: Float = 0, over steps: Int,
    file: StaticString = #fileID, line: UInt = #line
  ) -> Schedule {
    let check = ScheduleCheck("cosine", CallSite(file, line))
    check.size(start, "rate")
    check.size(end, "rate")
    check.positive(steps)
    return Schedule(.cosine(from: start, to: end, steps: steps))
  }

  /// Half a cosine that begins anew after `steps` steps, each time `lengthening` times as long as
  /// before. It never reaches the end, at which it begins anew.
  ///
  /// Source: Loshchilov, Hutter, "SGDR: stochastic gradient descent with warm restarts", ICLR 2017.
  ///
  /// ```swift
  /// let schedule = Schedule.cosine(from: 0.1, to: 0, restartedEvery: 10, lengthening: 2)
  /// print([0, 5, 10, 20, 30].map { schedule.rate(at: $0) })   // [0.1, 0.05, 0.1, 0.05, 0.1]
  /// ```
  public static func cosine(
    from start: Float, to end: Float = 0, restartedEvery steps: Int, lengthening: Int = 1,
    file: StaticString = #fileID, line: UInt = #line
  ) -> Schedule {
    let check = ScheduleCheck("cosine", CallSite(file, line))
    check.size(start, "rate")
    check.size(end, "rate")
    check.positive(steps)
    check.positive(lengthening, "a lengthening of")
    return Schedule(.restarted(from: start, to: end, steps: steps, lengthening: lengthening))
  }

  /// A rise to a peak and a longer fall to almost nothing.
  ///
  /// Source: Smith, Topin, "Super-convergence: very fast training of neural networks using large
  /// learning rates", 2018, in the two phases that PyTorch uses.
  ///
  /// - Parameters:
  ///   - steps: of the training; the last has the rate `end * peak`.
  ///   - rise: the share of the steps in which the rate rises.
  ///   - start: where it starts, as a share of the peak.
  ///   - end: where it ends, as a share of the peak.
  ///   - isLinear: whether both ways are lines instead of half cosines.
  ///
  /// ```swift
  /// let schedule = Schedule.oneCycle(to: 0.1, over: 100)
  /// print([0, 29, 99].map { schedule.rate(at: $0) })   // [0.004, 0.1, 4e-07]
  /// ```
  public static func oneCycle(
    to peak: Float, over steps: Int, rise: Double = 0.3, start: Double = 0.04,
    end: Double = 4e-6, isLinear: Bool = false,
    file: StaticString = #fileID, line: UInt = #line
  ) -> Schedule {
    let check = ScheduleCheck("oneCycle", CallSite(file, line))
    check.size(peak, "rate")
    check.share(rise, "rise")
    check.size(start, "start")
    check.size(end, "end")
    check.positive(steps)
    return Schedule(
      .oneCycle(
        OneCycle(
          peak: peak, steps: steps, rise: rise, start: start, end: end, isLinear: isLinear)))
  }
}
