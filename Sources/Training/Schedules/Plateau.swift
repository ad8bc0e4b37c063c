// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// When a rate is reduced because what is watched gets no better: a value that is asked with all
/// that was watched so far, so that it keeps nothing.
///
/// A watched value is better if it lies below the best one before by more than the threshold; NaN
/// never is. After more than `patience` values in a row that are no better the rate is multiplied
/// by `factor`; the next `cooldown` values are not counted.
///
/// ```swift
/// let plateau = Plateau(factor: 0.5, patience: 1)
/// print(plateau.factor(after: [3, 2, 2]))      // 1.0
/// print(plateau.factor(after: [3, 2, 2, 2]))   // 0.5
/// ```
public struct Plateau: Hashable, Sendable {
  /// What makes one value better than another.
  public enum Threshold: Hashable, Sendable {
    /// By this share of the best value's size.
    case relative(Double)
    /// By this much.
    case absolute(Double)
  }

  /// What the rate is multiplied by.
  public let factor: Double
  /// How many values in a row may be no better.
  public let patience: Int
  /// By how much a better value must be better.
  public let threshold: Threshold
  /// Values that are not counted after the rate was reduced.
  public let cooldown: Int
  /// The smallest factor there is, all reductions together.
  public let least: Double
  /// Whether larger values are better: for an accuracy.
  public let isBetterWhenLarger: Bool

  /// A mistake if the factor is not in 0 ..< 1, another number not finite or negative.
  public init(
    factor: Double = 0.1, patience: Int = 10, threshold: Threshold = .relative(1e-4),
    cooldown: Int = 0, least: Double = 0, isBetterWhenLarger: Bool = false,
    file: StaticString = #fileID, line: UInt = #line
  ) {
    self.factor = factor
    self.patience = patience
    self.threshold = threshold
    self.cooldown = cooldown
    self.least = least
    self.isBetterWhenLarger = isBetterWhenLarger
    let check = ScheduleCheck("Plateau", CallSite(file, line))
    check.below1(factor, "factor")
    check.size(threshold.number, "threshold")
    check.size(least, "least factor")
    check.notNegative(patience, "a patience of")
    check.notNegative(cooldown, "a cooldown of")
  }

  /// What the rate is to be multiplied by after these values, the first one first.
  public func factor(after values: [Double]) -> Double {
    var result = 1.0, best: Double?, worse = 0, cooling = 0
    for value in values {
      if isBetter(value, than: best) {
        best = value
        worse = 0
      } else {
        worse += 1
      }
      if cooling > 0 {
        cooling -= 1
        worse = 0
      }
      if worse > patience {
        result = min(result, max(result * factor, least))
        cooling = cooldown
        worse = 0
      }
    }
    return result
  }

  private func isBetter(_ value: Double, than best: Double?) -> Bool {
    guard let best else { return isBetterWhenLarger ? value > -.infinity : value < .infinity }
    let margin =
      switch threshold {
      case .relative(let share): share * abs(best)
      case .absolute(let amount): amount
      }
    return isBetterWhenLarger ? value > best + margin : value < best - margin
  }
}

extension Plateau.Threshold {
  fileprivate var number: Double {
    switch self {
    case .relative(let share): share
    case .absolute(let amount): amount
    }
  }
}

extension Plateau: CustomStringConvertible {
  public var description: String {
    "times \(plain(factor)) after more than \(patience) in a row that are no better"
  }
}
