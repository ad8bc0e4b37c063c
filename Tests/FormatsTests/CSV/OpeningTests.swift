// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

struct OpeningTests {
  /// Spreadsheets name the separator on a line of its own.
  @Test(arguments: ["sep=;\n", "SEP=;\r\n", "\"sep=;\"\r", "\u{FEFF}sep=;\n"])
  func theSeparatorMayBeNamed(hint: String) throws {
    let table = try table(hint + "a,b;c\n1,5;2\n")
    #expect(table.names == ["a,b", "c"])
    #expect(table.line(ofRow: 0) == 3)
  }

  /// The file's own comma is no other than one that is given.
  @Test func aNamedCommaStandsInNoNumber() throws {
    let text = "sep=,\n1,5;2,5\n3,5;4,5\n"
    #expect(
      message(text, decimal: ",")
        == "file.csv: a comma cannot both separate fields, as the first line says, and stand before "
        + "decimals")
    #expect(
      try table(text, separator: ";", decimal: ",").columns.map(numbers) == [
        [1.5, 3.5], [2.5, 4.5],
      ])
  }

  @Test func aNameLikeAHintIsAName() throws {
    #expect(try table("sep=,b\n1,2\n").names == ["sep=", "b"])
    #expect(try table("sep=\n1\n").names == ["sep="])
  }

  @Test(arguments: ["\n", "\r\n", "\r"]) func linesAreSkipped(end: String) throws {
    let text = ["one", "", "three", "a,b", "1,2"].joined(separator: end)
    let table = try table(text, skip: 3)
    #expect(table.names == ["a", "b"])
    #expect(table.line(ofRow: 0) == 5)
    #expect(message(text, skip: 9) == "file.csv: holds no records")
    #expect(message(text, skip: -1) == "file.csv: skip: -1 lines; give 0 or more")
  }

  /// pandas#4793, csvlint#37: a byte order mark before a quoted header.
  @Test func aMarkIsNoPartOfAName() throws {
    #expect(
      try table("\u{FEFF}\"Name\",\"Team\"\n\"Ada\",\"A\"\n").names == ["Name", "Team"])
    #expect(
      message("\u{FEFF}\u{FEFF}a,b\n1,2\n")
        == "file.csv: byte 3: a second byte order mark; save the file with one, or none")
  }

  @Test func emptyLinesInFrontAreNoRecords() throws {
    let table = try table("\n\r\n\na,b\n1,2\n")
    #expect(table.names == ["a", "b"] && table.line(ofRow: 0) == 5)
  }
}
