// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pullback
import PullbackTestSupport
import Testing

struct TableStreamTests {
  private let columns: [TableStream.Column] = [
    .numeric("b"), .categorical("t", ["x", "y"]), .numeric("a"),
  ]

  private func stream(
    _ text: String, _ columns: [TableStream.Column]? = nil, rowsPerChunk: Int = 3,
    header: Bool? = nil, separator: Character? = nil
  ) throws(FileError) -> TableStream {
    try TableStream(
      from: Array(text.utf8), name: "file.csv", columns: columns ?? self.columns,
      separator: separator, header: header, rowsPerChunk: rowsPerChunk, keepsRecords: true)
  }

  private func all(_ stream: TableStream) throws -> [TableStream.Chunk] {
    var chunks: [TableStream.Chunk] = []
    while let chunk = try stream.next() { chunks.append(chunk) }
    #expect(try stream.next() == nil)
    return chunks
  }

  private func numbers(_ values: TableStream.Values) -> [Double] {
    guard case .numeric(let numbers) = values else { return [] }
    return numbers
  }

  @Test func columnsAreFoundByName() throws {
    let rows = try stream("t,other,a,b\nx,9,1,2\ny,9,3,4\nx,9,5,6\nz,9,,8\n,9,7.5,?\n")
    #expect(rows.names == ["t", "other", "a", "b"] && rows.separator == ",")
    let chunks = try all(rows)
    #expect(chunks.map(\.rowCount) == [3, 2] && chunks.map(\.firstRow) == [0, 3])
    #expect(
      chunks[0].columns == [.numeric([2, 4, 6]), .categorical([0, 1, 0]), .numeric([1, 3, 5])])
    #expect(chunks[1].columns[1] == .categorical([TableStream.unknown, TableStream.missing]))
    #expect(numbers(chunks[1].columns[0]).map(\.isNaN) == [false, true])
    #expect(numbers(chunks[1].columns[2]).map(\.isNaN) == [true, false])
    // Missing is no misfit; an unknown text is one.
    #expect(chunks[1].misfitCounts == [0, 1, 0])
    #expect(chunks[1].misfits[1] == [Table.Misfit(row: 3, line: 5, text: "z")])
    #expect((0..<2).map(chunks[1].line(ofRow:)) == [5, 6])
    #expect((0..<2).map(chunks[1].record) == ["z,9,,8", ",9,7.5,?"])
  }

  /// Texts for no value: a column's own and the stream's, or the usual ones where neither says any.
  @Test(
    arguments: [
      (nil, nil, [true, true, false, false]), (nil, ["-9"], [false, false, true, false]),
      (["-9"], nil, [false, false, true, false]), (["-9"], ["NA"], [false, true, true, false]),
      (["", "NA", "-9"], ["NA", "none"], [true, true, true, true]),
      ([], nil, [false, false, false, false]), ([], [""], [true, false, false, false]),
    ] as [([String]?, [String]?, [Bool])])
  func missingTextsOfAColumn(own: [String]?, given: [String]?, missing: [Bool]) throws {
    let texts = ["", "na", "-9", "None"]
    let text = "t,u,a\n" + texts.map { "\($0),\($0),\($0)\n" }.joined()
    let columns: [TableStream.Column] = [
      .categorical("t", ["x"], missing: own), .text("u", missing: own),
      .numeric("a", missing: own), .numeric("a"),
    ]
    let stream = try TableStream(from: Array(text.utf8), columns: columns, missing: given)
    let chunk = try #require(try stream.next())
    guard case .categorical(let codes) = chunk.columns[0],
      case .text(let places, _) = chunk.columns[1]
    else {
      Issue.record("\(chunk.columns)")
      return
    }
    #expect(codes == missing.map { $0 ? TableStream.missing : TableStream.unknown })
    #expect(places.map { $0 == TableStream.missing } == missing)
    // Numbers that are missing are no misfits; -9 is a number where it is not.
    let isNumber = texts.indices.map { texts[$0] == "-9" && !missing[$0] }
    #expect(numbers(chunk.columns[2]).map { $0 == -9 } == isNumber)
    #expect(chunk.misfitCounts[2] == texts.indices.count { !missing[$0] && !isNumber[$0] })
    // A column that says nothing is the stream's.
    let usual = given ?? CSV.missing
    #expect(
      numbers(chunk.columns[3]).map(\.isNaN)
        == texts.map { text in text != "-9" || usual.contains("-9") })
  }

  @Test func misfitsAreShownInEachChunk() throws {
    let text = "a;b;t\n" + (0..<20).map { "\($0);free;x\n" }.joined()
    let chunks = try all(try stream(text, rowsPerChunk: 8))
    #expect(chunks.map { $0.misfitCounts[0] } == [8, 8, 4])
    #expect(chunks[1].misfits[0].map(\.row) == [8, 9, 10, 11, 12])
    #expect(chunks[1].misfits[0].map(\.line) == [10, 11, 12, 13, 14])
  }

  @Test func recordsComeBackAsTheyStand() throws {
    let records = ["\"x\ny\",1 , 2", "\"a \"\"q\"\"\",3,4", " x ,\"5\",6", "y,7,8"]
    for end in ["\n", "\r\n"] {
      for isEnded in [true, false] {
        let text = "t,a,b" + end + records.joined(separator: end) + (isEnded ? end : "")
        let chunks = try all(try stream("\u{FEFF}" + text, rowsPerChunk: 3))
        let found = chunks.flatMap { chunk in (0..<chunk.rowCount).map(chunk.record) }
        // Blanks in front of a record are blanks.
        #expect(found == records)
        #expect(chunks.flatMap { numbers($0.columns[0]) } == [2, 4, 6, 8])
      }
    }
  }

  /// What a table that was read tolerantly says of its columns reads their rows again.
  @Test func spellingsOfATableReadItsRows() throws {
    for name in ["german", "american", "french"] {
      let path = Fixture.path("tables/\(name).csv")
      let table = try CSV.table(at: path, reading: .tolerant)
      let wanted: [TableStream.Column] = table.columns.reversed().map { column in
        switch column.values {
        case .numeric: .numeric(column.name, column.spelling)
        case .categorical(_, let texts): .categorical(column.name, Array(texts))
        }
      }
      let rows = try TableStream(at: path, columns: wanted, rowsPerChunk: 7)
      var found: [[Double]] = Array(repeating: [], count: wanted.count)
      var misfitCount = 0
      while let chunk = try rows.next() {
        misfitCount += chunk.misfitCounts.reduce(0, +)
        for (column, values) in chunk.columns.enumerated() {
          switch values {
          case .numeric(let numbers): found[column] += numbers
          case .categorical(let codes), .text(let codes, _):
            found[column] += codes.map { Double($0) }
          }
        }
      }
      for (column, numbers) in zip(table.columns.reversed(), found) {
        switch column.values {
        case .numeric(let expected):
          #expect(numbers.map(\.bitPattern) == expected.map(\.bitPattern), "\(column)")
        case .categorical(let codes, _): #expect(numbers == codes.map { Double($0) })
        }
      }
      #expect(misfitCount == table.columns.reduce(0) { $0 + $1.misfitCount })
    }
  }

  @Test func headersAreThoseThatHoldTheNames() throws {
    let numbered: [TableStream.Column] = [.numeric("column 2"), .numeric("column 1")]
    #expect(try all(try stream("1,2\n3,4\n", numbered))[0].columns[0] == .numeric([2, 4]))
    // Without names, the separator that leaves values whole.
    let comma = numbered.map {
      TableStream.Column.numeric($0.name, Table.Spelling(isDecimalComma: true))
    }
    #expect(
      try all(try stream("1,5;2,5\n", comma))[0].columns == [.numeric([2.5]), .numeric([1.5])])
    #expect(try stream("# a,b,t\n1,2,x\n").names == ["a", "b", "t"])
    #expect(try stream("# made today\n\n#\na|b|t\n1|2|x\n").separator == "|")
    #expect(try stream("sep=;\na;b;t\n1;2;x\n").separator == ";")
    #expect(try stream("a;\"b\";t\n1;2;x\n").names == ["a", "b", "t"])
    #expect(try stream("a,b,t\n").next() == nil)
    #expect(try all(try stream("a,b,t\n1,2,x", rowsPerChunk: 1)).count == 1)
    let named = try stream("a,b\n1,2\n", numbered, header: false)
    #expect(try named.next()?.misfitCounts == [1, 1])
  }

  @Test(
    arguments: [
      ("", "file.csv: is empty"), ("\n\n", "file.csv: holds no records"),
      ("# c\n", "file.csv: holds no records"),
      ("a,t\n1,x\n", "file.csv:1: there is no column \"b\"; the columns are \"a\", \"t\""),
      ("a,t,bb\n", "file.csv:1: there is no column \"b\"; did you mean \"bb\"?"),
      ("a,b,t,b\n", "file.csv:1: fields 2 and 4 are both named \"b\"; rename one"),
      ("a,b,t\n1,2\n", "file.csv:2: expected 3 fields, found 2"),
      ("a,b,t\n1,2,\"x\n", "file.csv:2: field 3: a quote is left open"),
      ("a,b,t\n1,2,\"x\"y\n", "file.csv:2: field 3: text after the closing quote"),
      ("\"a,b,t\n", "file.csv:1: field 1: a quote is left open"),
      ("a,b,t\n1,q\0,x\n", "file.csv:2: field 2 (b): a NUL character; is this a text in UTF-8?"),
      ("1,2,3\n", "file.csv:1: there is no column \"b\"; the columns are \"1\", \"2\", \"3\""),
    ])
  func errorsNameLineAndField(text: String, message: String) {
    let error = #expect(throws: FileError.self) { while try stream(text).next() != nil {} }
    #expect(error?.description == message)
  }

  @Test(
    arguments: [
      ("price", ["prcie", "size", "rooms"], "did you mean \"prcie\"?"),
      ("Price", ["rooms", "PRICE"], "did you mean \"PRICE\"?"),
      ("rooms", ["room", "roof"], "did you mean \"room\"?"),
      ("x", ["length", "width"], "the columns are \"length\", \"width\""),
    ])
  func theNearestNameIsSuggested(name: String, names: [String], ending: String) {
    let error = #expect(throws: FileError.self) {
      try stream(names.joined(separator: ",") + "\n", [.numeric(name)])
    }
    #expect(error?.description == "file.csv:1: there is no column \"\(name)\"; \(ending)")
  }

  /// Rows in front of a mistake are handed over first.
  @Test func rowsBeforeAnErrorCome() throws {
    let rows = try stream("a,b,t\n1,2,x\n3,4,y\n5\n6,7,x\n", rowsPerChunk: 10)
    #expect(try rows.next()?.rowCount == 2)
    #expect(throws: FileError.self) { try rows.next() }
    #expect(try rows.next() == nil)
  }

  @Test func textsThatAreNotUTF8AreRefusedWhereTheyAreNeeded() throws {
    let bytes = Array("a,b,t,u\n1,2,".utf8) + [0xFF] + Array(",z\n".utf8)
    let needed = try TableStream(from: bytes, columns: columns)
    let error = #expect(throws: FileError.self) { try needed.next() }
    #expect(error?.place == .field(line: 2, field: 3, column: "t"))
    #expect(try TableStream(from: bytes, columns: [.numeric("a")]).next()?.rowCount == 1)
  }

  /// Whoever types a row has its answer before the next one.
  @Test func aPipeIsAnsweredRowByRow() throws {
    let pipe = Pipe()
    let writing = pipe.fileHandleForWriting
    writing.write(Data("# typed\na,b,".utf8))
    writing.write(Data("t\n1,2,x\n3,4".utf8))
    let rows = try TableStream(
      descriptor: pipe.fileHandleForReading.fileDescriptor, columns: columns)
    #expect(rows.file == "standard input")
    #expect(try rows.next()?.columns[0] == .numeric([2]))
    writing.write(Data(",y\n".utf8))
    #expect(try rows.next()?.columns[0] == .numeric([4]))
    writing.write(Data("5,6,x\n7,8,y\n".utf8))
    #expect(try rows.next()?.columns[0] == .numeric([6, 8]))
    // The last one has no end of line.
    writing.write(Data("9,10,x".utf8))
    try writing.close()
    let last = try rows.next()
    #expect(last?.columns[0] == .numeric([10]) && last?.firstRow == 4)
    #expect(last?.line(ofRow: 0) == 7)
    #expect(try rows.next() == nil)
  }

  @Test func aLongPipeComesInChunks() throws {
    let pipe = Pipe()
    let writing = pipe.fileHandleForWriting
    let text = "b,a,t\n" + (0..<50_000).map { "\($0),\($0 % 7).5,y\n" }.joined()
    let thread = Thread {
      writing.write(Data(text.utf8))
      try? writing.close()
    }
    thread.start()
    let rows = try TableStream(
      descriptor: pipe.fileHandleForReading.fileDescriptor, columns: columns)
    var found: [Double] = []
    while let chunk = try rows.next() {
      #expect(chunk.firstRow == found.count && chunk.rowCount <= 4096)
      found += numbers(chunk.columns[0])
    }
    let expected = (0..<50_000).map { Double($0) }
    #expect(found == expected)
  }

  @Test func pathsThatCannotBeReadAreNamed() {
    let folder = TemporaryFolder()
    for path in [folder.file("none.csv"), folder.file(""), "a\0b"] {
      let error = #expect(throws: FileError.self) { try TableStream(at: path, columns: columns) }
      #expect(error?.kind == .unreadable && error?.file == path)
    }
  }

  @Test func wideAndHostileTablesAreReadOrRefused() throws {
    let names = (0..<99_999).map { "n\($0)" }.joined(separator: ",")
    let numbers = Array(repeating: "1", count: 99_999).joined(separator: ",")
    let rows = try stream(names + "\n" + numbers + "\n", [.numeric("n99998")])
    #expect(try rows.next()?.columns == [.numeric([1])])
    let many = String(repeating: ",", count: 100_000)
    #expect(throws: FileError.self) { try stream(many + "\n", [.numeric("x")]) }
    for bytes in [[0xFF, 0xFE, 0x61, 0], [0x1F, 0x8B, 8, 0], [0, 1, 2, 3]] as [[UInt8]] {
      #expect(throws: FileError.self) { try TableStream(from: bytes, columns: columns) }
    }
    let mixed = try stream("a,b,t\r1,2,x\r\n3,4,y\n\n5,6,x\r", rowsPerChunk: 10)
    #expect(try mixed.next()?.columns[0] == .numeric([2, 4, 6]))
  }

  @Test func knownTextsThatComeTwiceHaveTheFirstCode() throws {
    let known: [TableStream.Column] = [.categorical("t", ["x", "y", "x", "z"])]
    #expect(try stream("t\nz\nx\ny\n", known).next()?.columns == [.categorical([3, 0, 1])])
    let quoted: [TableStream.Column] = [.categorical("t", ["a \"b\"", ""])]
    #expect(
      try stream("t\n\"a \"\"b\"\"\"\n\"\"\n", quoted).next()?.columns == [.categorical([0, -1])])
  }
}
