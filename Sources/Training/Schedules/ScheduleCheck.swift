// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// Stops where a schedule is made of numbers that it cannot have.
struct ScheduleCheck {
  let function: String
  let site: CallSite

  init(_ function: String, _ site: CallSite) {
    self.function = function
    self.site = site
  }

  func size<Number: BinaryFloatingPoint>(_ number: Number, _ noun: String) {
    if number >= 0 && number.isFinite { return }
    refuse("a \(noun) of \(number)", "use a finite number of 0 or more")
  }

  func share(_ number: Double, _ noun: String) {
    if number >= 0 && number <= 1 { return }
    refuse("a \(noun) of \(number)", "use a number in 0 ... 1")
  }

  func below1(_ number: Double, _ noun: String) {
    if number >= 0 && number < 1 { return }
    refuse("a \(noun) of \(number)", "use a number in 0 ..< 1")
  }

  func positive(_ steps: Int, _ words: String = "a number of steps of") {
    if steps < 1 { refuse("\(words) \(steps)", "use 1 or more") }
  }

  func notNegative(_ steps: Int, _ words: String) {
    if steps < 0 { refuse("\(words) \(steps)", "use 0 or more") }
  }

  private func refuse(_ problem: String, _ fix: String) -> Never {
    Mistake("Schedule.\(function)", problem, fix: fix).stop(at: site)
  }
}
