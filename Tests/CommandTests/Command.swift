// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The built `pullback` command, run as a user runs it.
enum Command {
  struct Result {
    let status: Int32
    let output, errors: String
  }

  static func run(_ arguments: String...) throws -> Result { try run(arguments) }

  /// - Parameter environment: what differs from the environment of the tests.
  static func run(
    _ arguments: [String], environment: [String: String] = [:]
  ) throws -> Result {
    let process = Process()
    process.executableURL = folder.appending(path: "pullback")
    process.arguments = arguments
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

  static var path: String { folder.appending(path: "pullback").path() }

  /// Where the build puts executables: beside the bundle of tests.
  private static var folder: URL {
    #if os(macOS)
      let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }!
      return bundle.bundleURL.deletingLastPathComponent()
    #else
      return URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
    #endif
  }
}
