// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Pullback

/// `pullback bench`: times the public API, end to end.
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Time the library on this machine.",
    subcommands: [BenchMatmul.self, BenchStep.self])
}

/// Options that all benchmarks share.
struct BenchOptions: ParsableArguments {
  @Option(help: "Threads to use at most. (default: the processors of this machine)")
  var threads: Int?

  @Option(help: "Seconds to measure for.")
  var seconds = 1.5

  @Flag(help: "Print one JSON object a line.")
  var json = false

  func validate() throws {
    guard seconds > 0, seconds <= 3600 else {
      throw ValidationError("--seconds must be above 0 and at most 3600")
    }
    guard threads.map({ (1...64).contains($0) }) ?? true else {
      throw ValidationError("--threads must be from 1 to 64")
    }
  }
}

/// Times of many runs of one piece of work.
struct Measurement {
  let median: Double
  let best: Double

  /// Warms up, then runs the work until the time is over, at least five times.
  init(seconds: Double, _ work: () -> Void) {
    for _ in 0..<3 { work() }
    let clock = ContinuousClock()
    var times: [Duration] = []
    let end = clock.now + .seconds(seconds)
    while times.count < 5 || (clock.now < end && times.count < 200_000) {
      let start = clock.now
      work()
      times.append(clock.now - start)
    }
    times.sort()
    median = times[times.count / 2].seconds
    best = times[0].seconds
  }

  /// A line of the table, or an object on a line with `--json`.
  func report(
    _ name: String, flops: Double?, checksum: Checksum?, _ options: BenchOptions
  ) throws {
    let gflops = flops.map { $0 / best / 1e9 }
    guard options.json else {
      let rate = gflops.map { "   \(decimal($0, 1)) GFLOP/s" } ?? ""
      try Console.print(
        "\(name)   best \(decimal(best * 1e6, 2)) us   median \(decimal(median * 1e6, 2)) us"
          + rate)
      return
    }
    var line = JSONLine()
    line.add("name", text: name)
    line.add("threads", Threads.limit)
    line.add("threads_used", Threads.highestUsed)
    line.add("median_us", median * 1e6)
    line.add("best_us", best * 1e6)
    if let gflops { line.add("gflops", gflops) }
    if let checksum { line.add("checksum", text: checksum.hexadecimal) }
    line.add("instruction_set", text: instructionSet)
    try Console.print(line.description)
  }
}
