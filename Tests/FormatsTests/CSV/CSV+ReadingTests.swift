// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTestSupport
import Testing

/// Tables as people have them.
struct CSVReadingTests {
  @Test func aTableOfAllKindsIsRead() throws {
    let table = try tolerant(
      """
      # Export of 4 March
      # page 1

      Datum;Preis;Anteil;Zeit;Ort;Menge
      31.12.2023;1.250,00 €;12,5 %;08:30;Köln;1.000
      01.01.2024;980,50 €;7 %;09:15;Bonn;20
      02.01.2024;auf Anfrage;0,5 %;;Köln;n/a
      03.01.2024;15 €;100 %;23:59:59;Bonn;3
      04.01.2024;1.000.000 €;1 %;00:00;Bonn;4

      """)
    #expect(
      table.description == """
        file.csv: 5 rows:
          Datum: numeric (date)
          Preis: numeric (currency EUR, decimal comma), 1 missing, 1 of them no such number: \
        "auf Anfrage" in line 7
          Anteil: numeric (percent, decimal comma)
          Zeit: numeric (time), 1 missing
          Ort: categorical, 2 texts
          Menge: numeric (decimal comma), 1 missing, 1 of them no such number: "n/a" in line 7
        """)
    let days = (0..<5).map { 1_703_980_800 + Double($0) * 86_400 }
    #expect(numbers(table["Datum"]) == days)
    #expect(numbers(table["Preis"]).filter { !$0.isNaN } == [1250, 980.5, 15, 1_000_000])
    #expect(numbers(table["Anteil"]) == [0.125, 0.07, 0.005, 1, 0.01])
    #expect(numbers(table["Zeit"]).filter { !$0.isNaN } == [30_600, 33_300, 86_399, 0])
    #expect(numbers(table["Menge"]).filter { !$0.isNaN } == [1000, 20, 3, 4])
  }

  /// Where nothing is unusual, both readings give the same.
  @Test(arguments: 0..<8) func plainTablesAreReadAlike(seed: Int) throws {
    var random = SplitMix(seed: seed)
    let rows = (0..<200).map { row in
      "\(row),\(Double(random.below(4000)) / 8 - 200),\(random.pick(["a", "b", "c d"])),"
        + "\(random.below(5) == 0 ? "" : "\(random.below(1 << 40))"),5\n"
    }
    let text = "id,x,t,n,c\n" + rows.joined()
    let (exact, other) = (try table(text), try tolerant(text))
    #expect(exact.description == other.description)
    for (a, b) in zip(exact.columns, other.columns) {
      #expect(numbers(a).map(\.bitPattern) == numbers(b).map(\.bitPattern))
      #expect(texts(a) == texts(b))
      #expect(a.missingCount == b.missingCount && a.isConstant == b.isConstant)
      #expect(a.isIdentifierLike == b.isIdentifierLike && a.firstRoundedRow == b.firstRoundedRow)
    }
  }

  @Test func headersAreSeenAboveAllNotations() throws {
    #expect(try tolerant("day,price\n2024-01-31,$5\n").names == ["day", "price"])
    #expect(try tolerant("31.12.2024;1,5\n1.1.2025;2,5\n").names == ["column 1", "column 2"])
    #expect(try tolerant("31.12.2024;1,5\n").rowCount == 1)
    #expect(try tolerant("a;b\nx;1\n").names == ["a", "b"])
    // Days as names of columns of numbers: as in the exact reading, nobody guesses.
    let error = #expect(throws: FileError.self) {
      try tolerant("2024-01-31,2024-02-29\n1,2\n3,4\n")
    }
    #expect(error?.problem.contains("header: true or header: false") == true)
    // A value that does not fit stands first.
    let table = try tolerant("1,a\n2,b\nx,c\n4,d\n5,e\n", header: false)
    #expect(numbers(table["column 1"]).count { $0.isNaN } == 1)
  }

  @Test func commentsStandInFront() throws {
    let text = "# made by a, b and c\n\n# at 12:00\r\nx,y\n1,2\n#3,4\n"
    let table = try tolerant(text)
    #expect(table.names == ["x", "y"] && table.rowCount == 2)
    #expect(table.line(ofRow: 0) == 5)
    #expect(table["x"]?.kind == .categorical)
    // Anywhere, if asked for; in both readings.
    for reading in CSV.Reading.allCases {
      let comments = try CSV.table(
        from: Array((text + "# \"open\n5,6\n# the end").utf8), comment: "#", reading: reading)
      #expect(numbers(comments["x"]) == [1, 5])
      #expect(comments.line(ofRow: 1) == 8)
    }
    let percent = try CSV.table(from: Array("%a\na,b\n1,2\n%\n".utf8), comment: "%")
    #expect(percent.names == ["a", "b"] && percent.rowCount == 1)
    #expect(try tolerant("\"#a\",b\n1,2\n").names == ["#a", "b"])
    #expect(message("# a\nx,y\n1,2\n3,4\n5,6\n")?.contains("skip: 1") == true)
  }

  /// As numpy.savetxt writes names.
  @Test func theLastCommentMayHoldTheNames() throws {
    #expect(try tolerant("# a title\n# x,y\n1,2\n3,4\n").names == ["x", "y"])
    #expect(try tolerant("#x,y\n1,2\n3,4\n").rowCount == 2)
    #expect(try tolerant("# x\n1\n2\n").names == ["column 1"])
    #expect(try tolerant("# x,y,z\n1,2\n3,4\n").names == ["column 1", "column 2"])
    #expect(try tolerant("#x,y\na,b\n1,2\n").names == ["a", "b"])
  }

  @Test(arguments: ["é", "\n", "1", "\"", "a", "-"] as [Character])
  func whatCannotBeginCommentsIsRefused(comment: Character) {
    let error = #expect(throws: FileError.self) {
      try CSV.table(from: Array("a\n1\n".utf8), comment: comment)
    }
    #expect(error?.problem.contains("cannot begin comments") == true)
  }

  @Test func whatSeparatesFieldsBeginsNoComments() {
    let error = #expect(throws: FileError.self) {
      try CSV.table(from: Array("a;b\n1;2\n".utf8), separator: ";", comment: ";")
    }
    #expect(error?.problem.contains("separate fields and begin comments") == true)
  }

  @Test func linesOfCommentsBeyondAnyBlockAreSkipped() throws {
    let many = String(repeating: "# \(String(repeating: "c", count: 70))\r\n", count: 30_000)
    let table = try tolerant(many + "x,y\r\n1,2\r\n")
    #expect(table.line(ofRow: 0) == 30_002)
    let inside = try CSV.table(
      from: Array(("x,y\n1,2\n" + many + "3,4\n").utf8), comment: "#")
    #expect(numbers(inside["y"]) == [2, 4] && inside.line(ofRow: 1) == 30_003)
  }

  @Test func hostileTextsAreRefusedOrMisfits() throws {
    let start = Array("x\n1\n2\n3\n4\n".utf8)
    for bytes in [[0xFF], [0xC2], [0xE2, 0x80], [0x31, 0x00]] as [[UInt8]] {
      #expect(throws: FileError.self) {
        try CSV.table(from: start + bytes + [0x0A], reading: .tolerant)
      }
    }
    for text in ["\u{2212}", "(((((", "$€£", "1\u{2009}", "'", "%%", "T", "Z", "1:", "1/", "1 Mar"]
    {
      let column = try tolerant("x\n1\n2\n3\n4\n\"\(text)\"\n")["x"]
      #expect(column?.kind == .numeric, "\(text)")
    }
  }

  /// What the exact reading refuses is no table to the others.
  @Test func malformedTablesAreRefused() {
    for file in MalformedFile.csv {
      #expect(throws: FileError.self, "\(file.message)") {
        try CSV.table(from: file.bytes, reading: .tolerant)
      }
      #expect(throws: FileError.self, "\(file.message)") {
        let rows = try TableStream(from: file.bytes, columns: [.numeric("no such name")])
        while try rows.next() != nil {}
      }
    }
  }
}
