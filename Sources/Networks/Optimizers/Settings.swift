// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// The numbers that a setting of an optimizer can be, for its initialiser as for a file.
package enum SettingRange: Sendable {
  /// 0 or more: a learning rate, a weight decay.
  case size
  /// 0 ..< 1: what is kept of the step before.
  case share

  package func contains(_ number: Float) -> Bool {
    switch self {
    case .size: number >= 0 && number.isFinite
    case .share: number >= 0 && number < 1
    }
  }

  /// How messages speak of such a number.
  package var name: String {
    switch self {
    case .size: "a finite number of 0 or more"
    case .share: "a number in 0 ..< 1"
    }
  }
}

/// The numbers of steps that are counted, up to 2^53: what all readers of a file count exactly.
package let stepCounts = 0...(1 << 53)

/// Checks of the numbers that an optimizer is given, where they are given: a wrong one would show as
/// NaN many steps later.
struct Settings {
  /// The optimizer as users know it.
  let optimizer: String
  /// Unknown where a property is set.
  var site: CallSite?

  func checkSize(_ number: Float, _ name: String) { require(.size, number, name) }

  func checkBetas(_ betas: (Float, Float)) {
    checkShare(betas.0, "a first beta")
    checkShare(betas.1, "a second beta")
  }

  func checkShare(_ number: Float, _ name: String) { require(.share, number, name) }

  func checkStepCount(_ count: Int) {
    if !stepCounts.contains(count) {
      Mistake(
        optimizer, "a step count of \(count)",
        fix: "count steps from 0 on" + (count > 0 ? ", to 2^53 at most" : "")
      ).stop(at: site)
    }
  }

  private func require(_ range: SettingRange, _ number: Float, _ name: String) {
    if !range.contains(number) {
      Mistake(optimizer, "\(name) of \(number)", fix: "use \(range.name)").stop(at: site)
    }
  }
}
