// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// How a learning rate changes over the steps of a training: a value that gives the rate at each
/// step and keeps nothing, so that a training that goes on later needs no state of it.
///
/// Steps are counted from 0: `rate(at: 0)` is what the first step is taken with. After its last
/// step a schedule stays where it is. A rate is a number of the run, so no schedule makes a new
/// plan. It serves any other setting as well: `optimizer.momentum = schedule.rate(at: step)`.
///
/// ```swift
/// let schedule = Schedule.cosine(from: 0.1, to: 0, over: 1000).warmedUp(over: 100)
/// print(schedule)   // cosine from 0.1 to 0 over 1000 steps after a warm-up of 100
/// print([0, 50, 100, 600, 1100].map { schedule.rate(at: $0) })   // [0.0, 0.05, 0.1, 0.05, 0.0]
/// ```
public struct Schedule: Hashable, Sendable {
  /// Rates are Floats as in rules; what is multiplied up is a Double.
  indirect enum Form: Hashable, Sendable {
    case constant(Float)
    case steps(from: Float, factor: Double, every: Int)
    case milestones(from: Float, factor: Double, at: [Int])
    case exponential(from: Float, factor: Double, every: Int)
    case polynomial(from: Float, to: Float, steps: Int, power: Double)
    case cosine(from: Float, to: Float, steps: Int)
    case restarted(from: Float, to: Float, steps: Int, lengthening: Int)
    case oneCycle(OneCycle)
    case warmedUp(Schedule, steps: Int, share: Double)
    case sequence(Schedule, steps: Int, Schedule)
    case scaled(Schedule, by: Double)
    case inEpochs(Schedule, steps: Int)
    case reduced(Schedule, Plateau)
  }

  let form: Form

  init(_ form: Form) { self.form = form }

  /// The rate of a step, counted from 0. A mistake if the step is negative.
  ///
  /// - Parameter losses: what was watched so far, for schedules that are
  ///   ``reduced(on:)``; the others do not read it.
  ///
  /// ```swift
  /// let schedule = Schedule.step(from: 0.4, factor: 0.5, every: 10)
  /// print([0, 9, 10, 25].map { schedule.rate(at: $0) })   // [0.4, 0.4, 0.2, 0.1]
  /// ```
  public func rate(
    at step: Int, after losses: [Double] = [], file: StaticString = #fileID, line: UInt = #line
  ) -> Float {
    if step < 0 {
      Mistake("Schedule", "the rate at step \(step)", fix: "count steps from 0 on")
        .stop(at: CallSite(file, line))
    }
    return Float(number(step, losses))
  }

  private func number(_ step: Int, _ losses: [Double]) -> Double {
    switch form {
    case .constant(let rate): Double(rate)
    case .steps(let start, let factor, let every):
      Double(start) * factor.power(Double(step / every))
    case .milestones(let start, let factor, let places):
      Double(start) * factor.power(Double(places.count { $0 <= step }))
    case .exponential(let start, let factor, let every):
      Double(start) * factor.power(Double(step) / Double(every))
    case .polynomial(let start, let end, let steps, let power):
      between(start, end, (1 - share(step, of: steps)).power(power))
    case .cosine(let start, let end, let steps):
      between(start, end, halfWave(share(step, of: steps)))
    case .restarted(let start, let end, let steps, let lengthening):
      between(start, end, halfWave(place(step, inPeriods: steps, lengthening)))
    case .oneCycle(let cycle): cycle.rate(at: step)
    case .warmedUp(let rest, let steps, let share):
      step >= steps
        ? rest.number(step - steps, losses)
        : rest.number(0, losses) * (share + (1 - share) * Double(step) / Double(steps))
    case .sequence(let first, let steps, let next):
      step < steps ? first.number(step, losses) : next.number(step - steps, losses)
    case .scaled(let rest, let factor): rest.number(step, losses) * factor
    case .inEpochs(let rest, let steps): rest.number(step / steps, losses)
    case .reduced(let rest, let plateau):
      rest.number(step, losses) * plateau.factor(after: losses)
    }
  }

  private func share(_ step: Int, of steps: Int) -> Double {
    Double(min(step, steps)) / Double(steps)
  }

  /// How far a step has come in its period, 0 ..< 1, each being some times as long
  /// as the one before.
  private func place(_ step: Int, inPeriods steps: Int, _ lengthening: Int) -> Double {
    if lengthening == 1 { return Double(step % steps) / Double(steps) }
    var step = step, period = steps
    while step >= period {
      step -= period
      let (longer, isTooLong) = period.multipliedReportingOverflow(by: lengthening)
      period = isTooLong ? .max : longer
    }
    return Double(step) / Double(period)
  }
}
