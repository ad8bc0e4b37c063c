// SPDX-License-Identifier: Apache-2.0

import CPullbackProcesses
import Foundation
import Testing

/// What the command makes of the signals and descriptors that it is started with.
@Suite(.serialized) struct StartupTests {
  /// As a shell has it, whether the command ended itself or the signal did before it could.
  private static let interrupted: Int32 = 130
  /// Longer than any test waits.
  private static let endless = ["train", "--quiet", "--epochs", "1000000"]

  /// Every quarter of a millisecond from the start to well into the training.
  @Test func anInterruptIsNeverLost() throws {
    for step in 0..<160 {
      let process = start([Command.path] + StartupTests.endless)
      usleep(UInt32(250 * step))
      kill(process, SIGINT)
      try #require(pb_end(process, 30) == StartupTests.interrupted, "after \(step) quarters")
    }
  }

  @Test(arguments: [SIGTERM, SIGHUP, SIGQUIT])
  func otherSignalsDoWhatTheyAlwaysDo(signal: Int32) {
    let process = start([Command.path] + StartupTests.endless)
    usleep(100_000)
    kill(process, signal)
    #expect(pb_end(process, 30) == 128 + signal)
  }

  /// nohup, `trap '' INT`, the background of a script.
  @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
  func aSignalThatWasIgnoredStaysIgnored(signal: Int32) {
    let process = start([Command.path, "train", "--quiet", "--epochs", "40"], ignoring: signal)
    // Should it be over before, it is still there to be waited for.
    for _ in 0..<200 {
      kill(process, signal)
      usleep(500)
    }
    #expect(pb_end(process, 30) == 0)
  }

  @Test func outputThatIsClosedCannotBeWritten() throws {
    let run = try Command.run(inShell: "\"$0\" --version >&-")
    #expect(run.status == 74)
    #expect(run.errors == "Error: standard output cannot be written: Bad file descriptor\n")
    #expect(try Command.run(inShell: "\"$0\" --version <&- 2>&-").output == "0.1.0\n")
    #expect(try Command.run(inShell: "\"$0\" --version <&- >&- 2>&-").status == 74)
    #expect(try Command.run(inShell: "\"$0\" --unknown <&- >&- 2>&-").status == 64)
  }

  #if os(Linux)
    /// So that no file which is opened later gets their numbers.
    @Test func closedDescriptorsAreTakenByTheNullDevice() throws {
      let line = "exec \"$0\" \(StartupTests.endless.joined(separator: " ")) <&- >&- 2>&-"
      let process = start(["/bin/sh", "-c", line, Command.path])
      func target(_ link: String) -> String? {
        try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/\(link)")
      }
      // Until the shell has become the command, and the command has come to its first line.
      for _ in 0..<3000 {
        if target("exe")?.hasSuffix("/pullback") == true, target("fd/2") != nil { break }
        usleep(1000)
      }
      #expect((0...2).map { target("fd/\($0)") } == ["/dev/null", "/dev/null", "/dev/null"])
      kill(process, SIGINT)
      #expect(pb_end(process, 30) == StartupTests.interrupted)
    }
  #endif

  private func start(_ words: [String], ignoring signal: Int32 = 0) -> Int32 {
    var strings = words.map { strdup($0) } + [nil]
    defer { for string in strings { free(string) } }
    return pb_start(&strings, signal)
  }
}
