// SPDX-License-Identifier: Apache-2.0

import CPullbackKernels

/// What the machine that the program runs on can do: measured, not looked up.
public enum Machine {
  /// The most floating-point operations a second, counted over multiply-adds of Float that touch
  /// registers alone: what a matrix multiplication can at best come near to.
  ///
  /// The best of several runs, about 50 milliseconds in all. What else the machine does meanwhile
  /// lowers it, so measure more than once and believe the highest.
  ///
  /// - Parameter threads: how many threads compute at once, at most ``Threads/limit``.
  public static func measuredPeak(threads: Int) -> Double {
    let threads = Swift.min(Swift.max(threads, 1), Threads.limit)
    // Small units: a thread that is late leaves some of its share to the others.
    let units = threads * 16
    let clock = ContinuousClock(), start = clock.now
    var best = 0.0
    repeat {
      let elapsed = clock.measure {
        ThreadPool.shared.run(units: units, threads: threads, nanoseconds: 100_000 * units) {
          _, _ in _ = pb_fma_peak(iterationsOfOneUnit)
        }
      }
      best = Swift.max(best, operationsOfOneUnit * Double(units) / (elapsed / .seconds(1)))
    } while clock.now - start < .milliseconds(50)
    return best
  }

  /// About 100 microseconds: long beside handing it out, short beside a scheduler's turn.
  private static let iterationsOfOneUnit = 50_000
  private static let operationsOfOneUnit = pb_fma_peak(1) * Double(iterationsOfOneUnit)
}
