// SPDX-License-Identifier: Apache-2.0

#if Command

import ArgumentParser
import Pullback

/// `pullback bench peak`
struct BenchPeak: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "peak",
    abstract: "Measure what the machine can do: multiply-adds and reading memory.",
    discussion: """
      fma: multiply-adds of Float in registers; the time is that of a billion operations. memory: \
      the sum of an array beyond the caches. With one thread, and with all.

        pullback bench peak
      """)

  @Option(parsing: .unconditional, help: "MiB of the array that is read.")
  var mebibytes = 256

  @OptionGroup var options: BenchOptions

  func validate() throws {
    guard (1...1024).contains(mebibytes) else {
      throw ValidationError("--mebibytes must be from 1 to 1024")
    }
  }

  func run() throws {
    try options.begin()
    let limit = Threads.limit
    let array = onOneThread {
      let array = Tensor<Float>(range: 0..<(mebibytes << 18))
      evaluate(array)
      return array.detached()
    }
    // Few threads first: `threads_used` is the most so far.
    var results: [BenchResult] = []
    for threads in limit == 1 ? [1] : [1, limit] {
      Threads.limit = threads
      results.append(fma(threads))
      results.append(memory(array))
    }
    try options.report(results)
  }

  private func fma(_ threads: Int) -> BenchResult {
    let operations = 1e9
    let clock = ContinuousClock(), end = clock.now + .seconds(options.seconds)
    var times: [Double] = []
    // Each takes about 50 ms, so there are at most 72,000.
    repeat {
      times.append(operations / Machine.measuredPeak(threads: threads))
    } while clock.now < end
    let measurement = Measurement(
      times, best: times.min()!, mean: times.reduce(0, +) / Double(times.count))
    var result = BenchResult("peak fma", measurement)
    result.operations = operations
    result.leastPeak = operations / measurement.best / 1e9
    return result
  }

  private func memory(_ array: Tensor<Float>) -> BenchResult {
    var checksum = Checksum()
    checksum.add(array.sum().scalars)
    let measurement = Measurement(seconds: options.seconds) { evaluate(array.sum()) }
    var result = BenchResult("peak memory read", measurement)
    result.checksum = checksum
    result.more = [("gb_per_s", 4 * Double(array.elementCount) / measurement.best / 1e9)]
    return result
  }
}

#endif
