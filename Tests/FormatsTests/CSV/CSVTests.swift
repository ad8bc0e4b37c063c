// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTestSupport
import Testing

struct CSVTests {
  @Test(arguments: ["pandas.csv", "pandas.tsv"]) func filesOfPandasLoad(name: String) throws {
    let table = try CSV.table(at: Fixture.path(name))
    #expect(table.columns.map(\.name) == ["city", "price", "rooms"])
    #expect(table.columns.map(\.kind) == [.categorical, .numeric, .numeric])
    #expect(table.columns.map(\.missingCount) == [1, 1, 0])
    #expect(
      texts(table["city"]) == ["Berlin", "New \"York\", NY", "São Paulo", nil, "a\nb"])
    let prices = numbers(table["price"])
    #expect(prices[0] == 1.5 && prices[1].isNaN && prices[2...] == [-2e-7, 1e22, 3])
    #expect(numbers(table["rooms"]) == [1, 2, 3, 2, 1])
    #expect((0..<5).map(table.line(ofRow:)) == [2, 3, 4, 5, 6])
  }

  @Test(arguments: ["\n", "\r\n", "\r"]) func linesEndInAnyWay(end: String) throws {
    let lines = ["a,b", "1,x", "", "\"2\",\"y z\"", "3, w "]
    for text in [lines.joined(separator: end), lines.joined(separator: end) + end] {
      let table = try table(text)
      #expect(numbers(table["a"]) == [1, 2, 3])
      #expect(texts(table["b"]) == ["x", "y z", "w"])
      #expect((0..<3).map(table.line(ofRow:)) == [2, 4, 5])
    }
  }

  @Test func quotedLinesCount() throws {
    let table = try table("a,b\n\"x\r\ny\",1\n\"\n\n\r\",2\nz,3\n")
    #expect((0..<3).map(table.line(ofRow:)) == [2, 4, 8])
    #expect(texts(table["a"]) == ["x\r\ny", "\n\n\r", "z"])
  }

  @Test(arguments: [
    ("a,b,c\n1,2,3\n", ["a", "b", "c"]), ("a;b\n1,5;2,5\n", ["a", "b"]),
    ("a\tb\n1,2,3\t2\n", ["a", "b"]), ("a|b\nx,y|2\n", ["a", "b"]),
    ("\"a;b;c\",d\n1,2\n", ["a;b;c", "d"]),
  ])
  func separatorsAreDetected(text: String, names: [String]) throws {
    #expect(try table(text).columns.map(\.name) == names)
  }

  @Test func aColumnOfTextsHasNoSeparator() throws {
    #expect(try table("name\nAda\nGrace\n").columns.map(\.name) == ["name"])
    #expect(try table("x\n1\n2\n", separator: ";").columns.map(\.name) == ["x"])
  }

  @Test func headersAreDetected() throws {
    #expect(try table("1,2\n3,4\n").columns.map(\.name) == ["column 1", "column 2"])
    #expect(try table("1,2\n3,4\n").rowCount == 2)
    #expect(try table("a,b\n3,4\n").rowCount == 1)
    #expect(try table("a,b\nc,d\n").rowCount == 1)
    #expect(try table("a,b\nc,d\n", header: false).rowCount == 2)
    #expect(try table("1,2\n3,4\n", header: true).columns.map(\.name) == ["1", "2"])
    #expect(try table(",b\n0,x\n").columns.map(\.name) == ["column 1", "b"])
    #expect(try table("a,b\n").rowCount == 0)
    #expect(try table("a,5\nb,6\n").columns.map(\.kind) == [.categorical, .numeric])
  }

  @Test func missingValuesAreSeen() throws {
    let table = try table("a,b\n1,x\n,\nNA,?\nnan,na\n?,\"\"\n\"NaN\",y\n")
    #expect(table.columns.map(\.missingCount) == [5, 4])
    #expect(numbers(table["a"]).map(\.isNaN) == [false, true, true, true, true, true])
    #expect(texts(table["b"]) == ["x", nil, nil, nil, nil, "y"])
    let other = try CSV.table(from: Array("a\n-\n2\n".utf8), missing: ["-"])
    #expect(other.columns[0].missingCount == 1 && other.columns[0].kind == .numeric)
  }

  @Test func typesCanBeAskedFor() throws {
    let text = "zip,x\n01234,1\n98765,2\n"
    #expect(numbers(try table(text)["zip"]) == [1234, 98765])
    #expect(texts(try table(text, types: ["zip": .categorical])["zip"]) == ["01234", "98765"])
    #expect(throws: FileError.self) { try table(text, types: ["zap": .categorical]) }
    let error = #expect(throws: FileError.self) {
      try table("x,y\n1,1\n2,b\n", types: ["y": .numeric])
    }
    #expect(error?.description == #"file.csv:3: field 2 (y): "b" is not a number"#)
    #expect(error?.place == .field(line: 3, field: 2, column: "y"))
  }

  /// pandas#43528, pandas#66896, astropy#9929: what ends lines, quotes or counts separates nothing.
  @Test(
    arguments: ["\n", "\r", "\r\n", "\"", "\0", ".", "-", "+", "1", "e", "é", "\u{2028}"]
      as [Character])
  func aCharacterThatCannotSeparateIsRefused(separator: Character) {
    let error = #expect(throws: FileError.self) {
      try CSV.table(from: Array("a,b\n1,2\n".utf8), separator: separator)
    }
    #expect(
      error?.description.hasPrefix("CSV: \(separator.debugDescription) cannot separate fields: ")
        == true)
  }

  @Test(arguments: [" ", ":", "#", "_", "/", "'", "~", "\t"] as [Character])
  func anyOtherAsciiCharacterMaySeparate(separator: Character) throws {
    let table = try table("a\(separator)b\n1\(separator)2\n", separator: separator)
    #expect(table.columns.map(\.name) == ["a", "b"])
  }

  @Test func aRowThatIsNotThereIsAMistake() async {
    await #expect(processExitsWith: .failure) {
      _ = try CSV.table(from: Array("a\n1\n".utf8)).line(ofRow: 1)
    }
  }

  @Test func constantAndIdentifierLikeColumnsAreNoticed() throws {
    var text = "id,shuffled,name,same,one,price,year,flag\n"
    for row in 0..<40 {
      text +=
        "\(row + 100),\((row * 7) % 40),n\(row),5,a,\((row * row) % 37).5,\(row / 4),\(row % 2)\n"
    }
    let table = try table(text)
    #expect(
      table.columns.filter(\.isIdentifierLike).map(\.name) == ["id", "shuffled", "name"])
    #expect(table.columns.filter(\.isConstant).map(\.name) == ["same", "one"])
  }

  @Test func categoriesAreInAlphabeticalOrder() throws {
    let zoo = try table("c,x\nzebra,1\nApfel,2\näpfel,3\nzebra,4\n")
    let (labels, classes) = try zoo.labels(of: "c")
    #expect(classes == ["Apfel", "zebra", "äpfel"])
    #expect(labels.scalars == [1, 0, 2, 1])
    #expect(try zoo.matrix(of: ["x", "x"]).scalars == [1, 1, 2, 2, 3, 3, 4, 4])
    #expect(throws: FileError.self) { try zoo.matrix(of: ["c"]) }
    #expect(throws: FileError.self) { try zoo.labels(of: "x") }
    #expect(throws: FileError.self) { try zoo.labels(of: "y") }
    #expect(throws: FileError.self) { try table("c,x\n,1\nb,2\n").labels(of: "c") }
  }

  @Test func aTextBehindManyNumbersMakesTheColumnCategorical() throws {
    // Beyond the sample, and beyond a block of the reader.
    var text = "a,b\n", expected: [String] = []
    for row in 0..<200_000 {
      expected.append(row == 150_000 ? "late" : "0\(row % 1000)")
      text += "\(expected[row]),\(row)\n"
    }
    let table = try table(text)
    #expect(texts(table["a"]) == expected)
    let rows = (0..<200_000).map { Double($0) }
    #expect(numbers(table["b"]) == rows)
  }

  @Test(arguments: 0..<20) func randomTablesComeBack(seed: Int) throws {
    var random = SplitMix(seed: seed)
    let letters = ["a", "é", "\"", ",", "\n", "\r", "\r\n", " ", "😀", "x", "-", ";"]
    let columnCount = 1 + random.below(6)
    let names = (0..<columnCount).map { "n\($0)" }
    let rows = (0..<random.below(3000)).map { _ in
      names.map { _ in "t" + (0..<random.below(5)).map { _ in random.pick(letters) }.joined() + "t"
      }
    }
    let end = random.pick(["\n", "\r\n", "\r"])
    let text = ([names] + rows).map { row in
      row.map { "\"\($0.replacing("\"", with: "\"\""))\"" }.joined(separator: ",")
    }.joined(separator: end)
    let table = try table(text, separator: ",", header: true)
    for (column, name) in names.enumerated() {
      #expect(texts(table[name]) == rows.map { $0[column] })
    }
  }
}
