// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A program of this package as it was built beside the tests, run as a user runs it.
package enum BuiltProgram {
  package struct Result {
    /// -1 if a signal ended the program.
    package let status: Int32
    package let output, errors: String
  }

  /// - Parameter environment: what differs from the environment of the tests.
  package static func run(
    _ name: String, _ arguments: [String], environment: [String: String] = [:]
  ) throws -> Result {
    try run(folder.appending(path: name), arguments, environment: environment)
  }

  /// A program anywhere, run in a folder.
  package static func run(
    at path: String, _ arguments: [String] = [], in folder: TemporaryFolder
  ) throws -> Result {
    try run(
      URL(filePath: path), arguments, environment: [:], folder: URL(filePath: folder.path))
  }

  /// A program that was built beside the tests, run in a folder.
  package static func run(_ name: String, in folder: TemporaryFolder) throws -> Result {
    try run(at: self.folder.appending(path: name).path(), in: folder)
  }

  /// A line of the shell, with the program's path as `$0`.
  package static func run(_ name: String, inShell line: String) throws -> Result {
    try run(
      URL(filePath: "/bin/sh"), ["-c", line, folder.appending(path: name).path()], environment: [:])
  }

  private static func run(
    _ program: URL, _ arguments: [String], environment: [String: String], folder: URL? = nil
  ) throws -> Result {
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let output = Pipe(), errors = Pipe()
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    // What one run writes fits into a pipe, so the two can be read one after the other.
    let outputData = try output.fileHandleForReading.readToEnd() ?? Data()
    let errorData = try errors.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return Result(
      status: process.terminationReason == .exit ? process.terminationStatus : -1,
      output: String(decoding: outputData, as: UTF8.self),
      errors: String(decoding: errorData, as: UTF8.self))
  }

  /// Where the build puts programs: beside the bundle of tests.
  package static var folder: URL {
    #if os(macOS)
      let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }!
      return bundle.bundleURL.deletingLastPathComponent()
    #else
      return URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        .deletingLastPathComponent()
    #endif
  }
}
