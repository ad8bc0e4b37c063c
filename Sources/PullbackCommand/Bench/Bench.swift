// SPDX-License-Identifier: Apache-2.0

#if Command

import ArgumentParser
import Pullback

/// `pullback bench`: times the public API, end to end.
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Time the library on this machine.",
    discussion: """
      Each benchmark warms up, then runs until its seconds are over. The best time tells what the \
      program can do, the median what it did while other programs ran too. The peak is measured \
      right after the work. The checksum covers the bits of all results of a fixed amount of work \
      from a fixed start: it is the same at any number of threads.

        pullback bench step --batch 64
      """,
    subcommands: [
      BenchMatmul.self, BenchStep.self, BenchPredict.self, BenchServe.self, BenchTrainer.self,
      BenchGraph.self, BenchPlan.self, BenchElementwise.self,
      BenchOperation.self, BenchNetwork.self, BenchRecurrence.self, BenchPeak.self,
    ])
}

/// Options that all benchmarks share.
struct BenchOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: "Threads to use at most. (default: the processors of this machine)")
  var threads: Int?

  @Option(parsing: .unconditional, help: "Seconds to measure each piece of work for.")
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

  /// What every benchmark does first.
  func begin() throws {
    try prepare(threads: threads)
    Console.noteDebugBuild()
  }
}

/// Makes inputs on one thread, so that `threads_used` speaks of the measured work alone.
func onOneThread<Result>(_ make: () -> Result) -> Result {
  let limit = Threads.limit
  Threads.limit = 1
  defer { Threads.limit = limit }
  return make()
}

#endif
