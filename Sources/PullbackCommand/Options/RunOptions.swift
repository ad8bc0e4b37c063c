// SPDX-License-Identifier: Apache-2.0

#if Command

import ArgumentParser

/// How results are printed, and with how many threads they are computed.
struct RunOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: "Threads to use at most. (default: the processors of this machine)")
  var threads: Int?

  @Flag(help: "Print one JSON object a line; the last line is the result.")
  var json = false

  func validate() throws {
    try require(threads.map { (1...64).contains($0) } ?? true, "--threads must be from 1 to 64")
  }
}

#endif
