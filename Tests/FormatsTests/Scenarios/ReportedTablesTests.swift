// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

/// Tables that people reported to other projects, with inputs of our own, beyond those that stand
/// with the part they try.
struct ReportedTablesTests {
  /// Pumas.jl#834, xberg#1369: words that look like numbers among texts.
  @Test func wordsAmongTextsAreTexts() throws {
    let column = try table("symbol,score\ninf,1\nINF,2\nnan,3\nok,4\n")["symbol"]
    #expect(texts(column) == ["inf", "INF", nil, "ok"])
    guard case .categorical(_, let categories)? = column?.values else { return }
    #expect(Array(categories) == ["INF", "inf", "ok"])
  }

  /// PapaParse#344, pandas#10018: ends of lines of all kinds, also within quotes.
  @Test func endsOfLinesMayBeMixed() throws {
    let text = "\"c1\",\"c2\"\n\"multi\r\nline\",\"a\"\r\"one\",\"b\"\r\n\"two\rlines\",\"c\"\n"
    let table = try table(text)
    #expect(table.rowCount == 3)
    #expect(texts(table["c1"]) == ["multi\r\nline", "one", "two\rlines"])
    #expect(texts(table["c2"]) == ["a", "b", "c"])
  }

  /// readr#128, #215: no value for a long time, then numbers; and then texts.
  @Test func valuesMayComeLate() throws {
    let start = "id,v\n" + (0..<500).map { "\($0),\n" }.joined()
    let numeric = try table(start + "500,7.5\n")["v"]
    #expect(numeric?.kind == .numeric && numeric?.missingCount == 500)
    #expect(numbers(numeric).last == 7.5)
    let texts = try table(start + "500,x\n")["v"]
    #expect(texts?.kind == .categorical && texts?.missingCount == 500)
  }

  /// countrycode#261, OasisLMF#307: the country code of Namibia.
  @Test func namibiaIsNotLostSilently() throws {
    let text = "code,n\nNA,1\nZA,2\nBW,3\n"
    let codes = try table(text)
    #expect(codes["code"]?.missingCount == 1)
    let error = #expect(throws: FileError.self) { try codes.labels(of: "code") }
    #expect(error?.description == "file.csv:2: no value in the column \"code\"")
    let (_, classes) = try table(text, missing: [""]).labels(of: "code")
    #expect(classes == ["BW", "NA", "ZA"])
  }

  /// gcamdata#300: other words for nothing stay visible.
  @Test func otherWordsForNothingAreTexts() throws {
    let text = "v,w\n1,2\nnull,3\nNone,4\n#N/A,5\n-,6\n2,7\n"
    #expect(texts(try table(text)["v"]) == ["1", "null", "None", "#N/A", "-", "2"])
    let words = try table(text, missing: ["null", "none", "#n/a", "-"])["v"]
    #expect(words?.kind == .numeric && words?.missingCount == 4)
  }

  /// polars#18797, #23157: a thousand is not one.
  @Test func thousandsAreNoDecimals() throws {
    let text = "v,w\n\"1,000\",1\n\"12,500\",2\n"
    #expect(texts(try table(text)["v"]) == ["1,000", "12,500"])
    let error = #expect(throws: FileError.self) { try table(text, types: ["v": .numeric]) }
    #expect(error?.description == #"file.csv:2: field 1 (v): "1,000" is not a number"#)
  }

  /// The first error of a file is named, also where a later one was met first.
  @Test func theFirstOfTwoErrorsIsNamed() {
    let error = #expect(throws: FileError.self) {
      try table("v,w\n1,2\nx,3\n4\n", types: ["v": .numeric])
    }
    #expect(error?.description == #"file.csv:3: field 1 (v): "x" is not a number"#)
  }

  /// pandas#21768: several blanks are several separators.
  @Test func oneBlankSeparates() throws {
    let blanks = try table("x  y z\n1  2 3\n4  5 6\n", separator: " ")
    #expect(blanks.names == ["x", "column 2", "y", "z"])
    #expect(blanks["column 2"]?.missingCount == 2)
  }

  @Test func aLongFieldIsRead() throws {
    let long = String(repeating: "é\"\",\n", count: 500_000)
    let column = try table("a,b\n1,\"\(long)\"\n")["b"]
    #expect(texts(column).first??.utf8.count == 2_500_000)
  }

  /// Where a file is cut, at any byte of a character, its texts are told whole or refused.
  @Test func longTextsOfLongCharactersAreChecked() throws {
    for shift in 0..<4 {
      let text = String(repeating: "x", count: shift) + String(repeating: "😀", count: 40_000)
      #expect(texts(try table("a,b\n\(text),1\n")["a"]) == [text])
      var bytes = Array("a,b\n\(text),1\n".utf8)
      bytes[4 + 65_536 + shift] = 0x78
      let error = #expect(throws: FileError.self) { try CSV.table(from: bytes) }
      #expect(error?.problem == "the text is not UTF-8; save the file as UTF-8")
    }
  }
}
