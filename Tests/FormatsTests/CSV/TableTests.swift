// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

struct TableTests {
  /// torchvision#714, deeplearning4j#3859, DIGITS#665: a label is the number of its class.
  @Test func classNumbersKeepTheirOrder() throws {
    let rows = (0..<36).map { "\($0).5,\($0 % 12)\n" }.joined()
    let (labels, classes) = try table("x,label\n" + rows, types: ["label": .categorical])
      .labels(of: "label")
    let names: [String] = (0..<12).map { "\($0)" }
    let expected: [Int32] = (0..<36).map { Int32($0 % 12) }
    #expect(classes == names)
    #expect(labels.scalars == expected)
  }

  /// Numbers by value, then texts by bytes; numbers that are equal by bytes.
  @Test(
    arguments: [
      (["10", "-2", "2", "-10", "0"], ["-10", "-2", "0", "2", "10"]),
      (["1", "01", "1.0", "001", "2"], ["001", "01", "1", "1.0", "2"]),
      (["b10", "b2", "10", "2", "a"], ["2", "10", "a", "b10", "b2"]),
      (["1e3", "999", "1000.5", ".5", "-.5"], ["-.5", ".5", "999", "1e3", "1000.5"]),
      (
        ["1234567890123456790", "1234567890123456789", "123456789012345678"],
        ["123456789012345678", "1234567890123456789", "1234567890123456790"]
      ),
      (
        ["0.1", "0.10000000000000000001", "0.09999999999999999999"],
        ["0.09999999999999999999", "0.1", "0.10000000000000000001"]
      ),
      (["inf", "INF", "ok", "-inf", "5"], ["-inf", "5", "INF", "inf", "ok"]),
      (["Z", "a", "É", "1a"], ["1a", "Z", "a", "É"]),
    ] as [([String], [String])])
  func categoriesAreInOrder(texts: [String], expected: [String]) throws {
    let text = "c\n" + texts.joined(separator: "\n")
    let (labels, classes) = try table(text, header: true, types: ["c": .categorical])
      .labels(of: "c")
    #expect(classes.map { Array($0.utf8) } == expected.map { Array($0.utf8) })
    #expect(labels.scalars.map { classes[Int($0)] } == texts)
  }

  /// pandas#54665, SDV#2780, csvkit#977, arrow#46853: a zero in front is written on purpose.
  @Test func zerosInFrontCount() throws {
    let text = "plz,qm\n01067,40\n1067,41\n80331,60\n"
    #expect(numbers(try table(text)["plz"]) == [1067, 1067, 80331])
    let column = try table(text, types: ["plz": .categorical])["plz"]
    #expect(texts(column) == ["01067", "1067", "80331"])
  }

  /// What reads more of the same kind, after the exact reading too.
  @Test(arguments: [CSV.Reading.exact, .tolerant])
  func aDecimalCommaIsKnown(reading: CSV.Reading) throws {
    let text = "x;n;t\n1,5;1;a\n-2,25;2;b\n"
    let table = try CSV.table(from: Array(text.utf8), decimal: ",", reading: reading)
    let columns = table.columns.prefix(2)
    #expect(columns.allSatisfy { $0.spelling == Table.Spelling(isDecimalComma: true) })
    #expect("\(columns[0])".hasPrefix("x: numeric (decimal comma)"))
    let stream = try TableStream(
      from: Array(text.utf8), columns: columns.map { .numeric($0.name, $0.spelling) })
    #expect(try stream.next()?.columns == [.numeric([1.5, -2.25]), .numeric([1, 2])])
    let points = try CSV.table(from: Array(text.utf8), reading: .exact)
    #expect(points.columns.allSatisfy { $0.spelling == Table.Spelling() })
  }

  private let composed = "caf\u{E9}", decomposed = "cafe\u{301}"

  /// Swift calls them equal; files and other programs do not.
  @Test func namesAreBytes() throws {
    let table = try table("\(composed),\(decomposed)\n1,2\n3,4\n")
    #expect(table.names.map { Array($0.utf8).count } == [5, 6])
    #expect(numbers(table[composed]) == [1, 3])
    #expect(numbers(table[decomposed]) == [2, 4])
    #expect(try table.matrix(of: [decomposed, composed]).scalars == [2, 1, 4, 3])
  }

