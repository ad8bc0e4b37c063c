// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

struct TableMissingTests {
  @Test func aTableKnowsWhatStoodForNoValue() throws {
    #expect(try table("a,b\n1,2\n").missing == CSV.missing)
    #expect(try table("a,b\n1,-9\n", missing: ["-9", "x"]).missing == ["-9", "x"])
    let table = try table("a,b\n1,-9\n", missing: ["-9", "x"])
    // Those of the reader and the usual ones, in upper or lower case.
    #expect(table.notReadAsMissing(["", "na", "X", "-9", "-8", "é"]) == ["-8", "é"])
    #expect(table.notReadAsMissing([]) == [])
  }

  /// What a reader that knew the texts would have made of a column, where each number is written in
  /// one way.
  @Test(arguments: [CSV.Reading.exact, .tolerant])
  func valuesAreThoseOfAReaderThatKnewTheTexts(reading: CSV.Reading) throws {
    let more = ["-999", "K.A.", "-0,5", "1e3"]
    let text = "x;y;t\n1;-0,5;k.a.\n-999;2,5;K.A\n-999;;\n1000;1,5;K.a.\n4;-0,25;-999\n"
    func read(_ missing: [String]) throws -> Table {
      try CSV.table(
        from: Array(text.utf8), decimal: ",", types: ["t": .categorical], missing: missing,
        reading: reading)
    }
    let (plain, knowing) = (try read(CSV.missing), try read(CSV.missing + more))
    for name in ["x", "y"] {
      let column = try #require(plain[name])
      #expect(column.missingCount == (name == "x" ? 0 : 1))
      guard case .numeric(let found) = column.values(withoutThose: more) else {
        Issue.record("\(column)")
        return
      }
      var expected = numbers(knowing[name])
      // 1000 is no 1e3 to a reader of texts: it is the same number.
      if name == "x" { expected[3] = .nan }
      #expect(found.map(\.isNaN) == expected.map(\.isNaN))
      #expect(zip(found, expected).allSatisfy { $0 == $1 || $0.isNaN })
    }
    guard case .categorical(let codes, let names) = plain["t"]?.values(withoutThose: more) else {
      Issue.record("\(plain)")
      return
    }
    #expect(codes.map { $0 < 0 ? nil : names[Int($0)] } == texts(knowing["t"]))
    // Nothing more, nothing else.
    guard case .numeric(let same) = plain["x"]?.values(withoutThose: []) else { return }
    #expect(same == [1, -999, -999, 1000, 4])
  }
}
