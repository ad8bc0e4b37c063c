// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What the compiler says of a client's source: a file outside the package, against the modules that
/// were built with the tests.
package struct CompiledSource {
  package let succeeded: Bool
  /// What the compiler wrote: errors and warnings.
  package let messages: String

  /// Type-checks a source; `flags` follow those that find the modules.
  package static func typeChecked(_ source: String, flags: [String] = []) throws -> CompiledSource {
    let folder = FileManager.default.temporaryDirectory.appending(path: "pullback-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "main.swift")
    try source.write(to: file, atomically: true, encoding: .utf8)
    return try run(
      ["swiftc", "-typecheck", "-swift-version", "6", file.path()] + moduleFlags() + flags)
  }

  /// Where the modules of the products are that these tests were built with.
  package static func moduleFlags() throws -> [String] {
    let products = BuiltProgram.folder
    let maps = try FileManager.default.contentsOfDirectory(atPath: products.path())
      .filter { $0.hasPrefix("CPullback") && $0.hasSuffix(".build") }.sorted()
      .map { products.appending(path: "\($0)/module.modulemap").path() }
      .filter { FileManager.default.fileExists(atPath: $0) }
    return ["-I", products.appending(path: "Modules").path()]
      + maps.flatMap { ["-Xcc", "-fmodule-map-file=\($0)"] }
  }

  /// Runs a tool that stands in the path, as `swift test` found it.
  private static func run(_ command: [String]) throws -> CompiledSource {
    let process = Process(), output = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = command
    process.standardError = output
    try process.run()
    let data = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return CompiledSource(
      succeeded: process.terminationStatus == 0, messages: String(decoding: data, as: UTF8.self))
  }
}
