// SPDX-License-Identifier: Apache-2.0

#if Command

import Pullback

/// Times of many runs of one piece of work.
struct Measurement {
  /// Seconds.
  let best, median, mean: Double
  /// 99 of 100 runs took no longer.
  let percentile99: Double
  /// The most threads that a run used, or anything before it in this process.
  let threadsUsed: Int

  /// Runs kept at most: beyond, every second, fourth, ... run counts for the median.
  private static let capacity = 1 << 16

  /// Warms up with three runs, then runs the work until the time is over, three times at least.
  init(seconds: Double, _ work: () -> Void) {
    self.init(seconds: seconds, preparing: {}, work)
  }

  /// The same for work on something that is made before each run and released after it, both
  /// untimed.
  init<Input>(seconds: Double, preparing make: () -> Input, _ work: (Input) -> Void) {
    let clock = ContinuousClock()
    func time() -> Double {
      let input = make()
      let start = clock.now
      work(input)
      let elapsed = (clock.now - start).seconds
      withExtendedLifetime(input) {}
      // A clock that did not move must not make work infinitely fast.
      return max(elapsed, 1e-9)
    }
    var warming = 0.0
    for _ in 0..<3 where warming < seconds { warming += time() }
    var times: [Double] = []
    var best = Double.infinity, total = 0.0, runs = 0, spacing = 1
    let end = clock.now + .seconds(seconds)
    while runs < 3 || clock.now < end {
      let elapsed = time()
      best = min(best, elapsed)
      total += elapsed
      if runs % spacing == 0 { times.append(elapsed) }
      runs += 1
      if times.count == Measurement.capacity {
        times = stride(from: 0, to: times.count, by: 2).map { times[$0] }
        spacing *= 2
      }
    }
    self.init(times, best: best, mean: total / Double(runs))
  }

  /// From the times of all runs, one or more.
  init(_ times: [Double]) {
    self.init(times, best: times.min()!, mean: times.reduce(0, +) / Double(times.count))
  }

  /// From the times of some runs, one or more; `best` and `mean` are those of all runs.
  init(_ times: [Double], best: Double, mean: Double) {
    let sorted = times.sorted()
    self.best = best
    self.mean = mean
    median = sorted[sorted.count / 2]
    percentile99 = sorted[min(sorted.count * 99 / 100, sorted.count - 1)]
    threadsUsed = Threads.highestUsed
  }
}

#endif
