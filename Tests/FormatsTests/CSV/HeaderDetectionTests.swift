// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

struct HeaderDetectionTests {
  /// A text above a column of numbers is a name, whatever stands beside it.
  private static let clear: [(String, [String]?)] = [
    // Pumas.jl#834, xberg#1369
    ("id,inf,sup\n1,0.5,0.9\n2,0.4,0.8\n3,0.1,0.2\n", ["id", "inf", "sup"]),
    ("id,nan,NA\n1,2,3\n", ["id", "nan", "NA"]), ("id,1e5,0x1F\n1,2,3\n", ["id", "1e5", "0x1F"]),
    ("id,2023\n1,10\n", ["id", "2023"]),
    ("größe,-\n1,2\n", ["größe", "-"]), ("列1,列2\n1,2\n", ["列1", "列2"]),
    // Quotes that only the first record has.
    ("\"\",\"2023\",\"2024\"\n\"N\",10,20\n", ["column 1", "2023", "2024"]),
    ("\"1\",\"2\"\n3,4\n", ["1", "2"]), ("\"1\",\"2\"\n\"3\",\"4\"\n", nil),
    // SnapOtter#1199, geoda#390: the documented rule.
    ("region,2023,2024,2025\nN,10,20,30\nS,5,6,7\n", nil), ("1,2\n3,4\n", nil),
    ("a,5\nb,6\n", nil), ("inf,inf\n1,2\n", nil), (",\n1,2\n", nil), ("1,2\n", nil),
    ("NA,NA\n1,2\n", nil), ("?,NA\nx,y\n", nil),
    // Only texts: names.
    ("a,b\nc,d\n", ["a", "b"]), ("name\nAda\nGrace\n", ["name"]), ("a,b\n", ["a", "b"]),
    // What pandas writes.
    (",b\n0,x\n1,y\n", ["column 1", "b"]), (",a,b\n0,1,2\n", ["column 1", "a", "b"]),
    // Texts in figures above others.
    ("2024-01-31,Ulm\n2024-02-01,Bonn\n", nil), ("12:30\n13:00\n", nil),
    ("\"1,5\",\"2,5\"\n\"3,5\",\"4,5\"\n", nil), ("€5,a\n€6,b\n", nil),
    ("day,town\n2024-01-31,Ulm\n", ["day", "town"]),
  ]

  @Test(arguments: clear)
  func whatIsClearIsDecided(text: String, names: [String]?) throws {
    let table = try table(text)
    let columns = table.columns.count, lines = text.split(separator: "\n").count
    #expect(table.names == names ?? (1...columns).map { "column \($0)" })
    #expect(table.rowCount == (names == nil ? lines : lines - 1))
  }

  /// Names and values fit equally well: the error names the field and asks.
  private static let unclear: [(String, Int)] = [
    ("-,5\n1,6\n2,7\n", 1), ("5,n/a\n1,2\n", 2), ("\"1,000\"\n500\n", 1), ("-\n1\n", 1),
    ("$5\n6\n", 1), ("inf\n1\n2\n", 1), ("NA\n1\n", 1), ("nan,inf\n1,2\n", 1),
    ("symbol,inf\nA,1\n", 2), ("a,\nb,1\n", 2), ("1,2\na,b\nc,d\n", 1), ("0,1\na,b\n", 1),
    ("\"1\",2\n3,4\n", 1), ("NA,,x\n1,2,y\n", 1),
  ]

  @Test(arguments: unclear)
  func whatIsNotClearAsks(text: String, field: Int) throws {
    let error = try #require(throws: FileError.self) { try table(text) }
    #expect(error.place == .field(line: 1, field: field, column: nil))
    #expect(
      error.problem.hasSuffix(
        "; say whether this line names the columns: header: true or header: false"))
    let lines = text.split(separator: "\n").count
    #expect(try table(text, header: false).rowCount == lines)
    #expect(try table(text, header: true).rowCount == lines - 1)
  }
}
