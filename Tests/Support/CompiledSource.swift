// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A program that the compiler looks at as it looks at a user's, with the built modules.
package enum CompiledSource {
  /// What the type checker says about a source.
  package static func typecheck(
    _ source: String, flags: [String] = []
  ) throws -> (status: Int32, errors: String) {
    let folder = FileManager.default.temporaryDirectory.appending(path: "pullback-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "main.swift")
    try Data(source.utf8).write(to: file)
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    let modules = ["CPullbackDigits", "CPullbackKernels"].flatMap { name in
      [
        "-Xcc",
        "-fmodule-map-file=\(products.appending(path: "\(name).build/module.modulemap").path())",
      ]
    }
    process.arguments =
      [
        "swiftc", "-typecheck", "-swift-version", "6", "-I",
        products.appending(path: "Modules").path(),
      ]
      + modules + flags + [file.path()]
    let errors = Pipe()
    process.standardError = errors
    try process.run()
    let data = try errors.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: data, as: UTF8.self))
  }

  /// Where the build puts modules: beside the bundle of tests.
  private static var products: URL {
    #if os(macOS)
      let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }!
      return bundle.bundleURL.deletingLastPathComponent()
    #else
      return URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
    #endif
  }
}
