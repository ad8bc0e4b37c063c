// SPDX-License-Identifier: Apache-2.0

import Foundation
import PullbackTestSupport
import Testing

/// The built `pullback` command.
enum Command {
  typealias Result = BuiltProgram.Result

  static func run(_ arguments: String...) throws -> Result { try run(arguments) }

  /// - Parameter environment: what differs from the environment of the tests.
  static func run(
    _ arguments: [String], environment: [String: String] = [:]
  ) throws -> Result {
    try BuiltProgram.run("pullback", arguments, environment: environment)
  }

  /// - Parameter line: of the shell, in which `$0` is the command.
  static func run(inShell line: String) throws -> Result {
    try BuiltProgram.run("pullback", inShell: line)
  }

  static var path: String { BuiltProgram.folder.appending(path: "pullback").path() }
}

extension BuiltProgram.Result {
  /// The lines of the output, each an object of JSON.
  var jsonLines: [[String: Any]] {
    get throws {
      try output.split(separator: "\n").map { line in
        try #require(
          try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
      }
    }
  }

  /// Without what a debug build says of itself.
  var complaints: String {
    let note = "Debug build: a release build is faster (swift run -c release).\n"
    return errors.hasPrefix(note) ? String(errors.dropFirst(note.count)) : errors
  }
}
