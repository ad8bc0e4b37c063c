// SPDX-License-Identifier: Apache-2.0

import PullbackTestSupport

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
