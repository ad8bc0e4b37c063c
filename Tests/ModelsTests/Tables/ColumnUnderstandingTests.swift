// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTestSupport
import Testing

struct ColumnUnderstandingTests {
  private func column(_ name: String, _ values: [String], _ choice: ColumnChoice? = nil) throws
    -> ColumnUnderstanding
  {
    let table = try table([
      name: values, "other": values.indices.map { "\($0 % 7).5" },
      "y": values.indices.map { $0 % 2 == 0 ? "a" : "b" },
    ])
    let settings = TableSettings(targets: ["y"], columns: choice.map { [name: $0] } ?? [:])
    return try TableUnderstanding(table, settings).columns[0]
  }

  @Test func columnsAreTakenForWhatTheyHold() throws {
    var random = SplitMix(seed: 3)
    func role(
      _ name: String, _ values: [String], _ choice: ColumnChoice? = nil
    ) throws -> ColumnUnderstanding.Role { try column(name, values, choice).role }
    let numbers = (0..<60).map { _ in "\(Double.random(in: 0...1, using: &random))" }
    let towns = (0..<60).map { _ in random.pick(["Ulm", "Köln", "Bonn"]) }
    let names = (0..<60).map { "n\($0)x\(random.below(100_000))" }
    #expect(try role("x", numbers) == .number)
    #expect(try role("x", numbers, .ignored) == .leftOut(reason: "is to be ignored"))
    #expect(try role("town", towns) == .category)
    #expect(try role("town", towns, .text) == .text)
    #expect(
      try role("x", (0..<60).map { "\($0 + 3)" }) == .leftOut(reason: "numbers the rows"))
    #expect(try role("x", (0..<60).map { "\($0 + 3)" }, .number) == .number)
    #expect(
      try role("x", [String](repeating: "7", count: 60))
        == .leftOut(reason: "holds the same value in all rows"))
    #expect(
      try role("x", [String](repeating: "", count: 60)) == .leftOut(reason: "holds no values"))
    #expect(try role("x", (0..<60).map { $0 % 5 == 0 ? "" : "7" }) == .number)
    #expect(
      try role("name", names)
        == .leftOut(reason: "has 60 different texts in 60 rows, as names have"))
    #expect(try role("name", names, .category) == .category)
    let ids = (0..<60).map { _ in "\(random.below(1_000_000_000))" }
    #expect(try role("amount", ids) == .number)
    #expect(
      try role("customer_id", ids)
        == .leftOut(reason: "has a number of its own for each row, and the name of one"))
    #expect(try role("solid", ids) == .number)
    let tags = (0..<60).map { "n\($0 / 2)" }
    #expect(try role("tag", tags) == .category)
    #expect(
      try role("Individual ID", tags)
        == .leftOut(reason: "has 30 different texts in 60 rows, and the name of an identifier"))
    let remarks = (0..<60).map { index in
      "\(random.pick(["red", "blue"])) \(random.pick(["chair", "table"])) number n\(index)"
    }
    #expect(try role("remark", remarks) == .text)
    // Half of the values in 30 categories, the others names.
    let many = (0..<120).map { $0 < 60 ? "c\($0 % 20)" : "d\($0)" }
    #expect(try role("many", many) == .category)
  }

  @Test func valuesAreCounted() throws {
    let numbers = try column("x", ["1.5", "", "2.5", "1.5", "", "3"])
    #expect(numbers.distinctCount == 3 && numbers.missingCount == 2)
    let texts = try column("x", ["p", "", "q", "p", "q", "q"])
    #expect(texts.distinctCount == 2 && texts.missingCount == 1)
    let many = try column("x", (0..<1002).map { "\($0).5" })
    #expect(many.distinctCount == nil)
  }

  /// Where only numbers of rows are there, they may be years.
  @Test func whatNumbersRowsIsUsedWhereNothingElseIs() throws {
    let table = try table([
      "year": (1990..<2020).map { "\($0)" }, "y": (0..<30).map { "\(Double($0) * 1.25)" },
    ])
    let understanding = try TableUnderstanding(table, TableSettings(targets: ["y"]))
    #expect(understanding.columns[0].role == .number)
    #expect(understanding.columns[1].role == .target)
  }

  @Test func understandingIsATable() throws {
    let table = try table([
      "id": (0..<20).map { "\($0)" }, "x": (0..<20).map { $0 == 3 ? "" : "\($0 * 7 % 20).5" },
      "town": (0..<20).map { ["Ulm", "Bonn"][$0 / 3 % 2] },
      "kind": (0..<20).map { $0 == 19 ? "" : ["cat", "dog", "cat"][$0 % 3] },
    ])
    let understanding = try TableUnderstanding(table, TableSettings(targets: ["kind"]))
    #expect(
      "\(understanding)"
        == """
        table.csv: 20 rows, 4 columns
        classification: kind holds 2 texts
        1 row without a target left out
        classes: cat 13 (68%), dog 6 (32%)
        column  as        missing  misfits  values
        id      left out        0        0      19  numbers the rows
        x       number          1        0      18
        town    category        0        0       2
        kind    target          0        0       2
        """)
  }
}
