// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

struct CategoryCodingTests {
  private func coding(_ preprocessing: Preprocessing, _ index: Int = 0) throws -> CategoryCoding {
    guard case .category(let coding) = preprocessing.inputs[index].transform else {
      throw FileError(.malformed, in: "x", "no category")
    }
    return coding
  }

  /// Rare categories and those that appear later, as scikit-learn's OneHotEncoder has them.
  @Test func categoriesAreThoseOfScikitLearn() throws {
    let expected = PreprocessingFixture.json["categories"]!
    let values = expected["values"]!.elements.map(\.text)
    let target = values.indices.map { $0 % 3 == 0 ? "a" : "b" }
    let preprocessing = try Preprocessing(table(["town": values, "y": target]), targets: ["y"])
    let coding = try coding(preprocessing)
    #expect(coding.categories == expected["kept"]!.elements.map(\.text))
    #expect(coding.hasOther && !coding.marksMissing)
    let later = try preprocessing.rows(of: table(["town": expected["later"]!.elements.map(\.text)]))
    let inputs = expected["inputs"]!.elements.map { $0.elements.map { Float($0.double) } }
    #expect(later == inputs)
  }

  @Test func missingAndUnknown() throws {
    let with = try Preprocessing(
      table(["c": ["x", "", "y", "x", "y"], "y": ["a", "b", "a", "b", "a"]]), targets: ["y"])
    let rows = try with.rows(of: table(["c": ["x", "y", "", "z"]]))
    #expect(rows == [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 0]])
    let without = try Preprocessing(
      table(["c": ["x", "x", "y", "x", "y"], "y": ["a", "b", "a", "b", "a"]]), targets: ["y"])
    #expect(try without.rows(of: table(["c": ["", "z", "y"]])) == [[0, 0], [0, 0], [0, 1]])
    // All missing: nothing says that these are texts.
    #expect(try without.rows(of: table(["c": ["", "", ""]])) == [[0, 0], [0, 0], [0, 0]])
  }

  /// Post codes that happen to be numbers in one of the files, in either. What was fitted on
  /// numbers is compared as numbers; texts are, byte for byte, where both are texts.
  @Test func categoriesMayBeNumbersInOneFile() throws {
    let numbers = try table(["c": ["1", "2", "2", "10"], "y": ["a", "b", "a", "b"]])
    let texts = try table(
      ["c": ["1", "2", "2", "10"], "y": ["a", "b", "a", "b"]], types: ["c": .categorical])
    let mixed = try table(["c": ["1", "02", "x", "10.0"]])
    let whole: [[Float]] = [[1, 0, 0], [0, 1, 0], [0, 1, 0], [0, 0, 1]]
    let asNumbers: [[Float]] = [[1, 0, 0], [0, 1, 0], [0, 0, 0], [0, 0, 1]]
    let asTexts: [[Float]] = [[1, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0]]
    for (fitted, expected) in [(numbers, asNumbers), (texts, asTexts)] {
      let understanding = try TableUnderstanding(
        fitted, TableSettings(targets: ["y"], columns: ["c": .category]))
      let preprocessing = try Preprocessing(
        fitting: fitted, understanding, rows: understanding.rows)
      #expect(try coding(preprocessing).categories == ["1", "2", "10"])
      for used in [numbers, texts] { #expect(try preprocessing.rows(of: used) == whole) }
      #expect(try preprocessing.rows(of: mixed) == expected)
    }
  }

  @Test func mostFrequentCategoriesHaveInputs() throws {
    // Category k stands in k + 2 rows.
    let values = (0..<30).flatMap { k in (0..<k + 2).map { _ in "c\(k)" } }
    let table = try table(["c": values, "y": values.indices.map { $0 % 2 == 0 ? "a" : "b" }])
    let understanding = try TableUnderstanding(
      table, TableSettings(targets: ["y"], mostCategories: 3))
    let preprocessing = try Preprocessing(fitting: table, understanding, rows: understanding.rows)
    let expected: [String] = ["c27", "c28", "c29"]
    #expect(try coding(preprocessing).categories == expected)
    #expect(try coding(preprocessing).hasOther && preprocessing.inputCount == 4)
  }
}
