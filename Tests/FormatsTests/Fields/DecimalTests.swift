// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTestSupport
import Testing

struct DecimalTests {
  /// Numbers as Python reads them, which is correctly rounded; the second column is hexadecimal.
  @Test func numbersAreTheNearest() throws {
    let lines = Fixture.lines("decimals.txt").map { $0.split(separator: " ") }
    let text = lines.map { $0[0] + "\n" }.joined()
    let table = try CSV.table(
      from: Array(text.utf8), header: false, types: ["column 1": .numeric])
    guard case .numeric(let numbers) = table.columns[0].values else { fatalError() }
    try #require(numbers.count == lines.count)
    for (line, number) in zip(lines, numbers) {
      let expected = Double(String(line[1].replacing("0x1.", with: "0x1.")))!
      #expect(number.bitPattern == expected.bitPattern, "\(line[0])")
    }
  }

  /// Rows that come are read in a shorter way where a number is plain.
  @Test func numbersOfAStreamAreTheNearest() throws {
    let lines = Fixture.lines("decimals.txt").map { $0.split(separator: " ") }
    let text = "x\n" + lines.map { $0[0] + "\n" }.joined()
    let rows = try TableStream(from: Array(text.utf8), columns: [.numeric("x")])
    guard case .numeric(let numbers)? = try rows.next()?.columns[0] else { fatalError() }
    try #require(numbers.count == lines.count)
    for (line, number) in zip(lines, numbers) {
      #expect(number.bitPattern == Double(String(line[1]))!.bitPattern, "\(line[0])")
    }
  }

  @Test(arguments: [
    ("1e5", 1e5), ("-1.5E+3", -1500), ("+.5", 0.5), ("7.", 7), ("inf", .infinity),
    ("-Infinity", -.infinity), ("1e999", .infinity), ("1e-999", 0), ("-0", -0.0), (" 3 ", 3),
    ("\"4\"", 4), ("00000000000000000000001", 1), ("0.00000000000000000000000000001", 1e-29),
    ("100000000000000000000000", 1e23), ("1e99999999999999999999", .infinity),
  ])
  func theseAreNumbers(text: String, number: Double) throws {
    let table = try CSV.table(from: Array("x\n\(text)\n".utf8))
    guard case .numeric(let numbers) = table.columns[0].values else {
      Issue.record("\(text) is categorical")
      return
    }
    #expect(numbers.map(\.bitPattern) == [number.bitPattern])
  }

  @Test(arguments: [
    "1,5", "0x1p3", "1e", "e5", "1e+", "--1", "+-1", "1.2.3", "1 2", "12a", ".", "-", "1_000",
    "infinite", "١", ".inf", "1.5f", "nano", "$1", "1e5.0", "\"1\"\"\"",
  ])
  func theseAreNone(text: String) throws {
    let table = try CSV.table(from: Array("x;y\n\(text);1\n\(text);2".utf8), separator: ";")
    #expect(table.columns[0].kind == .categorical)
    #expect(table.columns[1].kind == .numeric)
  }
}
