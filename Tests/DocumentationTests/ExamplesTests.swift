// SPDX-License-Identifier: Apache-2.0

import Foundation
import PullbackTestSupport
import Testing

/// Each program of the package in Examples compiles as it stands and, in a short run, gets better
/// at what it does. `Scripts/check-examples.sh` runs them whole.
struct ExamplesTests {
  /// What the last line of each says has a number that falls, or else grows.
  private static let examples = [
    ("XOR", falls: true), ("Digits", falls: false), ("CNN", falls: false),
    ("Regression", falls: false), ("VAE", falls: true), ("GAN", falls: true),
    ("Transfer", falls: false), ("Resume", falls: true), ("Server", falls: false),
    ("Swarm", falls: true), ("Characters", falls: true),
  ]

  @Test(arguments: examples)
  func getsBetter(name: String, falls: Bool) throws {
    let source = try String(
      contentsOf: SourceFile.root.appending(path: "Examples/Sources/\(name)/main.swift"),
      encoding: .utf8)
    let folder = TemporaryFolder()
    let program = folder.path + "/" + name
    let compiled = try CompiledSource.program(at: program, of: ["main.swift": source])
    try #require(compiled.succeeded, "\(compiled.messages)")
    let text = SourceFile.root.appending(path: "Examples/pride-and-prejudice.txt").path()
    let arguments =
      switch name {
      case "Server": ["--self-test"]
      case "Characters": ["--short", "--text", text]
      default: ["--short"]
      }
    let run = try BuiltProgram.run(at: program, arguments, in: folder)
    try #require(run.status == 0, "\(run.output)\(run.errors)")
    let last = try #require(run.output.split(separator: "\n").last)
    let numbers = last.components(separatedBy: ": ").last!.components(separatedBy: " -> ")
      .compactMap(Double.init)
    try #require(numbers.count == 2, "\(run.output)")
    #expect(falls ? numbers[1] < numbers[0] : numbers[1] > numbers[0], "\(run.output)")
    if name == "Resume" { #expect(run.output.contains("same bits: true")) }
    if name != "Characters" { return }
    // The same seed writes the same text, another one another; so does the other model.
    func written(_ more: String...) throws -> [Substring] {
      try BuiltProgram.run(at: program, arguments + more, in: folder).output
        .split(separator: "\n").filter { !$0.contains("characters a second") }
    }
    let first = try written()
    #expect(first.count > 3)
    #expect(try written() == first)
    #expect(try written("--seed", "8") != first)
    let transformer = try written("gpt")
    #expect(try written("gpt") == transformer)
    #expect(transformer != first)
  }

  @Test func eachExampleIsTested() throws {
    let names = try FileManager.default.contentsOfDirectory(
      atPath: SourceFile.root.appending(path: "Examples/Sources").path())
    #expect(Set(names) == Set(Self.examples.map(\.0)))
  }
}
