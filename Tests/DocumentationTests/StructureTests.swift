// SPDX-License-Identifier: Apache-2.0

import Foundation
import PullbackTestSupport
import PullbackTensors
import Testing

/// What CONTRIBUTING says of the files and modules, read off the files.
struct StructureTests {
  /// The modules of this package that each may import, from left to right.
  private static let imports: [String: Set<String>] = [
    "Tensors": ["CPullbackTrap", "CPullbackLocks"],
    "Plans": ["PullbackTensors"],
    "Runtime": ["PullbackTensors", "PullbackPlans", "CPullbackKernels", "CPullbackLocks"],
    "Networks": ["PullbackTensors", "PullbackPlans", "PullbackRuntime"],
    "Training": ["PullbackTensors", "PullbackRuntime", "PullbackNetworks", "CPullbackDigits"],
    "Formats": ["PullbackTensors", "PullbackRuntime", "CPullbackZlib"],
    "Models": [
      "PullbackTensors", "PullbackRuntime", "PullbackNetworks", "PullbackTraining",
      "PullbackFormats",
    ],
    "Drawing": [],
    "Derivations": [
      "PullbackTensors", "PullbackPlans", "PullbackRuntime", "PullbackNetworks", "PullbackDrawing",
    ],
    "ByHand": ["PullbackTensors", "PullbackRuntime"],
  ]

  @Test func modulesImportFromTheirLeft() {
    for source in SourceFile.sources {
      guard let allowed = Self.imports[source.module] else { continue }
      for line in source.lines where line.contains("import ") && !line.hasPrefix("//") {
        let words = line.split(separator: " ")
        guard let word = words.firstIndex(of: "import"), word + 1 < words.count else { continue }
        let name = String(words[word + 1])
        let isOurs = name.hasPrefix("Pullback") || name.hasPrefix("CPullback")
        #expect(!isOurs || allowed.contains(name), "\(source.path) imports \(name)")
      }
    }
  }

  /// Messages leave the package's own lines out, and nobody else's.
  @Test func modulesOfThePackageAreKnown() throws {
    let manifest = try String(
      contentsOf: SourceFile.root.appending(path: "Package.swift"), encoding: .utf8)
    let names = manifest.matches(of: /name: "(Pullback\w*)"/).map { String($0.1) }
    #expect(Set(names).subtracting(["PullbackTestSupport"]) == CallSite.modules)
  }

  /// The command may have its essentials, which carry no ICU, and where there are none, all of it.
  @Test func foundationIsTheCommands() {
    for source in SourceFile.sources {
      for (before, line) in zip([""] + source.lines, source.lines)
      where line.contains("import Foundation") {
        let isEssential = line == "import FoundationEssentials" || before == "#else"
        #expect(isEssential && source.module == "PullbackCommand", "\(source.path)")
      }
    }
  }

  /// Where references are counted by hand: types that stand alone.
  static let handCounted = ["StorageSlot.swift", "UncountedNode.swift"].map {
    "Sources/Tensors/Graphs/\($0)"
  }

  @Test func filesAreShortAndHaveALicence() {
    let tests = SourceFile.tests
    let kernels = SourceFile.files(in: "Sources") { $0.hasSuffix(".c") || $0.hasSuffix(".h") }
    for source in SourceFile.sources + tests + kernels {
      #expect(source.lines.count <= 400, "\(source.path) has \(source.lines.count) lines")
      #expect(source.lines[0] == "// SPDX-License-Identifier: Apache-2.0", "\(source.path)")
    }
  }

  /// swift format measures code. An example in a comment is as wide as its code and its result.
  @Test func commentsHaveAHundredColumns() {
    let kernels = SourceFile.files(in: "Sources") { $0.hasSuffix(".c") || $0.hasSuffix(".h") }
    for source in SourceFile.sources + SourceFile.tests + kernels {
      var isExample = false
      for (number, line) in source.lines.enumerated() {
        let text = line.drop { $0 == " " }
        guard text.hasPrefix("//") else { continue }
        let comment = text.drop { $0 == "/" }
        if comment.hasPrefix(" ```") { isExample.toggle() }
        guard !isExample, !comment.hasPrefix("     ") else { continue }
        #expect(line.count <= 100, "\(source.path):\(number + 1) has \(line.count) columns")
      }
    }
  }

  /// A new operation must not slip through: the compiler names each switch that does not know it.
  @Test func switchesOverOperationsHaveNoDefault() {
    let families = [
      "operation", "unary", "binary", "comparison", "reduction", "movement", "creation",
      "gathering", "identity", "kink", "notation", "scan",
    ]
    for source in SourceFile.sources {
      let isFamily = source.path.hasPrefix("Sources/Tensors/Graphs/Operations/")
      // The switches around a line, by how far they are indented.
      var open: [(indent: Int, isOfOperations: Bool)] = []
      for (number, line) in source.lines.enumerated() {
        let indent = line.prefix { $0 == " " }.count
        if line.trimmingCharacters(in: .whitespaces).hasPrefix("}") {
          open.removeAll { $0.indent >= indent }
        }
        if let start = line.range(of: "switch "), !line.contains("//") {
          let subject = line[start.upperBound...].lowercased()
          let isOfOperations =
            families.contains { subject.hasPrefix($0) || subject.contains(".\($0)") }
            || isFamily && subject.hasPrefix("self")
          open.append((indent, isOfOperations))
        }
        if line.trimmingCharacters(in: .whitespaces).hasPrefix("default:") {
          let place = "\(source.path):\(number + 1)"
          #expect(open.last?.isOfOperations != true, "\(place) is a default for operations")
        }
      }
    }
  }

  /// Operations say what is to be known of them: nobody else switches over the cases of a family,
  /// but the plan key, the table of kernels and what chooses kernels of several operations.
  @Test func familiesAreSwitchedOverInTheirFiles() {
    let families = [
      "unary", "binary", "comparison", "reduction", "movement", "creation", "gathering", "scan",
      "identity", "distribution",
    ]
    // Cases without values that no other enum of the package has, of several families.
    let cases: Set<Substring> = [
      "negate", "squareRoot", "subtract", "greaterOrEqual", "argmax", "reshape", "sortedPositions",
    ]
    let free = [
      "Plans/Programs/Operation+Encoding.swift", "Plans/Passes/Selection.swift",
      "Runtime/Kernels/Kernels.swift",
    ].map { "Sources/\($0)" }
    for source in SourceFile.sources
    where !source.path.hasPrefix("Sources/Tensors/Graphs/Operations/")
      && !free.contains(source.path)
    {
      for (number, line) in source.lines.enumerated() {
        let text = line.trimmingCharacters(in: .whitespaces)
        let named = text.hasPrefix("case .") ? text.dropFirst(6).prefix(while: \.isLetter) : ""
        if cases.contains(named) || families.contains(where: { text.contains("switch \($0) ") }) {
          Issue.record("\(source.path):\(number + 1): \(text)")
        }
      }
    }
  }

  @Test func nothingIsLeftForLater() {
    let marks = ["TODO", "FIXME", "XXX", "HACK"]
    for source in SourceFile.sources {
      for (number, line) in source.lines.enumerated() {
        #expect(!marks.contains { line.contains($0) }, "\(source.path):\(number + 1)")
      }
    }
  }
}
