// SPDX-License-Identifier: Apache-2.0

/// Whether a plan runs on one thread or on several, learnt by trying.
///
/// What sharing costs depends on where processors are: where their caches are far from each other,
/// as on two dies or two sockets, numbers that one thread wrote and another reads can take longer
/// than computing them. No estimate tells, so now and then a plan runs the other way for a moment,
/// and stays with what was faster. Bits do not depend on it.
package struct ThreadChoice {
  /// Runs between trials: at first, and at most, after trials that changed nothing.
  private static let shortest = 256
  private static let longest = 16_384
  /// Runs of a trial. Workers wake and caches fill in the first half; the second is measured.
  private static let trial = 64
  /// How much faster the other way must be, so that noise changes nothing.
  private static let margin = 0.93

  private var isAlone = false
  private var length = ThreadChoice.shortest
  private var run = 0
  /// Time of a recent run the usual way; now and then a run takes much longer for other reasons.
  private var mean = 0.0
  private var total = 0.0

  package init() {}

  /// Whether the next run should be on one thread.
  package mutating func begin() -> Bool {
    run += 1
    return run > length ? !isAlone : isAlone
  }

  /// - Parameter time: of the run that began last, in any unit.
  package mutating func end(time: Double) {
    if mean == 0 { mean = time }
    let time = min(time, 4 * mean)
    if run <= length {
      mean += (time - mean) / 32
      return
    }
    let tried = run - length
    if tried > ThreadChoice.trial / 2 { total += time }
    if tried < ThreadChoice.trial { return }
    let other = total / Double(ThreadChoice.trial / 2)
    if other < ThreadChoice.margin * mean {
      isAlone.toggle()
      mean = other
      length = ThreadChoice.shortest
    } else {
      length = min(2 * length, ThreadChoice.longest)
    }
    (run, total) = (0, 0)
  }
}
