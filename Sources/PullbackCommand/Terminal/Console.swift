// SPDX-License-Identifier: Apache-2.0

#if Command

import ArgumentParser
import Foundation
import Pullback

/// Standard output and standard error, with failures noticed: a full disk ends the command with
/// exit code 74 rather than with half a table and success.
enum Console {
  static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }

  /// Characters on a line.
  static let width = 80

  /// True if standard output is a terminal and nobody asked for plain text (no-color.org).
  static var outputTakesColor: Bool {
    let environment = ProcessInfo.processInfo.environment
    return isatty(STDOUT_FILENO) == 1 && environment["NO_COLOR"]?.isEmpty ?? true
      && environment["TERM"] != "dumb"
  }

  /// A line on standard output. `isLong`: a text of which a reader, such as `head`, may well want the
  /// beginning alone, so that nothing is said when it has gone.
  static func print(_ line: String, isLong: Bool = false) throws {
    do {
      try FileHandle.standardOutput.write(contentsOf: Data((line + "\n").utf8))
    } catch {
      // What the system says, without a sentence of Foundation's around it.
      let fault = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
      if isLong, fault?.code == Int(EPIPE) { throw ExitCode(74) }
      let cause = fault.map { String(cString: strerror(Int32($0.code))) } ?? "\(error)"
      note("pullback: \(standardOutput) cannot be written: \(cause)\n")
      throw ExitCode(74)
    }
  }

  /// Runs `body`, which writes rows to standard output by itself. A reader that has gone wants no more
  /// of them.
  static func writingRows(_ body: () throws -> Void) throws {
    do {
      try body()
    } catch let error as FileError where error.file == standardOutput {
      if error.problem != String(cString: strerror(EPIPE)) {
        note("pullback: \(standardOutput) cannot be written: \(error.problem)\n")
      }
      throw ExitCode(74)
    }
  }

  /// What messages call it.
  static let standardOutput = "standard output"

  /// Text of which a reader may want the beginning alone.
  static func page(_ text: some CustomStringConvertible) throws {
    try print(text.description, isLong: true)
  }

  /// Text on standard error. Nobody can be told if that fails.
  static func note(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }

  /// Says so if this is a debug build.
  static func noteDebugBuild() {
    #if DEBUG
    note("Debug build: a release build is faster (swift run -c release).\n")
    #endif
  }
}

/// What every subcommand that computes does first.
func prepare(threads: Int?) throws {
  guard instructionSetIsAsRequested else {
    throw ValidationError(
      "PULLBACK_INSTRUCTION_SET names an instruction set that is unknown or does not run here; "
        + "this processor's best is \(instructionSet)")
  }
  guard Threads.limitIsAsRequested else {
    throw ValidationError("PULLBACK_THREADS must be a number from 1 to 64")
  }
  if let threads { Threads.limit = threads }
}

#endif
