// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

struct FloatLossTests {
  private static let lost: [(String, line: Int, String)] = [
    // mmdetection3d#296, fairo#537
    (
      "1700000001 1700000002 1700000003", line: 2,
      "1700000001 in the column \"t\" becomes 1700000000 in Float, as 1700000002 does"
    ),
    ("1 16777217", line: 3, "16777217 in the column \"t\" becomes 16777216 in Float"),
    ("-16777217", line: 2, "-16777217 in the column \"t\" becomes -16777216 in Float"),
    ("1700000001.25 0", line: 2, ""), ("1e300 1", line: 2, "1e+300 in the column"),
    ("1 1e-60", line: 3, "1e-60 in the column \"t\" becomes 0 in Float"),
    ("0.1 0.10000000001", line: 3, "0.10000000001 in the column"),
    ("13.40500001 13.40500002 13.41", line: 3, ""),
    ("1700000000123 5", line: 2, "1700000000123 in the column"),
  ]

  @Test(arguments: lost) func aLossIsNamed(texts: String, line: Int, problem: String) throws {
    let numbers = texts.split(separator: " ")
    let table = try table("t,v\n" + numbers.map { "\($0),1\n" }.joined())
    let error = try #require(throws: FileError.self) { try table.matrix(of: ["v", "t"]) }
    #expect(error.place == .line(line))
    #expect(error.problem.hasPrefix(problem), "\(error)")
    #expect(error.problem.hasSuffix("; take matrix(of:as: Double.self)"))
    let exact = try table.matrix(of: ["t"], as: Double.self)
    #expect(exact.shape == [numbers.count, 1])
    #expect(exact.scalars == numbers.map { Double($0)! })
  }

  /// Rounding to the nearest is what a Float is for.
  @Test(arguments: [
    "0.1 0.2 0.3", "16777216 -16777216 16777218", "3e38 1", "1e-40 1", "inf -inf 1", "0.1",
    "6.02214076e23 1", "0.123456789012345 0.123456789012346 0.9", "1e10 2e10",
    "-9999 13.40500001 52.1",
  ])
  func roundingIsNone(texts: String) throws {
    let numbers = texts.split(separator: " ").map { Double($0)! }
    let table = try table("t\n" + texts.replacing(" ", with: "\n") + "\n")
    #expect(try table.matrix(of: ["t"]).scalars == numbers.map { Float($0) })
  }

  @Test func manyColumnsStandSideBySide() throws {
    let names = (0..<2000).map { "n\($0)" }
    let rows = (0..<3).map { row in names.indices.map { "\($0 + row)" }.joined(separator: ",") }
    let table = try table(names.joined(separator: ",") + "\n" + rows.joined(separator: "\n"))
    let matrix = try table.matrix(of: names.reversed())
    #expect(matrix.shape == [3, 2000])
    var expected: [Float] = []
    for row in 0..<3 { for column in 0..<2000 { expected.append(Float(1999 - column + row)) } }
    #expect(matrix.scalars == expected)
    #expect(try table.matrix(of: []).shape == [3, 0])
  }
}
