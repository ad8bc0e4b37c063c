// SPDX-License-Identifier: Apache-2.0

#if Command

import ArgumentParser
import Pullback

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// Standard output and standard error, with failures noticed: a full disk ends the command with
/// exit code 74 rather than with half a table and success.
enum Console {
  static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }

  /// Characters on a line.
  static let width = 80

  /// The same on the terminal behind standard error, where that has fewer.
  static var errorWidth: Int {
    var size = winsize()
    // A struct of the type that the request fills.
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return width }
    return min(width, Int(size.ws_col))
  }

  /// True if standard output is a terminal and nobody asked for plain text (no-color.org).
  static var outputTakesColor: Bool {
    // The C library's own texts: valid, and ended by a zero byte.
    func isSet(_ name: String) -> Bool { getenv(name).map { $0.pointee != 0 } ?? false }
    let isDumb = getenv("TERM").map { String(cString: $0) == "dumb" } ?? false
    return isatty(STDOUT_FILENO) == 1 && !isSet("NO_COLOR") && !isDumb
  }

  /// A line on standard output. `isLong`: a text of which a reader, such as `head`, may well want
  /// the beginning alone, so that nothing is said when it has gone.
  static func print(_ line: String, isLong: Bool = false) throws {
    let code = send(line + "\n", to: STDOUT_FILENO)
    if code == 0 { return }
    if !isLong || code != EPIPE {
      noteError("\(standardOutput) cannot be written: \(String(cString: strerror(code)))")
    }
    throw ExitCode(74)
  }

  /// Runs `body`, which writes rows to standard output by itself. A reader that has gone wants
  /// no more of them.
  static func writingRows(_ body: () throws -> Void) throws {
    do {
      try body()
    } catch let error as FileError where error.file == standardOutput {
      if error.problem != String(cString: strerror(EPIPE)) {
        noteError("\(standardOutput) cannot be written: \(error.problem)")
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
  static func note(_ text: String) { _ = send(text, to: STDERR_FILENO) }

  /// What is wrong, on one line whatever the names of files and what stands in them hold.
  static func noteError(_ problem: String) { note("Error: \(problem.printable)\n") }

  /// Returns 0, or the system's number for what went wrong.
  private static func send(_ text: String, to descriptor: Int32) -> Int32 {
    var text = text
    return text.withUTF8 { bytes in
      var position = 0
      while position < bytes.count {
        // Within the text: what is left of it behind `position`, which is below its count.
        let count = write(descriptor, bytes.baseAddress! + position, bytes.count - position)
        if count < 0, errno != EINTR { return errno }
        position += max(count, 0)
      }
      return 0
    }
  }

  /// Says so if this is a debug build.
  static func noteDebugBuild() {
    #if DEBUG
    note("Debug build: a release build is faster (swift run -c release).\n")
    #endif
  }
}

extension String {
  /// With U+FFFD for characters that a terminal would obey instead of showing them.
  func printable(keepingLines: Bool) -> String {
    String(
      String.UnicodeScalarView(
        unicodeScalars.map { scalar in
          let isControl = scalar.properties.generalCategory == .control
          return isControl && !(keepingLines && scalar == "\n") ? "\u{FFFD}" : scalar
        }))
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
