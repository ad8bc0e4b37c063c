// SPDX-License-Identifier: Apache-2.0

import PullbackTestSupport
import Testing

/// Each leaf of graphs says why it is none of compositions: what Scripts/list-operations.py prints.
struct OperationReasonTests {
  private struct Leaf {
    let place: String
    let comment: String
    let familyComment: String
  }

  /// The cases of the families in Operations, and those of `Operation` that are
  /// families by themselves.
  private static let leaves: [Leaf] = SourceFile.sources
    .filter { $0.folder == "Graphs/Operations" || $0.path.hasSuffix("Graphs/Operation.swift") }
    .flatMap(leaves)

  private static let families = [
    "Creation", "RandomDistribution", "Identity", "Unary", "Binary", "Comparison", "Reduction",
    "Scan", "Movement", "Gathering",
  ]
  private static let alone = ["selection", "conversion", "contraction"]

  private static func leaves(in file: SourceFile) -> [Leaf] {
    var found: [Leaf] = [], familyComment: String?
    for (number, line) in file.lines.enumerated() {
      let words = line.split { !$0.isLetter }
      if line.hasPrefix("package enum ") {
        let isFamily = families.contains(String(words[2])) || words[2] == "Operation"
        familyComment = isFamily ? comment(above: number, in: file) : nil
      } else if line == "}" || line.hasPrefix("  package var ") {
        familyComment = nil
      } else if let familyComment, line.hasPrefix("  case ") {
        if file.name == "Operation", !alone.contains(String(words[1])) { continue }
        found.append(
          Leaf(
            place: "\(file.path):\(number + 1)", comment: comment(above: number, in: file),
            familyComment: familyComment))
      }
    }
    return found
  }

  private static func comment(above number: Int, in file: SourceFile) -> String {
    file.lines[..<number].reversed()
      .prefix { $0.drop { $0 == " " }.hasPrefix("///") }.reversed()
      .map { $0.drop { $0 == " " || $0 == "/" } }.joined(separator: " ")
  }

  @Test func allLeavesAreFound() {
    #expect(Self.leaves.count == OperationKind.allCases.count)
  }

  @Test func eachSaysWhy() {
    for leaf in Self.leaves {
      #expect(!leaf.comment.isEmpty, "\(leaf.place) has no comment")
      #expect(
        leaf.comment.contains("A leaf ") || leaf.familyComment.contains("Leaves because "),
        """
        \(leaf.place): why is it no composition? Say "A leaf because ..." in its comment, or "Leaves because \
        ..." in that of its family
        """)
    }
  }
}
