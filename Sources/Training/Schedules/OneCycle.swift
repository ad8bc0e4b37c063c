// SPDX-License-Identifier: Apache-2.0

/// A rise to a peak and a longer fall to almost nothing.
struct OneCycle: Hashable, Sendable {
  let peak: Float
  let steps: Int
  /// The share of the steps in which the rate rises.
  let rise: Double
  /// Where it starts and ends, as shares of the peak.
  let start: Double
  let end: Double
  let isLinear: Bool

  /// As PyTorch places the phases: the step before `rise * steps` is the peak, and the
  /// last step the end.
  func rate(at step: Int) -> Double {
    let top = Swift.max(0, rise * Double(steps) - 1)
    let last = Double(steps - 1), step = Double(step)
    let share =
      if step >= last {
        end
      } else if step < top {
        start + (1 - start) * risen(step / top)
      } else {
        1 + (end - 1) * risen((step - top) / (last - top))
      }
    return Double(peak) * share
  }

  private func risen(_ share: Double) -> Double { isLinear ? share : 1 - halfWave(share) }
}
