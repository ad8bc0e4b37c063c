// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The code of one example in a documentation comment, and what it says that it prints.
struct DocumentedExample: Sendable, CustomStringConvertible {
  /// From the root of the package.
  let file: String
  let line: Int
  let code: [String]

  var description: String { "\(file):\(line)" }

  /// Others are compiled and not run: they may go on from what stands around them.
  var prints: Bool { code.contains { $0.contains("print(") } }

  /// The examples in the comments of a file. Without a call of `print` only what stands between
  /// marks is one: lines that are merely indented may be prose.
  static func all(in file: String, _ lines: [String]) -> [DocumentedExample] {
    var examples: [DocumentedExample] = [], code: [String] = [], isFenced = false
    func finish(before number: Int) {
      let example = DocumentedExample(file: file, line: number - code.count + 1, code: code)
      if !code.isEmpty, isFenced || example.prints { examples.append(example) }
      code = []
    }
    for (number, line) in lines.enumerated() {
      let text = line.drop { $0 == " " }
      guard text.hasPrefix("///") else {
        finish(before: number)
        isFenced = false
        continue
      }
      let comment = text.dropFirst(3)
      if comment.hasPrefix(" ```") {
        finish(before: number)
        isFenced = comment == " ```swift"
      } else if isFenced {
        code.append(String(comment.dropFirst()))
      } else if comment.hasPrefix("     ") {
        code.append(String(comment.dropFirst(5)))
      } else {
        finish(before: number)
      }
    }
    finish(before: lines.count)
    return examples
  }

  /// What stands in comments behind calls of `print`, and in lines below them.
  var printed: String {
    var printed: [String] = [], isBelow = false
    for line in code {
      let text = line.drop { $0 == " " }
      if text.hasPrefix("//") {
        if isBelow { printed.append(String(text.dropFirst(2).drop(upTo: 1))) }
        continue
      }
      let parts = line.components(separatedBy: " // ")
      let prints = parts[0].contains("print(")
      if prints, parts.count > 1 { printed.append(parts.dropFirst().joined(separator: " // ")) }
      isBelow = prints || isBelow && text == "}" || isBelow && text.hasPrefix("} catch")
    }
    return printed.map { $0 + "\n" }.joined()
  }
}

extension Substring {
  /// Without the spaces it begins with, at most so many.
  fileprivate func drop(upTo count: Int) -> Substring {
    dropFirst(prefix(count).prefix { $0 == " " }.count)
  }
}
