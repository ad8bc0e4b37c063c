// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite struct ExplainTests {
  @Test func theNotes() throws {
    let result = try Command.run("explain")
    #expect(result.status == 0)
    #expect(result.errors == "")
    for line in [
      "  s1 = a0 @ W1 + b1 ", "  s2.g = 2 (s2 - y) ", "  W2.g = a1ᵀ @ s2.g ",
      "  a1.g = s2.g @ W2ᵀ ",
      "  s1.g = a1.g * 1{s1 > 0} ", "  W1.g = a0ᵀ @ s1.g ", "  b1.g = s1.g summed over rows ",
      "    ∂s1/∂W1: [1, 2, 2, 2], a0_i where j = k, else 0; contracted, never built\n",
    ] { #expect(result.output.contains(line)) }
    #expect(!result.output.contains("\u{1B}"))
    #expect(!result.output.contains("a0.g"))
  }

  /// The numbers of the notes' fixture.
  @Test func valuesOfTheNotes() throws {
    let one = try Command.run("explain", "--values").output.split(separator: "\n")
    func numbers(_ name: String, _ lines: [Substring]) throws -> String {
      let line = try #require(lines.firstIndex { $0.hasPrefix("  \(name) = ") })
      return lines[(line + 1)...].drop { $0.contains("∂") }.prefix { $0.hasPrefix("      ") }
        .joined().filter { $0 != " " }
    }
    #expect(try numbers("L", one) == "9.0")
    #expect(try numbers("s2.g", one) == "[[6.]]")
    #expect(try numbers("W2.g", one) == "[[18.][0.]]")
    #expect(try numbers("W1.g", one) == "[[12.0.][24.0.]]")
    let two = try Command.run("explain", "--values", "--batch", "2").output.split(separator: "\n")
    #expect(try numbers("L", two) == "6.5")
    #expect(try numbers("s2.g", two) == "[[3.][-2.]]")
    #expect(try numbers("s1.g", two) == "[[6.0.][-4.0.]]")
    #expect(try numbers("W1.g", two) == "[[6.0.][8.0.]]")
    #expect(try numbers("b1.g", two) == "[2.0.]")
  }

  @Test func jacobians() throws {
    let result = try Command.run("explain", "--jacobians")
    #expect(result.status == 0)
    #expect(result.output.contains("     s1_1    [1]      0    [2]      0\n"))
    #expect(result.output.contains("     s1_2      0    [1]      0    [2]\n"))
    #expect(result.output.components(separatedBy: "as the backward pass has").count == 6)
    #expect(!result.output.contains("NOT"))
  }

  @Test(arguments: ["text", "markdown", "dot", "svg"])
  func formats(format: String) throws {
    let result = try Command.run("explain", "--layers", "12-5-3", "--format", format)
    #expect(result.status == 0)
    let beginning = [
      "text": "Inputs\n", "markdown": "## Forward\n", "dot": "digraph {", "svg": "<svg ",
    ]
    #expect(result.output.hasPrefix(beginning[format]!))
    if format == "svg" {
      let parser = XMLDocumentChecker(result.output)
      #expect(parser.isWellFormed)
    }
  }

  @Test func largeNetworksAreFast() throws {
    let start = ContinuousClock.now
    let result = try Command.run(
      "explain", "--layers", "784-50-10", "--loss", "cross-entropy", "--batch", "64")
    #expect(result.status == 0)
    #expect(result.output.contains("W1.g = a0ᵀ @ s1.g"))
    #expect(ContinuousClock.now - start < .seconds(20))
  }

  /// One class has the loss 0 whatever the weights are, and gradients of 0 but for rounding.
  @Test func gradientsOfZeroPass() throws {
    let result = try Command.run("explain", "--layers", "3-1")
    #expect(result.status == 0)
  }

  @Test func theSeedChangesTheDirections() throws {
    let first = try Command.run("explain", "--seed", "1"),
      again = try Command.run("explain", "--seed", "1")
    #expect(first.output == again.output)
    #expect(first.output.contains("(seed 1)"))
  }

  @Test(
    "Bad arguments are usage errors",
    arguments: [
      ["--layers", "784"], ["--layers", "0-1"], ["--layers", "4-x"], ["--layers", "4-5000"],
      ["--layers", "4096-4096-4096"], ["--layers", "4-4", "--batch", "0"],
      ["--layers", "4096-1024", "--batch", "65536"], ["--layers", "4-4", "--batch", "-3"],
      ["--layers", "4-4", "--loss", "none"], ["--batch", "3"], ["--loss", "cross-entropy"],
      ["--jacobians", "--layers", "4-4"], ["--jacobians", "--format", "svg"],
      ["--values", "--format", "dot"], ["--format", "pdf"], ["--seed", "-1"],
    ])
  func usage(arguments: [String]) throws {
    let result = try Command.run(["explain"] + arguments)
    #expect(result.status == 64)
    #expect(result.output == "")
  }
}

/// Whether a text is XML.
private struct XMLDocumentChecker {
  let isWellFormed: Bool

  /// Tags nest and close; enough for what the command writes, without another dependency.
  init(_ text: String) {
    var open: [Substring] = []
    var rest = text[...]
    while let start = rest.firstIndex(of: "<"), let end = rest[start...].firstIndex(of: ">") {
      let tag = rest[rest.index(after: start)..<end]
      if tag.hasPrefix("/") {
        guard open.popLast() == tag.dropFirst() else {
          isWellFormed = false
          return
        }
      } else if !tag.hasSuffix("/") {
        open.append(tag.prefix { $0 != " " })
      }
      rest = rest[rest.index(after: end)...]
    }
    isWellFormed = open.isEmpty && !rest.contains("<")
  }
}
