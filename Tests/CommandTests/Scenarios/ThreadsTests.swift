// SPDX-License-Identifier: Apache-2.0

import Testing

/// `PULLBACK_THREADS` sets the limit of threads, or the command says that it cannot.
@Suite struct ThreadsTests {
  private static let work = ["bench", "matmul", "1x1x1", "--seconds", "0.01", "--json"]

  private func run(_ arguments: [String], _ threads: String) throws -> Command.Result {
    try Command.run(arguments, environment: ["PULLBACK_THREADS": threads])
  }

  @Test(arguments: ["1", "3", "64"])
  func theNumberAskedForIsTheLimit(threads: String) throws {
    let result = try run(ThreadsTests.work, threads)
    #expect(result.status == 0 && result.output.contains("\"threads\":\(threads),"))
    let chosen = try run(ThreadsTests.work + ["--threads", "2"], threads)
    #expect(chosen.output.contains("\"threads\":2,"))
  }

  @Test(arguments: ["garbage", "0", "-1", "", " 4", "4x", "1e3", "65", "99999999999999999999"])
  func whatIsNoNumberOfThreadsIsAUsageError(threads: String) throws {
    for command in [
      ThreadsTests.work, ["train"], ["explain"], ["ladder"], ["train", "--threads", "1"],
    ] {
      let result = try run(command, threads)
      #expect(result.status == 64 && result.output.isEmpty)
      #expect(result.errors.hasPrefix("Error: PULLBACK_THREADS must be a number from 1 to 64\n"))
    }
  }

  @Test func helpNeedsNoThreads() throws {
    #expect(try run(["--help"], "garbage").status == 0)
  }
}
