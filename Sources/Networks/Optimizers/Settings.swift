// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// Checks of the numbers that an optimizer is given, where they are given: a wrong one would show as
/// NaN many steps later.
struct Settings {
  /// The optimizer as users know it.
  let optimizer: String
  /// Unknown where a property is set.
  var site: CallSite?

  /// 0 or more.
  func checkSize(_ number: Float, _ name: String) {
    require(number.isFinite && number >= 0, number, name, fix: "use a finite number of 0 or more")
  }

  /// 0 ..< 1: what is kept of the step before.
  func checkShare(_ number: Float, _ name: String) {
    require(number >= 0 && number < 1, number, name, fix: "use a number in 0 ..< 1")
  }

  func checkBetas(_ betas: (Float, Float)) {
    checkShare(betas.0, "a first beta")
    checkShare(betas.1, "a second beta")
  }

  func checkStepCount(_ count: Int) {
    if count < 0 {
      Mistake(optimizer, "a step count of \(count)", fix: "count steps from 0 on").stop(at: site)
    }
  }

  private func require(_ isRight: Bool, _ number: Float, _ name: String, fix: String) {
    if !isRight { Mistake(optimizer, "\(name) of \(number)", fix: fix).stop(at: site) }
  }
}
