// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Whatever is printed, a failure to print it is noticed.
@Suite struct OutputTests {
  static let commands = [
    "", "--help", "--version", "help", "help train", "train --help", "bench", "--help-hidden",
    "--generate-completion-script bash", "--generate-completion-script=zsh",
    "--generate-completion-script fish", "--experimental-dump-help", "explain",
    "explain --format svg", "explain --jacobians", "ladder --trap", "ladder --trap --json",
    "train --quiet --epochs 1", "bench matmul 1x1x1 --seconds 0.01 --json",
  ]
  static let longTexts = Set(commands.prefix { $0 != "explain" })

  #if os(Linux)
    @Test(arguments: commands)
    func aFullDisk(command: String) throws {
      let run = try Command.run(inShell: "\"$0\" \(command) > /dev/full")
      #expect(run.status == 74)
      let expected = "Error: standard output cannot be written: No space left on device\n"
      #expect(run.errors.hasSuffix(expected))
    }
  #endif

  @Test(arguments: commands)
  func aReaderThatHasGone(command: String) throws {
    let process = Process(), output = Pipe(), errors = Pipe()
    process.executableURL = URL(filePath: Command.path)
    process.arguments = command.split(separator: " ").map(String.init)
    process.standardOutput = output
    process.standardError = errors
    try output.fileHandleForReading.close()
    try process.run()
    let text = try errors.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 74)
    // Of help and completions a reader may want the beginning alone.
    let isLong = OutputTests.longTexts.contains(command)
    let expected = "Error: standard output cannot be written: Broken pipe\n"
    #expect(String(decoding: text, as: UTF8.self).hasSuffix(expected) != isLong)
    if isLong { #expect(text.isEmpty) }
  }

  @Test func helpAndCompletionsArePrinted() throws {
    for command in OutputTests.commands {
      let run = try Command.run(command.split(separator: " ").map(String.init))
      #expect(run.status == 0 && !run.output.isEmpty, "\(command)")
    }
    #expect(try Command.run("--help").output.hasPrefix("OVERVIEW: Small neural networks"))
    #expect(try Command.run("train", "--help").output.contains("\nUSAGE: pullback train "))
  }

  @Test func aShellThatIsUnknownIsAUsageError() throws {
    let run = try Command.run("--generate-completion-script", "nonsense")
    #expect(run.status == 64 && run.output.isEmpty && run.errors.hasPrefix("Error: "))
  }

  /// Arguments that no option has in mind.
  @Test(arguments: [
    ["\u{FFFD}"], [""], [" "], [String(repeating: "a", count: 5000)], ["-"], ["/"],
    ["train", "\u{1B}[31m"], ["train", "--epochs", String(repeating: "9", count: 5000)],
    ["train", "--epochs"], ["---completion"],
    ["train", "--hidden", String(repeating: "1,", count: 40)],
  ])
  func oddArgumentsAreUsageErrors(arguments: [String]) throws {
    let run = try Command.run(arguments)
    #expect(run.status == 64 && run.output.isEmpty && run.errors.hasPrefix("Error: "))
  }

  @Test func argumentsThatAreNotUTF8AreUsageErrors() throws {
    let run = try Command.run(inShell: "\"$0\" train --epochs \"$(printf '\\377\\376')\"")
    #expect(run.status == 64 && run.output.isEmpty && run.errors.hasPrefix("Error: The value "))
  }

  /// Names that would make lines of their own, or that a terminal would obey.
  @Test func anErrorIsOneLine() throws {
    let name = "a\nError: b\u{1B}[2J"
    let file = try Command.run("train", "--quiet", "--resume", "--checkpoint", name)
    #expect(file.status == 66)
    #expect(file.errors == "Error: a\u{FFFD}Error: b\u{FFFD}[2J: there is no such file\n")
    let value = try Command.run("train", "--epochs", name)
    #expect(value.status == 64 && value.errors.hasPrefix("Error: The value 'a\u{FFFD}Error: b"))
    #expect(value.errors.split(separator: "\n").count == 1)
  }
}
