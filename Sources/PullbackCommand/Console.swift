// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Pullback

/// Standard output and standard error, with failures noticed: a full disk ends the command with
/// exit code 74 rather than with half a table and success.
enum Console {
  static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }

  /// True if standard output is a terminal and nobody asked for plain text (no-color.org).
  static var outputTakesColor: Bool {
    let environment = ProcessInfo.processInfo.environment
    return isatty(STDOUT_FILENO) == 1 && environment["NO_COLOR"]?.isEmpty ?? true
      && environment["TERM"] != "dumb"
  }

  /// A line on standard output.
  static func print(_ line: String) throws {
    do {
      try FileHandle.standardOutput.write(contentsOf: Data((line + "\n").utf8))
    } catch {
      let cause = (error as NSError).userInfo[NSUnderlyingErrorKey] as? any Error ?? error
      note("pullback: standard output cannot be written: \(cause.localizedDescription)\n")
      throw ExitCode(74)
    }
  }

  /// Text on standard error. Nobody can be told if that fails.
  static func note(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }

  /// Ends the command with 130 on Ctrl-C, on a fresh line. A reader that has gone is an output
  /// that cannot be written, not a reason to be killed.
  static func exitOnInterrupt() {
    signal(SIGPIPE, SIG_IGN)
    // The default action would come before the source hears of the signal.
    signal(SIGINT, SIG_IGN)
    interrupts.setEventHandler {
      if errorIsTerminal { note("\r\u{1B}[K") }
      _exit(130)
    }
    interrupts.activate()
  }

  // Set up once, by the main thread before it starts to work.
  nonisolated(unsafe) private static let interrupts = DispatchSource.makeSignalSource(
    signal: SIGINT, queue: .global(qos: .userInteractive))
}

/// What every subcommand that computes does first.
func prepare(threads: Int?) throws {
  Console.exitOnInterrupt()
  guard instructionSetIsAsRequested else {
    throw ValidationError(
      "PULLBACK_INSTRUCTION_SET names an instruction set that is unknown or does not run here; "
        + "this processor's best is \(instructionSet)")
  }
  if let threads { Threads.limit = threads }
}
