// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

struct SeparatorDetectionTests {
  /// Two separators that cut all records evenly: each reading is as good as the other.
  @Test(arguments: [
    // data.table#2431, TableTool#38
    ("1,5;2,5\n3,25;4,75\n5,0;6,5\n", #""," and ";""#),
    ("a;b,c\n1;2,3\n", #""," and ";""#), ("a|b,c\n", #""," and "|""#),
    ("a;b|c;d\n1;2|3;4\n", #"";" and "|""#), ("a,b\tc\n1,2\t3\n", #""," and "\t""#),
    ("1,2;3|4\n5,6;7|8\n", #""," and ";" and "|""#),
  ])
  func aTieAsks(text: String, names: String) throws {
    let text = try #require(message(text))
    let listed = names.replacing(" and ", with: ", ")
    let last = names.split(separator: " and ").last!
    let shown = listed.replacing(", " + last, with: " and " + last)
    #expect(
      text.hasPrefix("file.csv:1: \(shown) cut the records equally well; say which "), "\(text)")
    #expect(text.contains("separator: "), "\(text)")
  }

  @Test func whoIsAskedAnswers() throws {
    let text = "1,5;2,5\n3,25;4,75\n5,0;6,5\n"
    #expect(try table(text, separator: ";").columns.map(\.kind) == [.categorical, .categorical])
    #expect(try table(text, separator: ";").rowCount == 3)
    #expect(try table(text, separator: ",").names.count == 3)
    let numeric = try table(text, decimal: ",")
    #expect(numeric.names == ["column 1", "column 2"])
    #expect(numbers(numeric.columns[0]) == [1.5, 3.25, 5])
    #expect(numbers(numeric.columns[1]) == [2.5, 4.75, 6.5])
  }

  /// polars#6698, rio#186, data.table#2431: numbers with a comma.
  @Test func numbersWithACommaAreRead() throws {
    let text = "breite;hoehe\n1,5;2,5\n3,25;4,75\n"
    #expect(try table(text).columns.map(\.kind) == [.categorical, .categorical])
    let numeric = try table(text, decimal: ",")
    #expect(numbers(numeric["breite"]) == [1.5, 3.25])
    #expect(numbers(numeric["hoehe"]) == [2.5, 4.75])
    #expect(numbers(try table("x\n-1,5e3\n,5\n", decimal: ",").columns[0]) == [-1500, 0.5])
    #expect(texts(try table("x\n1.5\n", decimal: ",").columns[0]) == ["1.5"])
    #expect(numbers(try table("x\n1,00000000000000000000000001\n", decimal: ",")["x"]) == [1])
    #expect(message("a,b\n1,2\n", separator: ",", decimal: ",")?.contains("both") == true)
    #expect(message("a\n1\n", decimal: ";")?.contains("does not stand before decimals") == true)
  }

  /// Agreement decides, not what comes first: duckdb#14115 and its kin.
  @Test(arguments: [
    ("id\ttext\tn\n1\thello, you, there\t3\n2\tone, two, three\t4\n", ["id", "text", "n"]),
    ("a;b\n1,5;2,5\n", ["a", "b"]), ("id,note\n1,x|y\n2,p|q\n", ["id", "note"]),
  ])
  func oneThatFitsIsTaken(text: String, names: [String]) throws {
    #expect(try table(text).names == names)
  }

  /// Sep#274, SwiftCSV#135, csv-parser#13: the odd line is the first.
  @Test func aLineAboveTheTableIsNamed() throws {
    let text = "# made 2024-01-05 by logger 7\ntime,temp,hum\n1,20.5,40\n2,20.7,41\n"
    #expect(
      message(text)
        == "file.csv:1: 1 field, but the records below have 3; if the table begins on line 2, load "
        + "it with skip: 1")
    #expect(try table(text, skip: 1).names == ["time", "temp", "hum"])
    #expect(try table(text, skip: 1).line(ofRow: 0) == 3)
    let title = "Report\n\nof, today\na,b,c\n1,2,3\n4,5,6\n"
    #expect(message(title)?.hasPrefix("file.csv:1: 1 field, but ") == true)
    #expect(message(title)?.hasSuffix("skip: 3") == true)
    #expect(try table(title, skip: 3).names == ["a", "b", "c"])
    #expect(
      message("# a, b\nx,y,z\n1,2,3\n")?.hasPrefix("file.csv:1: 2 fields, but the records") == true)
    #expect(message("x\n1,5\n2,5\n")?.contains("decimal: \",\"") == true)
    // Also where the separator is known.
    #expect(message(text, separator: ",") == message(text))
    #expect(message("sep=,\n" + text)?.hasPrefix("file.csv:2: 1 field, but ") == true)
    #expect(message("x\n1,5\n2,5\n", separator: ",")?.contains("decimal") == false)
    // What numpy.savetxt writes in front are names.
    #expect(try table("# a,b\n1,2\n3,4\n").names == ["# a", "b"])
  }

  /// A name over numbers with commas: as two columns, they would be one name short.
  @Test(
    arguments: [
      ("x\n3,5\n4,25\n", [3.5, 4.25]), ("x\n3,5\n4\n-2,125\n", [3.5, 4, -2.125]),
      ("price\r\n3,50 €\r\n4,00 €\r\n", [3.5, 4]), ("\"x\"\n\"3,5\"\n4,5\n", [3.5, 4.5]),
    ] as [(String, [Double])])
  func aColumnOfDecimalCommasIsOne(text: String, values: [Double]) throws {
    let table = try tolerant(text)
    #expect(table.names.count == 1)
    #expect(numbers(table[table.names[0]]) == values)
  }

  /// What is none of these is refused as before, or is two columns.
  @Test func otherCommasSeparate() throws {
    func problem(_ text: String) -> String? {
      #expect(throws: FileError.self) { try tolerant(text) }?.problem
    }
    for text in ["x\na,1\nb,2\n", "Report\n1,2\n3,4\nn,5\n"] {
      #expect(problem(text)?.contains("1 field, but the records below have 2") == true, "\(text)")
    }
    #expect(try tolerant("3,5\n4,25\n").columns.count == 2)
    #expect(try tolerant("a,b\n3,5\n4,25\n").names == ["a", "b"])
  }

  /// Some formats begin with hundreds of comments.
  @Test(arguments: [1, 99, 100, 101, 102, 700, 40_000]) func manyCommentsAreNamed(count: Int) throws
  {
    let comments = String(repeating: "##source=x,y,z\n", count: count)
    let text = comments + "#id\tplace\n1\t2\n3\t4\n"
    #expect(
      message(text)
        == "file.csv:1: 1 field, but the records below have 2; if the table begins on line "
        + "\(count + 1), load it with skip: \(count)")
    #expect(try table(text, skip: count).names == ["#id", "place"])
    // Where all lines look like comments, none is one.
    #expect(
      try table("color,n\n" + String(repeating: "#ff0000,1\n", count: count)).rowCount == count)
  }

  /// pandas#14124, #15203, #41304, abusehelper#83, csv-parser#283.
  @Test(arguments: [
    ("A,B,C\n1,4,7,\n2,5,8,\n", ":2: expected 3 fields, found 4"),
    ("a,b\n1,2\n3,4\nTotal rows: 2\n", ":4: expected 2 fields, found 1"),
    ("a,b,c\n1,2,3\n4,5\n6,7,8\n", ":3: expected 3 fields, found 2"),
  ])
  func anotherNumberOfFieldsIsAnError(text: String, expected: String) {
    #expect(message(text) == "file.csv" + expected)
  }
}
