// SPDX-License-Identifier: Apache-2.0

import Foundation
import PullbackTestSupport
import Testing

/// Operators and settings cannot know the line they stand on: the backtrace of the program
/// that stops must show it, in debug and release, inlined and piped. (On macOS the system's
/// crash report does.)
@Suite struct BacktraceTests {
  static let programs = [
    "operator", "product", "comparison", "inlined", "closure", "literal", "gather", "labels",
    "recording", "parameter", "threads", "printing", "setting", "group", "rule",
  ]

  #if os(Linux)
    @Test("The user's file and line", arguments: programs)
    func line(of program: String) throws {
      let source = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Stopping/main.swift")
      let lines = try String(contentsOf: source, encoding: .utf8).split(
        separator: "\n", omittingEmptySubsequences: false)
      let line = try #require(lines.firstIndex { $0.hasSuffix("// mistake: \(program)") }) + 1
      let run = try BuiltProgram.run(
        "StoppingExamples", [program], environment: ["SWIFT_BACKTRACE": "enable=yes,color=no"])
      #expect(run.errors.contains("main.swift:\(line):"), "\(run.errors)")
      #expect(run.errors.components(separatedBy: "Fatal error: ").count == 2)
      // A thread that is stopped while it prints may keep the stream from the one that speaks.
      #expect(run.output == "printed before\n" || program == "printing")
      #expect(run.status == -1)
    }
  #endif
}
