// SPDX-License-Identifier: Apache-2.0

import Foundation
import PullbackTestSupport
import Testing

/// What is declared, read off the files: what users meet is documented, and what is
/// unsafe has its rooms.
struct DeclarationTests {
  /// What the standard library's protocols ask for, whose meaning their own documentation has.
  private static let inherited = [
    "var description", "var debugDescription", "var customMirror", "var startIndex",
    "var endIndex", "var count", "func hash", "func next", "func makeIterator", "func index",
    "func encode", "static func ==", "static func <", "init(arrayLiteral", "init(floatLiteral",
    "init(integerLiteral", "init(dictionaryLiteral", "init(stringLiteral", "init(booleanLiteral",
    "init(nilLiteral", "init(from", "subscript(position", "typealias ",
  ]

  /// Modules of which every public declaration has a comment.
  private static let documented = [
    "ByHand", "Derivations", "Drawing", "Formats", "Models", "Networks", "Plans", "Pullback",
    "PullbackCommand", "Runtime", "Tensors", "Training",
  ]

  @Test(arguments: documented)
  func publicDeclarationsAreDocumented(module: String) {
    for source in SourceFile.sources where source.module == module {
      for (place, line) in source.undocumented {
        Issue.record("\(place) has no documentation: \(line)")
      }
    }
  }

  /// Pointers, references that are not counted, and bits read as another type: where memory and the
  /// system's calls are, and in the two types of Tensors that count references by hand.
  @Test func unsafeCodeStaysInItsRooms() {
    let rooms = ["Runtime", "Formats", "PullbackCommand"]
    for source in SourceFile.sources
    where !rooms.contains(source.module) && !StructureTests.handCounted.contains(source.path) {
      for word in source.words where word.isUnsafe {
        Issue.record("\(source.path):\(word.line) has \(word.text)")
      }
    }
  }

  fileprivate static func isInherited(_ declaration: some StringProtocol) -> Bool {
    inherited.contains { declaration.contains($0) } || requirements.contains(name(declaration))
  }

  /// What the package's own public protocols declare, with documentation.
  private static let requirements: Set<String> = {
    var names: Set<String> = []
    for source in SourceFile.sources {
      var isInside = false
      for (number, line) in source.lines.enumerated() {
        if line.hasPrefix("public protocol ") { isInside = true }
        if line == "}" { isInside = false }
        guard isInside, line.hasPrefix("  "), source.isDocumented(number) else { continue }
        names.insert(name(line.drop { $0 == " " }))
      }
    }
    return names
  }()

  /// "var parameters", "func callAsFunction", "init(recordedTensors".
  private static func name(_ declaration: some StringProtocol) -> String {
    var words = declaration.split(separator: " ")
    words.removeAll { ["public", "static", "final", "mutating"].contains($0) }
    if words.first == "let" { words[0] = "var" }
    let plain = words.joined(separator: " ")
    let end = plain.hasPrefix("init(") ? ":" : ":(<="
    return plain.prefix { !end.contains($0) }.trimmingCharacters(in: .whitespaces)
  }
}

extension SourceFile {
  /// Public declarations without a documentation comment above them, cases of public
  /// enums among them.
  fileprivate var undocumented: [(place: String, line: String)] {
    var isInProtocol = false
    // How far the public enum is indented that a line stands in.
    var enumIndent: Int?
    return lines.indices.compactMap { number in
      let indent = lines[number].prefix { $0 == " " }.count
      if lines[number].contains("public enum ") || lines[number].contains("public indirect enum ") {
        enumIndent = indent
      } else if indent == enumIndent, lines[number].dropFirst(indent).hasPrefix("}") {
        enumIndent = nil
      }
      if lines[number].hasPrefix("public protocol ") { isInProtocol = lines[number].last != "}" }
      if lines[number] == "}" { isInProtocol = false }
      let line = lines[number].drop { $0 == " " }
      if isInProtocol, lines[number].hasPrefix("  "), !lines[number].hasPrefix("   ") {
        let isRequirement = ["var", "func", "static", "init", "mutating", "subscript"].contains {
          line.hasPrefix($0)
        }
        return isRequirement && !isDocumented(number)
          ? ("\(path):\(number + 1)", String(line)) : nil
      }
      let isCase =
        indent - 2 == enumIndent && (line.hasPrefix("case ") || line.hasPrefix("indirect case "))
      if isCase { return isDocumented(number) ? nil : ("\(path):\(number + 1)", String(line)) }
      guard lines[number].contains("public ") || lines[number].contains("open ") else { return nil }
      let words = line.split(separator: " ").drop { $0.hasPrefix("@") }
      guard words.first == "public" || words.first == "open",
        words.dropFirst().first != "extension",
        !isDocumented(number), !DeclarationTests.isInherited(line)
      else { return nil }
      return ("\(path):\(number + 1)", String(line))
    }
  }

  /// Whether a comment stands above a line, attributes apart.
  fileprivate func isDocumented(_ number: Int) -> Bool {
    var above = number - 1
    while above >= 0, lines[above].drop(while: { $0 == " " }).hasPrefix("@") { above -= 1 }
    return above >= 0 && lines[above].drop { $0 == " " }.hasPrefix("///")
  }
}

extension SourceFile.Word {
  fileprivate var isUnsafe: Bool {
    if text == "OpaquePointer" { return isCalled }
    return text.contains("Unsafe") || text == "Unmanaged" || text == "unsafeBitCast"
      || text == "unsafeDowncast" || text == "withMemoryRebound" || text == "assumingMemoryBound"
  }
}
