// SPDX-License-Identifier: Apache-2.0

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

#if Command

import ArgumentParser
import Pullback

/// The version of the next release: CHANGELOG.md says what is in it.
private let version = "0.1.0"

@main
struct PullbackCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pullback",
    abstract: "Small neural networks, from the first multiplication to the last derivative.",
    discussion: """
        pullback train homes.csv --target price --output homes.safetensors
        pullback predict homes.safetensors new.csv --output predicted.csv
      """,
    version: version,
    subcommands: [
      Train.self, Predict.self, Evaluate.self, Inspect.self, Ladder.self, Explain.self, Bench.self,
    ])

  /// Instead of ArgumentParser's own, which prints help, version and completions without a look at
  /// whether they can be written.
  static func main() {
    Startup.begin()
    do {
      try checkSubcommand(CommandLine.arguments.dropFirst())
      var command = try parseAsRoot()
      do {
        try command.run()
      } catch let error as ValidationError {
        // What no parser can see: the usage that it would print is not the subcommand's.
        let name = type(of: command)._commandName
        Console.noteError(error.message)
        Console.note("  See 'pullback help \(name)' for more information.\n")
        finish(.validationFailure)
      }
    } catch {
      finish(report(error))
    }
  }

  /// Throws if the first word names no subcommand, with the nearest.
  private static func checkSubcommand(_ arguments: ArraySlice<String>) throws {
    guard let word = arguments.first, !word.hasPrefix("-"), word != "help" else { return }
    let names = configuration.subcommands.map { $0._commandName }
    try require(
      names.contains(word),
      "there is no subcommand \(word.quoted): \(unknownWord(word, among: names))")
  }

  /// Says what ended the command: what was asked for on standard output, what is wrong on standard
  /// error.
  private static func report(_ error: any Error) -> ExitCode {
    if let code = codeOfData(error) {
      Console.noteError(sentence(about: error))
      return code
    }
    let text = fullMessage(for: error), code = exitCode(for: error)
    if text.isEmpty { return code }
    if code == .success {
      do { try Console.print(text, isLong: true) } catch { return exitCode(for: error) }
    } else {
      // A sentence, and lines on usage behind it, unless the lines may be those of an argument.
      let hasLines = !CommandLine.arguments.contains { $0.utf8.contains(0x0A) }
      Console.note(text.printable(keepingLines: hasLines) + "\n")
    }
    return code
  }
}

extension PullbackCommand {
  /// What is wrong, on one line.
  private static func sentence(about error: any Error) -> String {
    switch error {
    case let error as FileError: return "\(error.forTheCommand)"
    case let error as FitError:
      let setting = error.setting.map { "--\($0.replacing(" ", with: "-")): " } ?? ""
      return setting + error.problem
    case is TrainingDiverged:
      // The diagnosis names layers and operations of a network that nobody has written.
      let lines = "\(error)".split(separator: "\n")
      return "\(lines.first ?? "training diverged"); try a smaller --learning-rate"
    default: return "\(error)".split(separator: "\n").joined(separator: "; ")
    }
  }

  /// The exit code of what is wrong with files, data and memory; nil for other errors.
  private static func codeOfData(_ error: any Error) -> ExitCode? {
    switch error {
    case let error as FileError:
      switch error.kind {
      case .malformed: ExitCode(65)
      case .unreadable: ExitCode(66)
      case .unwritable: ExitCode(73)
      case .tooLarge: ExitCode(71)
      }
    case is TrainingError, is TrainingDiverged, is DatasetError, is PredictionError, is LayerError:
      ExitCode(65)
    case let error as FitError: ExitCode(error.setting == nil ? 65 : 64)
    case is OutOfMemory, is NoThread: ExitCode(71)
    case let error as EvaluationError:
      switch error {
      case .memory: ExitCode(71)
      case .index: ExitCode(65)
      }
    default: nil
    }
  }
}

// Within a command the name `exit` means a method of ArgumentParser's.
private func finish(_ code: ExitCode) -> Never { exit(code.rawValue) }

#else

/// A build without the trait that the command needs: the libraries are whole, the command is not.
@main
enum PullbackCommand {
  static func main() {
    let sentence: StaticString =
      "Error: built without the package's trait Command, which the command needs\n"
    sentence.withUTF8Buffer { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
    exit(64)
  }
}

#endif
