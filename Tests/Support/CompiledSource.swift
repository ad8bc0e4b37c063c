// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A client's source: files outside the package, compiled against the modules that were
/// built with the tests.
package struct CompiledSource {
  package let succeeded: Bool
  /// What the compiler wrote: errors and warnings.
  package let messages: String

  /// What it wrote about one line of a source that was given alone.
  package func messages(at line: Int) -> String {
    let parts = messages.components(separatedBy: "main.swift:")
    return parts.filter { $0.hasPrefix("\(line):") }.joined(separator: "\n")
  }

  /// Type-checks a source; `flags` follow those that find the modules.
  package static func typeChecked(_ source: String, flags: [String] = []) throws -> CompiledSource {
    let folder = TemporaryFolder()
    let file = try folder.write(Array(source.utf8), to: "main.swift")
    return try run(
      ["swiftc", "-typecheck", "-swift-version", "6", file] + moduleFlags() + flags)
  }

  /// Compiles sources, by the names of their files, to a program linked with the library.
  package static func program(at path: String, of sources: [String: String]) throws
    -> CompiledSource
  {
    let folder = TemporaryFolder()
    let files = try sources.sorted { $0.key < $1.key }.map {
      try folder.write(Array($0.value.utf8), to: $0.key)
    }
    return try run(
      ["swiftc", "-swift-version", "6", "-o", path] + files + moduleFlags() + libraryObjects())
  }

  /// What the library's targets were compiled to. Objects of files that are gone stay where they
  /// were built, so the sources say which count.
  private static func libraryObjects() throws -> [String] {
    let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Sources")
    let modules = try FileManager.default.contentsOfDirectory(atPath: sources.path())
      .filter { $0 != "PullbackCommand" }.sorted()
    return modules.flatMap { module -> [String] in
      let names = FileManager.default.enumerator(atPath: sources.appending(path: module).path())!
        .compactMap { ($0 as? String)?.split(separator: "/").last.map(String.init) }
      let target =
        module == "Pullback"
        ? module
        : module.first == "C" && module.dropFirst().first!.isUppercase
          ? "CPullback\(module.dropFirst())" : "Pullback\(module)"
      return names.map { BuiltProgram.folder.appending(path: "\(target).build/\($0).o").path() }
        .filter { FileManager.default.fileExists(atPath: $0) }
    }
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
