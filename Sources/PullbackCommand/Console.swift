// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Pullback

/// Standard output and standard error, with failures noticed: a full disk ends the command with
/// exit code 74 rather than with half a table and success.
enum Console {
  static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }

  /// A line on standard output.
  static func print(_ line: String) throws {
    guard write(line + "\n", to: STDOUT_FILENO) else {
      note("pullback: standard output cannot be written: \(String(cString: strerror(errno)))\n")
      throw ExitCode(74)
    }
  }

  /// Text on standard error. Nobody can be told if that fails.
  static func note(_ text: String) { _ = write(text, to: STDERR_FILENO) }

  /// Ends the command with 130 on Ctrl-C, on a fresh line and with the cursor visible.
  static func exitOnInterrupt() {
    signal(SIGINT) { _ in
      // Only what is safe inside a signal handler: two system calls.
      if isatty(STDERR_FILENO) == 1 {
        let tidy: StaticString = "\r\u{1B}[K\u{1B}[?25h"
        tidy.withUTF8Buffer { _ = Foundation.write(STDERR_FILENO, $0.baseAddress, $0.count) }
      }
      _exit(130)
    }
  }

  private static func write(_ text: String, to descriptor: Int32) -> Bool {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if errno != EINTR {
        return false
      }
    }
    return true
  }
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
