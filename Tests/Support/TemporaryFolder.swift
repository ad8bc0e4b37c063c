// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A folder for one test, gone with it.
package final class TemporaryFolder {
  package let path: String

  package init() {
    let url = FileManager.default.temporaryDirectory.appending(path: "pullback-\(UUID())")
    try! FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path(percentEncoded: false)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The path of a file in it.
  package func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes a file and returns its path.
  @discardableResult
  package func write(_ bytes: [UInt8], to name: String) throws -> String {
    try Data(bytes).write(to: URL(filePath: file(name)))
    return file(name)
  }

  package var names: [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
  }
}
