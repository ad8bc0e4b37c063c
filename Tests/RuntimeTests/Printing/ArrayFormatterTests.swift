// SPDX-License-Identifier: Apache-2.0

import Foundation
import PullbackRuntime
import PullbackTestSupport
import Testing

@Suite struct ArrayFormatterTests {
  @Test("As NumPy prints it", arguments: PrintingCase.all)
  func matchesNumPy(_ example: PrintingCase) {
    #expect(example.printed == example.expected)
  }

  @Test func fixtureIsComplete() {
    #expect(PrintingCase.all.count >= 600)
    for type in ["float32", "float64", "int32", "bool"] {
      #expect(PrintingCase.all.contains { $0.type == type })
    }
  }

  @Test func asksOnlyForTheElementsItShows() {
    var asked: [Int] = []
    let text = ArrayFormatter.description(shape: [1_000_000]) { index in
      asked.append(index)
      return Float(index)
    }
    #expect(asked == [0, 1, 2, 999_997, 999_998, 999_999])
    let expected = """
      [0.00000e+00 1.00000e+00 2.00000e+00 ... 9.99997e+05 9.99998e+05
       9.99999e+05]
      """
    #expect(text == expected)
  }

  @Test func asksForEachElementOnce() {
    var asked: [Int] = []
    _ = ArrayFormatter.description(shape: [2, 3, 4]) { index in
      asked.append(index)
      return index.isMultiple(of: 2)
    }
    #expect(asked == Array(0..<24))
  }

  @Test func asksForNothingOfAnEmptyArray() {
    let text = ArrayFormatter.description(shape: [3, 0, 2]) { _ -> Int32 in
      Issue.record("there is no element")
      return 0
    }
    #expect(text == "[]")
  }

  @Test func numbersThatStandAloneReadBack() {
    for step in 0..<2000 as Range<UInt64> {
      // Multiples of an odd number pass through all bit patterns in no order.
      let bits = step &* 0x9E37_79B9_7F4A_7C15
      let double = Double(bitPattern: bits)
      if double.isFinite { #expect(Double(double.alone) == double) }
      let float = Float(bitPattern: UInt32(truncatingIfNeeded: bits >> 32))
      if float.isFinite { #expect(Float(float.alone) == float) }
    }
  }
}

/// One array of the fixture, which Scripts/fixtures/printing.py writes.
struct PrintingCase: Sendable, CustomTestStringConvertible {
  let line: Int
  let type: String
  let shape: [Int]
  let bits: [UInt64]
  let expected: String

  var testDescription: String { "printing.txt:\(line) \(type) \(shape)" }

  var printed: String {
    switch type {
    case "float32":
      describe { Float(bitPattern: UInt32($0)) }
    case "float64":
      describe { Double(bitPattern: $0) }
    case "int32":
      describe { Int32(truncatingIfNeeded: $0) }
    case "bool":
      describe { $0 != 0 }
    default:
      "a type that is not tested: \(type)"
    }
  }

  private func describe<T: PrintedElement>(_ element: (UInt64) -> T) -> String {
    ArrayFormatter.description(shape: shape) { element(bits[$0 % bits.count]) }
  }

  static let all: [PrintingCase] = {
    // Lines that are empty count.
    let lines = String(decoding: Fixture.bytes("printing.txt"), as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false)
    var cases: [PrintingCase] = []
    var start = 0
    while start + 2 < lines.count {
      let head = lines[start].split(separator: " ")
      let printed = lines[(start + 2)...].prefix { $0.hasPrefix("|") }
      cases.append(
        PrintingCase(
          line: start + 1, type: String(head[0]),
          shape: head[1] == "scalar" ? [] : head[1].split(separator: "x").map { Int($0)! },
          bits: lines[start + 1].split(separator: " ").map { UInt64($0, radix: 16)! },
          expected: printed.map { $0.dropFirst() }.joined(separator: "\n")))
      start = printed.endIndex
    }
    return cases
  }()
}
