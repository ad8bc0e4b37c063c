// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Files that other programs wrote: those in the folder `Fixtures` of the test target
/// whose file asks.
package enum Fixture {
  package static func path(_ name: String, for test: String = #filePath) -> String {
    var folder = URL(filePath: test).deletingLastPathComponent()
    while folder.deletingLastPathComponent().lastPathComponent != "Tests" {
      folder.deleteLastPathComponent()
    }
    return folder.appending(path: "Fixtures/\(name)").path(percentEncoded: false)
  }

  package static func bytes(_ name: String, for test: String = #filePath) -> [UInt8] {
    try! Array(Data(contentsOf: URL(filePath: path(name, for: test))))
  }

  package static func lines(_ name: String, for test: String = #filePath) -> [Substring] {
    String(decoding: bytes(name, for: test), as: UTF8.self).split(separator: "\n")
  }

  /// Numbers by name: a line for each, "name 1.5 -2".
  package static func records<Number: LosslessStringConvertible>(
    _ name: String, for test: String = #filePath
  ) -> [String: [Number]] {
    var records: [String: [Number]] = [:]
    for line in lines(name, for: test) {
      let words = line.split(separator: " ")
      records[String(words[0])] = words.dropFirst().map { Number(String($0))! }
    }
    return records
  }
}
