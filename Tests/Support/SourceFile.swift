// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A file of this package as text.
package struct SourceFile: Sendable {
  package static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// From the root of the package.
  package let path: String
  package let lines: [String]

  /// The folder in Sources or Tests.
  package var module: String { path.split(separator: "/").dropFirst().first.map(String.init) ?? "" }

  /// The folder within the module: "Graphs/Operations"; empty for the module's own.
  package var folder: String {
    path.split(separator: "/").dropFirst(2).dropLast().joined(separator: "/")
  }

  /// Without folders and without ".swift".
  package var name: String { String(path.split(separator: "/").last!.dropLast(6)) }

  package static let sources = files(in: "Sources") { $0.hasSuffix(".swift") }
  package static let tests = files(in: "Tests") { $0.hasSuffix(".swift") }

  package static func files(in folder: String, where isWanted: (String) -> Bool) -> [SourceFile] {
    let walker = FileManager.default.enumerator(atPath: root.appending(path: folder).path())!
    return walker.compactMap { $0 as? String }.filter(isWanted).sorted().map { name in
      let path = "\(folder)/\(name)"
      let text = try! String(contentsOf: root.appending(path: path), encoding: .utf8)
      return SourceFile(path: path, lines: text.components(separatedBy: "\n"))
    }
  }

  /// The words of its code, without comments and texts.
  package var words: [Word] {
    lines.enumerated().flatMap { number, line in SourceFile.words(of: line, number + 1) }
  }

  /// A name or keyword.
  package struct Word {
    package let text: String
    /// Counted from 1.
    package let line: Int
    /// Whether it is a member of what stands in front.
    package let isMember: Bool
    /// Whether a parenthesis follows.
    package let isCalled: Bool
  }

  // By bytes: regular expressions would take a minute for all files.
  private static func words(of line: String, _ number: Int) -> [Word] {
    let bytes = Array(line.utf8)
    var words: [Word] = [], place = 0, isText = false
    while place < bytes.count {
      let byte = bytes[place]
      if byte == UInt8(ascii: "\\") {
        place += 2
      } else if byte == UInt8(ascii: "\"") {
        isText.toggle()
        place += 1
      } else if isText {
        place += 1
      } else if byte == UInt8(ascii: "/"), place + 1 < bytes.count, bytes[place + 1] == byte {
        break
      } else if isLetter(byte) {
        let start = place
        while place < bytes.count, isLetter(bytes[place]) { place += 1 }
        words.append(
          Word(
            text: String(decoding: bytes[start..<place], as: UTF8.self), line: number,
            isMember: start > 0 && bytes[start - 1] == UInt8(ascii: "."),
            isCalled: place < bytes.count && bytes[place] == UInt8(ascii: "(")))
      } else {
        place += 1
      }
    }
    return words
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}
