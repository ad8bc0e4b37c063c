// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pullback
import PullbackTestSupport
import Testing

/// The code in README.md and in Documentation is the code in Snippets, and prints what they say.
struct ReadmeTests {
  private static let examples = [
    (
      "README.md",
      [
        "ForwardAndBackward", "TrainOnDigits", "PredictWhileTraining", "ExplainDerivatives",
        "Files",
      ]
    ),
    ("Documentation/Jacobians.md", ["FiveJacobians"]),
  ]

  @Test(
    arguments: examples.flatMap { document, names in
      names.enumerated().map { (document, $0.offset, $0.element) }
    })
  func exampleIsASnippetAndPrintsWhatIsSaid(document: String, position: Int, name: String) throws {
    let readme = try String(contentsOf: SourceFile.root.appending(path: document), encoding: .utf8)
    let snippet = try String(
      contentsOf: SourceFile.root.appending(path: "Snippets/\(name).swift"), encoding: .utf8)
    let parts = readme.components(separatedBy: "```swift\n")
    let code = parts[position + 1].components(separatedBy: "```")[0]
    let shown = snippet.components(separatedBy: "// snippet.show\n")[1]
    #expect(code == shown)
    let printed = parts[position + 1].components(separatedBy: "It prints:\n\n```text\n")[1]
      .components(separatedBy: "```")[0]
    #expect(try run(name) == printed)
  }

  @Test func theMistakeIsWordForWord() async throws {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let a0 = Tensor<Float>([[1, 2]]).named("a0"), w2 = Tensor<Float>([[2], [5]]).named("w2")
      _ = a0 • w2.transposed()
    }
    let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    let readme = try String(
      contentsOf: SourceFile.root.appending(path: "README.md"), encoding: .utf8)
    let quoted = try #require(readme.components(separatedBy: "\n> ").last)
    let shown = quoted.components(separatedBy: "\n")[0]
    #expect(shown.hasPrefix("matmul: ") && message.contains(shown))
  }

  @Test(arguments: examples)
  func eachExampleIsTested(document: String, names: [String]) throws {
    let readme = try String(contentsOf: SourceFile.root.appending(path: document), encoding: .utf8)
    #expect(readme.components(separatedBy: "```swift\n").count - 1 == names.count)
  }

  @Test func eachDocumentIsTested() throws {
    let documents = try FileManager.default.contentsOfDirectory(
      atPath: SourceFile.root.appending(path: "Documentation").path())
    #expect(
      Set(documents.map { "Documentation/\($0)" }) == Set(Self.examples.dropFirst().map(\.0)))
  }

  /// Runs a snippet, which is built beside the tests, in a folder of its own.
  private func run(_ name: String) throws -> String {
    let folder = TemporaryFolder(), result = try BuiltProgram.run(name, in: folder)
    #expect(result.status == 0)
    return result.output
  }
}
