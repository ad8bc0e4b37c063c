// SPDX-License-Identifier: Apache-2.0

#if Command

import ArgumentParser
import Foundation
import Pullback

/// The version of the next release: CHANGELOG.md says what is in it.
private let version = "0.1.0"

@main
struct PullbackCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pullback",
    abstract: "Small neural networks, from the first multiplication to the last derivative.",
    version: version,
    subcommands: [Train.self, Ladder.self, Explain.self, Bench.self])

  /// Instead of ArgumentParser's own, which prints help, version and completions without a look at
  /// whether they can be written.
  static func main() {
    Startup.begin()
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      Foundation.exit(report(error).rawValue)
    }
  }

  /// Says what ended the command: what was asked for on standard output, what is wrong on standard
  /// error.
  private static func report(_ error: any Error) -> ExitCode {
    if let code = codeOfData(error) {
      Console.note("Error: \(error)\n")
      return code
    }
    let text = fullMessage(for: error), code = exitCode(for: error)
    if text.isEmpty { return code }
    if code == .success {
      do { try Console.print(text, isLong: true) } catch { return exitCode(for: error) }
    } else {
      Console.note(text + "\n")
    }
    return code
  }
}

extension PullbackCommand {
  /// The exit code of what is wrong with files and data; nil for other errors.
  private static func codeOfData(_ error: any Error) -> ExitCode? {
    switch error {
    case let error as FileError:
      switch error.kind {
      case .malformed: ExitCode(65)
      case .unreadable: ExitCode(66)
      case .unwritable: ExitCode(73)
      }
    case is TrainingError: ExitCode(65)
    default: nil
    }
  }
}

#else

import Foundation

/// A build without the trait that the command needs: the libraries are whole, the command is not.
@main
enum PullbackCommand {
  static func main() {
    FileHandle.standardError.write(
      Data("pullback: built without the package's trait Command, which the command needs\n".utf8))
    exit(64)
  }
}

#endif
