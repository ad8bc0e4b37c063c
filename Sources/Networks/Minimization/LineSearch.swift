// SPDX-License-Identifier: Apache-2.0

/// A search along a line for a point where the loss and its slope are small enough: the strong
/// Wolfe conditions.
///
/// Source: Nocedal, Wright, "Numerical optimization", 2006, algorithms 3.5 and 3.6; where the loss
/// changes by less than it is rounded: Hager, Zhang, "A new conjugate gradient method with
/// guaranteed descent and an efficient line search", SIAM J. Optim. 2005, section 4.
struct LineSearch<Payload> {
  struct Trial {
    let size: Double
    let loss: Double
    let slope: Double
    let payload: Payload?

    var isFinite: Bool { loss.isFinite && slope.isFinite }
  }

  /// Where the line begins.
  let start: Trial
  /// What no loss may exceed.
  let ceiling: Double
  /// The point some way along the line.
  let evaluate: (Double) -> Trial

  private static var mostTrials: Int { 25 }
  private static var descent: Double { 1e-4 }
  private static var flattening: Double { 0.9 }
  /// By how much a Float loss may be off.
  private static var rounding: Double { 5e-7 }

  /// A point that meets the conditions, else the best one on the way; nil if there is none.
  func find(first: Double) -> Trial? {
    var low = start, former = start, high: Trial?, size = first
    for _ in 0..<Self.mostTrials {
      let trial = evaluate(size)
      if isGood(trial) { return trial }
      if isTooFar(trial, low) {
        high = trial
      } else {
        former = low
        if trial.slope * (high.map { $0.size - low.size } ?? 1) >= 0 { high = low }
        low = trial
      }
      let next = high.map { between(low, $0) } ?? beyond(low, former)
      if next == size || !next.isFinite { break }
      size = next
    }
    return low.size > 0 ? low : nil
  }

  private func bound(_ size: Double) -> Double {
    start.loss + Self.descent * size * start.slope
  }

  private func isGood(_ trial: Trial) -> Bool {
    guard trial.isFinite, abs(trial.slope) <= -Self.flattening * start.slope else { return false }
    return trial.loss <= bound(trial.size) || isAsSmall(trial)
  }

  /// Not so if the slope alone says that it goes on downhill, because the loss is rounded.
  private func isTooFar(_ trial: Trial, _ low: Trial) -> Bool {
    if !trial.isFinite { return true }
    if trial.loss <= bound(trial.size) && trial.loss < low.loss { return false }
    return trial.slope >= 0 || !isAsSmall(trial)
  }

  /// Whether the loss is that of the start but for rounding, and no larger than it may be.
  private func isAsSmall(_ trial: Trial) -> Bool {
    trial.loss <= min(start.loss + Self.rounding * abs(start.loss), ceiling)
  }

  /// Further along a line that still goes down, as a cubic through the last two points proposes.
  private func beyond(_ low: Trial, _ former: Trial) -> Double {
    let proposed = low.loss < former.loss ? cubicMinimum(former, low) ?? .infinity : .infinity
    return min(max(proposed, 2 * low.size), 10 * low.size)
  }

  /// Between the best point and one that is too far, not too near either.
  private func between(_ low: Trial, _ high: Trial) -> Double {
    let width = high.size - low.size
    guard high.isFinite else { return low.size + 0.2 * width }
    let share = (cubicMinimum(low, high).map { ($0 - low.size) / width }) ?? 0.5
    return low.size + min(max(share, 0.1), 0.9) * width
  }

  /// Where the cubic with the losses and slopes of two points is smallest.
  private func cubicMinimum(_ a: Trial, _ b: Trial) -> Double? {
    let width = b.size - a.size
    let mean = a.slope + b.slope - 3 * (b.loss - a.loss) / width
    let square = mean * mean - a.slope * b.slope
    guard square >= 0 else { return nil }
    let root = (width < 0 ? -1 : 1) * square.squareRoot()
    let found = b.size - width * (b.slope + root - mean) / (b.slope - a.slope + 2 * root)
    return found.isFinite ? found : nil
  }
}
