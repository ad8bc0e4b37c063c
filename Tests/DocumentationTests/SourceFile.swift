// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A file of this package as text.
struct SourceFile: Sendable {
  static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// From the root of the package.
  let path: String
  let lines: [String]

  /// The folder in Sources.
  var module: String { path.split(separator: "/").dropFirst().first.map(String.init) ?? "" }

  static let sources = files(in: "Sources") { $0.hasSuffix(".swift") }
  static let tests = files(in: "Tests") { $0.hasSuffix(".swift") }

  static func files(in folder: String, where isWanted: (String) -> Bool) -> [SourceFile] {
    let walker = FileManager.default.enumerator(atPath: root.appending(path: folder).path())!
    return walker.compactMap { $0 as? String }.filter(isWanted).sorted().map { name in
      let path = "\(folder)/\(name)"
      let text = try! String(contentsOf: root.appending(path: path), encoding: .utf8)
      return SourceFile(path: path, lines: text.components(separatedBy: "\n"))
    }
  }
}
