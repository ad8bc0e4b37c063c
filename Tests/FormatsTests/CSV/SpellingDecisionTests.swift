// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

struct SpellingDecisionTests {
  /// A column of 491 numbers and one text is one of numbers.
  @Test func oneTextMakesNoCategories() throws {
    let rows = (0..<491).map { "\($0)\n" }
    let text = "x\n" + rows[..<300].joined() + "n/a?\n" + rows[300...].joined()
    let column = try #require(try tolerant(text)["x"])
    #expect(column.kind == .numeric && column.missingCount == 1 && column.misfitCount == 1)
    #expect(column.misfits == [Table.Misfit(row: 300, line: 302, text: "n/a?")])
    #expect(
      column.description
        == "x: numeric, 1 missing, 1 of them no such number: \"n/a?\" in line 302")
    let found = numbers(column)
    #expect(found.count == 492 && found[300].isNaN && found[301] == 300)
    // The exact reading does what it did.
    let exact = try table(text)["x"]
    #expect(exact?.kind == .categorical && exact?.misfitCount == 0 && exact?.numberCount == 0)
    #expect(exact?.description == "x: categorical, 492 texts, a value of its own in each row")
  }

  @Test func threeInFourAreAClearMajority() throws {
    #expect(try tolerant("x\n1\n2\n3\na\n", header: true)["x"]?.kind == .numeric)
    let mixed = try tolerant("x\n1\n2\na\nb\n3\n", header: true)["x"]
    #expect(mixed?.kind == .categorical && mixed?.numberCount == 3)
    #expect(
      mixed?.description == "x: categorical, 5 texts, 3 values in numbers")
    // Missing values, and words that stand for them, have no vote.
    let words = try tolerant("x\n1\n-\nunknown\nn/a\n\nNA\n\"\"\n", header: true)["x"]
    #expect(words?.kind == .numeric && words?.missingCount == 5 && words?.misfitCount == 3)
    #expect(try tolerant("x\n-\n-\n", header: true)["x"]?.kind == .categorical)
    // Numbers of two kinds are none.
    #expect(try tolerant("x\n1%\n2%\n1\n2\n", header: true)["x"]?.kind == .categorical)
    #expect(try tolerant("x\n$1\n$2\n€3\n€4\n", header: true)["x"]?.kind == .categorical)
    #expect(try tolerant("x\n$1\n$2\n$3\n€4\n", header: true)["x"]?.misfits.map(\.line) == [5])
  }

  /// What is said of a column goes with what is said of all.
  @Test func aNotationWithoutItsSignKeepsTheComma() throws {
    let table = try CSV.table(
      from: Array("a;b\n1.234,5;x\n2;y\n".utf8), decimal: ",", notations: ["a": .currency],
      reading: .tolerant)
    #expect(numbers(table["a"]) == [1234.5, 2])
  }

  @Test func atMostFiveMisfitsAreKept() throws {
    let text = "x\n" + (0..<100).map { $0 % 10 == 3 ? "t\($0)\n" : "\($0)\n" }.joined()
    let column = try #require(try tolerant(text)["x"])
    #expect(column.misfitCount == 10 && column.missingCount == 10)
    #expect(column.misfits.map(\.row) == [3, 13, 23, 33, 43])
    #expect(column.description.hasSuffix("\"t43\" in line 45, ..."))
    let long = String(repeating: "y", count: 5000)
    let shown = try tolerant("x\n1\n2\n3\n\(long)\n")["x"]?.misfits[0].text
    #expect(shown == String(repeating: "y", count: 40) + "...")
  }

  @Test func decimalsAreDecidedByTheColumnThenTheFile() throws {
    // By the column.
    #expect(numbers(try tolerant("x;y\n1,5;2\n1.234;3\n")["x"]) == [1.5, 1234])
    #expect(numbers(try tolerant("x;y\n1.5;2\n1,234;3\n")["x"]) == [1.5, 1234])
    // By the other columns.
    #expect(numbers(try tolerant("x;y\n1.234;2,5\n2.345;3,5\n")["x"]) == [1234, 2345])
    #expect(numbers(try tolerant("x;y\n1,234;2.5\n2,345;3.5\n")["x"]) == [1234, 2345])
    // By the separator.
    #expect(numbers(try tolerant("x,y\n\"1,234\",2\n\"12,345\",3\n")["x"]) == [1234, 12_345])
    #expect(numbers(try tolerant("x;y\n1,234;2\n12,345;3\n")["x"]) == [1.234, 12.345])
    for separator in [",", ";", "\t", "|"] {
      let text = "x,y\n1.234,2\n12.345,3\n".replacing(",", with: separator)
      #expect(numbers(try tolerant(text)["x"]) == [1.234, 12.345])
    }
    // One that does not fit the rest.
    let column = try tolerant("x;y\n1,5;1\n2,5;1\n3,5;1\n4,5;1\n5.5;1\n")["x"]
    #expect(column?.misfits.map(\.text) == ["5.5"])
    // A few numbers among texts have no say.
    let texts = "x;y\n1.234;a\n1.235;1,5\n1.236;b\n1.237;c\n"
    #expect(numbers(try tolerant(texts)["x"]) == [1.234, 1.235, 1.236, 1.237])
  }

  @Test func decimalsThatNothingTellsAreAsked() throws {
    let text = "id\tprice\n1\t5\n2\t1,234\n3\t2,345\n"
    let error = #expect(throws: FileError.self) { try tolerant(text) }
    #expect(
      error?.description
        == "file.csv:3: field 2 (price): \"1,234\" has decimals or a sign of thousands; say what "
        + "stands before decimals: decimal: \".\" or decimal: \",\"")
    #expect(numbers(try tolerant(text, decimal: ".")["price"]) == [5, 1234, 2345])
    #expect(numbers(try tolerant(text, decimal: ",")["price"]) == [5, 1.234, 2.345])
    let both = #expect(throws: FileError.self) { try tolerant("x;y\n1.234;1\n1,234;1\n") }
    #expect(both?.place == .field(line: 2, field: 1, column: "x"))
    // Another column knows.
    #expect(numbers(try tolerant("x;y\n1.234;1,5\n1,234;1\n")["x"]) == [1234, 1.234])
  }

  /// data.table#2431, TableTool#38: both commas and semicolons cut all records evenly.
  @Test func semicolonsThatLeaveNumbersWholeSeparate() throws {
    let table = try tolerant("1,5;2,5\n3,5;4,5\n")
    #expect(table.names == ["column 1", "column 2"])
    #expect(numbers(table["column 2"]) == [2.5, 4.5])
  }

  @Test func kindsAndNotationsMayBeAskedFor() throws {
    let text = "zip,share,day\n01067,5%,2024-01-01\n80331,7,x\nD-10115,y,z\n"
    let table = try tolerant(
      text, types: ["zip": .categorical, "day": .numeric], notations: ["share": .percent])
    #expect(texts(table["zip"]) == ["01067", "80331", "D-10115"])
    #expect(table["share"]?.misfits.map(\.text) == ["7", "y"])
    #expect(numbers(table["share"])[0] == 0.05)
    #expect(table["day"]?.notation == .date && table["day"]?.misfitCount == 2)
    let none = try tolerant("x\na\nb\n", types: ["x": .numeric])["x"]
    #expect(none?.kind == .numeric && none?.missingCount == 2 && none?.isConstant == true)
    func message(_ reading: CSV.Reading, _ types: [String: Table.Kind]) -> String? {
      #expect(throws: FileError.self) {
        try CSV.table(
          from: Array(text.utf8), types: types, notations: ["share": .percent], reading: reading)
      }?.description
    }
    #expect(
      message(.exact, [:]) == "CSV: a notation of the column \"share\" wants reading: .tolerant")
    #expect(
      message(.tolerant, ["share": .categorical])
        == "CSV: the column \"share\" cannot be categorical and have a notation")
  }

  @Test func flagsAreThoseOfTheNumbers() throws {
    let rows = (1...12).map { "\($0 * 1000)" }
    func column(_ texts: [String]) throws -> Table.Column? {
      try tolerant("x;y\n" + texts.map { "\($0);1,5\n" }.joined())["x"]
    }
    #expect(try column(rows)?.isIdentifierLike == true)
    #expect(try column(rows.map { "\($0.dropLast(3)).000" })?.isIdentifierLike == true)
    #expect(try column(rows.map { "\($0) €" })?.isIdentifierLike == false)
    #expect(try column(rows.dropLast() + ["x"])?.isIdentifierLike == false)
    #expect(try column(["1.000", "1000", "1000,0"])?.isConstant == true)
    #expect(try column(["1.000", "1000", "1000,5"])?.isConstant == false)
    #expect(try column(["5", "5", "5", "x"])?.isConstant == false)
    let ids = (0..<12).map { "\(1_234_567_890_123_456_700 + $0)" }
    #expect(try column(ids)?.firstRoundedRow == 0)
    #expect(try column(ids)?.isIdentifierLike == true)
  }
}