  @Test func aNameOfOtherBytesIsNotThere() throws {
    let table = try table("\(composed),b\n1,2\n")
    #expect(table[decomposed] == nil)
    #expect(throws: FileError.self) { try table.matrix(of: [decomposed]) }
    #expect(throws: FileError.self) { try table.labels(of: decomposed) }
    let error = #expect(throws: FileError.self) {
      try CSV.table(
        from: Array("\(composed),b\n1,2\n".utf8), types: [decomposed: .categorical])
    }
    #expect(error?.problem.hasPrefix("there is no column") == true)
  }

  @Test func categoriesAreBytes() throws {
    let table = try table("\(composed)\n\(decomposed)\n\(composed)\n", header: false)
    let (labels, classes) = try table.labels(of: "column 1")
    #expect(labels.scalars == [1, 0, 1])
    #expect(classes.map { Array($0.utf8).count } == [6, 5])
    #expect(texts(try self.missing("x\n\(composed)\n\(decomposed)\n")).count { $0 == nil } == 1)
  }

  private func missing(_ text: String) throws -> Table.Column? {
    try table(text, header: true, missing: [composed]).columns.first
  }

  /// A number may stand for no value.
  @Test func missingNumbersAreMissing() throws {
    let column = try table("x\n-999\n5\n-999\n7\n", missing: ["-999"])["x"]
    #expect(column?.missingCount == 2)
    #expect(numbers(column).map(\.isNaN) == [true, false, true, false])
  }

  /// As in pandas, where `na_values=-999` stands for -999.0 too.
  @Test(arguments: [
    ("-999", ".", "-999.0 -999 -9.99e2 -999.000 999 -999.5 -99.9", [0, 1, 2, 3]),
    ("-999.00", ".", "-999 -999.0 -998", [0, 1]),
    ("-999", ",", "-999,0 -999 -999,00 -999,5", [0, 1, 2]),
    ("0", ".", "0 0.0 -0 .0 10 1e-9", [0, 1, 2, 3]), ("inf", ".", "1 1e999 inf", [2]),
  ])
  func missingNumbersAreMissingHoweverWritten(
    mark: String, decimal: String, fields: String, missing: [Int]
  ) throws {
    let text = "x;y\n" + fields.split(separator: " ").map { "\($0);w" }.joined(separator: "\n")
    for reading in [CSV.Reading.exact, .tolerant] {
      let table = try CSV.table(
        from: Array(text.utf8), separator: ";", decimal: Character(decimal), header: true,
        missing: [mark], reading: reading)
      let values = numbers(table["x"])
      #expect(values.indices.filter { values[$0].isNaN } == missing)
      #expect(table["x"]?.missingCount == missing.count)
    }
  }

  /// A comma before three figures may stand between thousands.
  @Test func missingNumbersAreNotThousandsOfThem() throws {
    let column = try CSV.table(
      from: Array("x;y\n-1;a\n12,345;b\n-1,000;c\n1,234,567;d\n".utf8), separator: ";",
      header: true, missing: ["-1"], reading: .tolerant)["x"]
    #expect(numbers(column).map(\.isNaN) == [true, false, false, false])
    #expect(numbers(column)[2] == -1000)
  }

  /// pandas#32134, #48170, #5697: what the table says of 19 digits is not said of Doubles.
  @Test func flagsKnowAllDigits() throws {
    let base: Int64 = 1_234_567_890_123_456_700
    func column(_ ids: [Int64]) throws -> Table.Column? {
      try table("id\n" + ids.map { "\($0)\n" }.joined())["id"]
    }
    let rising = try column((0..<20).map { base + $0 })
    #expect(rising?.isConstant == false && rising?.isIdentifierLike == true)
    #expect(rising?.firstRoundedRow == 0)
    let shuffled = try column((0..<20).map { base + ($0 * 7) % 20 })
    #expect(shuffled?.isIdentifierLike == true && shuffled?.isConstant == false)
    let twice = try column((0..<20).map { base + $0 / 2 })
    #expect(twice?.isIdentifierLike == false && twice?.isConstant == false)
    let same = try column((0..<20).map { _ in base + 1 })
    #expect(same?.isIdentifierLike == false && same?.isConstant == true)
    #expect(try column([1 << 53, 1 << 53])?.firstRoundedRow == nil)
    #expect(try column([5, 1 << 53 + 1])?.firstRoundedRow == 1)
    let fractions = (0..<20).map { "1.0000000000000000000\($0 % 10 + 1)\n" }.joined()
    let close = try table("x\n" + fractions)["x"]
    #expect(close?.isConstant == false && close?.isIdentifierLike == false)
    #expect(try table("x\n1\n1.0\n10e-1\n")["x"]?.isConstant == true)
    #expect(try table("x\n1\n\n\"\"\n1\n")["x"]?.isConstant == false)
  }

  @Test func aColumnSaysThatItIsRounded() throws {
    let ids = try table("id,value\n1234567890123456789,1\n1234567890123456790,2\n")
    #expect(ids["id"]?.description == "id: numeric, with more digits than Double holds")
    let error = #expect(throws: FileError.self) {
      try ids.matrix(of: ["value", "id"], as: Double.self)
    }
    #expect(
      error?.description
        == "file.csv:2: the whole number in the column \"id\" has more digits than Double holds; "
        + "load it with types: [\"id\": .categorical]")
  }

  /// Two numbers that become the same infinity.
  @Test(arguments: ["1e400", "-1.8e308", "2e308", "\(String(repeating: "9", count: 400)).5"])
  func numbersBeyondAllDoublesAreNamed(number: String) throws {
    let far = try table("x,y\n1,1\n\(number),2\n")
    #expect(far["x"]?.firstRoundedRow == 1 && far["x"]?.isConstant == false)
    let error = #expect(throws: FileError.self) { try far.matrix(of: ["x"], as: Double.self) }
    #expect(error?.place == .line(3))
    for inside in ["1e308", "1.7976931348623157e308", "inf", "0e400", "1e-400"] {
      #expect(try table("x\n\(inside)\n", header: false).columns[0].firstRoundedRow == nil)
    }
  }

  /// One number of another length is no reason to leave it out.
  @Test func flagsKnowLongAndShortNumbers() throws {
    let ids = (0..<12).map { "\(1_234_567_890_123_456_700 + $0)" }
    func isIdentifierLike(_ ids: [String]) throws -> Bool? {
      try table("id\n" + ids.joined(separator: "\n"))["id"]?.isIdentifierLike
    }
    #expect(try isIdentifierLike(ids) == true)
    #expect(try isIdentifierLike(ids + ["0e50"]) == false)
    #expect(try isIdentifierLike(["1e50"] + ids) == false)
  }

  @Test func linesAreKnownBehindAnyGap() throws {
    var text = "a,b\n", expected: [Int] = [], line = 2
    for row in 0..<500 {
      let empty = row % 7 == 3 ? row % 5 : 0, isLong = row % 11 == 4
      text += String(repeating: "\n", count: empty) + (isLong ? "\"x\n\ny\",1\n" : "x,1\n")
      expected.append(line + empty)
      line += empty + (isLong ? 3 : 1)
    }
    let table = try table(text)
    #expect((0..<500).map(table.line(ofRow:)) == expected)
  }

  @Test func columnsWithFewValuesComeBack() throws {
    for step in [2, 5, 63, 64, 65, 1000] {
      let rows = (0..<300).map { $0 % step == 1 ? "\($0).5,x\n" : ",x\n" }
      let column = try table("v,t\n" + rows.joined())["v"]
      let expected: [Double?] = (0..<300).map { row in
        if row % step != 1 { return nil }
        return Double(row) + 0.5
      }
      let found: [Double?] = numbers(column).map { $0.isNaN ? nil : $0 }
      #expect(found == expected)
    }
  }

  @Test func manyCategoriesComeBack() throws {
    let expected = (0..<30_000).map { "t\($0 * 7919 % 30_000)" }
    let column = try table("c\n" + expected.map { $0 + "\n" }.joined())["c"]
    #expect(texts(column) == expected)
    #expect(column?.isIdentifierLike == true)
    guard case .categorical(_, let categories)? = column?.values else { return }
    #expect(Array(categories) == expected.sorted())
  }
}
