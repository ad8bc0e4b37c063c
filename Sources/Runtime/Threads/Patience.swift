// SPDX-License-Identifier: Apache-2.0

/// When work is worth sharing, and when workers are better left alone.
///
/// A worker that the system stops in the middle of a unit, because another program wants its
/// processor, holds up the caller. When that happens the caller works alone for a while.
struct Patience {
  /// Waking a sleeping worker takes as long as this many nanoseconds of work, so it must be made up
  /// for by the work at hand, or by what came lately and might have been shared.
  private static let worthWaking = 100_000
  private static let worthWakingLately = 300_000
  /// Nanoseconds after which a worker that should be done has been stopped, and for how long the
  /// caller then works alone: at first, and at most.
  static let stall: Int64 = 150_000
  private static let shortestRest: Int64 = 40_000_000
  private static let longestRest: Int64 = 10_240_000_000
  /// Nanoseconds that waking may take.
  private static let longestWaking: Int64 = 4_000_000
  private static let soon: Int64 = 30_000_000

  /// Nanoseconds of work that was not shared because workers slept.
  private var missed = 0
  /// When workers were woken, if none has helped since.
  private var awaitedSince: Int64 = 0
  private var restsUntil: Int64 = 0
  /// When the last stall or rest ended.
  private var workedSince = Int64.min / 2
  private var nextRest = Patience.shortestRest

  /// - Parameters:
  ///   - nanoseconds: about how long the work takes on one thread.
  ///   - areAwake: whether a worker is looking out for work.
  mutating func isWorthSharing(_ nanoseconds: Int, areAwake: Bool) -> Bool {
    if restsUntil > 0 {
      if monotonicNanoseconds() < restsUntil { return false }
      restsUntil = 0
    }
    if areAwake {
      awaitedSince = 0
      return true
    }
    if nanoseconds >= Patience.worthWaking { return true }
    missed += nanoseconds
    if missed < Patience.worthWakingLately { return false }
    missed = 0
    let time = monotonicNanoseconds()
    if awaitedSince == 0 {
      awaitedSince = time
    } else if time - awaitedSince > Patience.longestWaking {
      awaitedSince = 0
      noteStall(at: time)
    }
    return restsUntil == 0
  }

  /// A stall now and then costs little; when another one follows soon, the caller works alone for
  /// a while, longer each time.
  mutating func noteStall(at time: Int64) {
    if time - workedSince < Patience.soon {
      restsUntil = time + nextRest
      nextRest = Swift.min(4 * nextRest, Patience.longestRest)
      workedSince = restsUntil
    } else {
      nextRest = Patience.shortestRest
      workedSince = time
    }
  }
}
