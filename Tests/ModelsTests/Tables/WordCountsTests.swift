// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

struct WordCountsTests {
  private func fitted(_ texts: [String]) throws -> (Preprocessing, Table) {
    let table = try table([
      "text": texts, "y": texts.indices.map { $0 % 2 == 0 ? "a" : "b" },
    ])
    let understanding = try TableUnderstanding(
      table, TableSettings(targets: ["y"], columns: ["text": .text]))
    return (
      try Preprocessing(fitting: table, understanding, rows: understanding.rows), table
    )
  }

  @Test func countsAreThoseOfScikitLearn() throws {
    let expected = PreprocessingFixture.json["texts"]!
    let (preprocessing, table) = try fitted(expected["texts"]!.elements.map(\.text))
    guard case .words(let coding) = preprocessing.inputs[0].transform else {
      Issue.record("no words")
      return
    }
    #expect(coding.unit == .words)
    #expect(coding.words == expected["words"]!.elements.map(\.text))
    for (weight, other) in zip(coding.weights, expected["weights"]!.elements) {
      #expect(abs(weight - other.double) < 1e-9)
    }
    for (row, other) in zip(try preprocessing.rows(of: table), expected["inputs"]!.elements) {
      for (x, y) in zip(row, other.elements) { #expect(abs(x - Float(y.double)) < 1e-5) }
    }
    let later = try preprocessing.rows(
      of: ModelsTests.table(["text": ["nothing known", "", "BLUE-chair"]]))
    let zeros = [Float](repeating: 0, count: 8)
    #expect(later[0] == zeros && later[1] == zeros)
    #expect(later[2].count { $0 > 0 } == 2 && later[2][0] > 0 && later[2][1] > 0)
  }

  /// Texts whose words do not come again, but parts of them do.
  @Test func partsOfWordsAreCountedWhereWordsAreNone() throws {
    let ends = ["ung", "heit", "keit", "lich"]
    let texts = (0..<40).map { (index: Int) -> String in
      let start = index % 2 == 0 ? "vor" : "nach"
      let middle = "abcdefghij".prefix(index % 10 + 1)
      let letters = [index % 26, index / 2].map { String(UnicodeScalar(UInt8(97 + $0))) }
      return start + middle + ends[index % 4] + letters.joined()
    }
    let (preprocessing, _) = try fitted(texts)
    guard case .words(let coding) = preprocessing.inputs[0].transform else {
      Issue.record("no words")
      return
    }
    #expect(coding.unit == .trigrams && coding.words.contains("_vo"))
    let rows = try preprocessing.rows(of: table(["text": ["vorx", "", "nach"]]))
    #expect(rows.allSatisfy { $0.allSatisfy(\.isFinite) })
    let place = coding.words.firstIndex(of: "_vo")!
    #expect(rows[0][place] > 0 && rows[2][place] == 0)
  }

  @Test func theVocabularyIsBounded() throws {
    var texts: [String] = []
    for index in 0..<600 { texts.append("w\(index) w\((index + 1) % 600) w\(index / 2)") }
    let (preprocessing, _) = try fitted(texts)
    #expect(preprocessing.inputCount <= 200)
  }

  /// Of many texts some say which words come again.
  @Test func manyTextsHaveAVocabulary() throws {
    let (preprocessing, table) = try fitted(
      (0..<45_000).map { "\(["red", "blue"][$0 / 3 % 2]) n\($0)" })
    guard case .words(let coding) = preprocessing.inputs[0].transform else {
      Issue.record("no words")
      return
    }
    #expect(coding.words == ["blue", "red"])
    // Half of the rows have either: log 2 half of the time has the deviation log(2) / 2.
    let rows = try preprocessing.rows(of: table)
    for row in [0, 3, 44_999] {
      let isRed = row / 3 % 2 == 0
      #expect(
        abs(rows[row][1] - (isRed ? 2 : 0)) < 1e-3 && abs(rows[row][0] - (isRed ? 0 : 2)) < 1e-3)
    }
  }
}
