// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

struct TargetUnderstandingTests {
  private func understanding(
    _ values: [String], task: TableTask? = nil, types: [String: Table.Kind] = [:]
  ) throws -> TableUnderstanding {
    try TableUnderstanding(
      table(["x": values.indices.map { "\($0 % 5).5" }, "y": values], types: types),
      TableSettings(targets: ["y"], task: task))
  }

  @Test func theTaskIsDetected() throws {
    func check(
      _ values: [String], _ task: TableTask, _ reason: String, line: Int = #line
    ) throws {
      let found = try understanding(values)
      #expect(found.task == task && found.reason == reason, "line \(line)")
    }
    try check(["a", "b", "a"], .classification, "y holds 2 texts")
    try check(
      ["1", "0", "1", "0"], .classification, "y holds 2 whole numbers, each more than once")
    try check(
      ["1.0", "-1", "1", "-1.0"], .classification, "y holds 2 whole numbers, each more than once")
    try check(["1.5", "0", "1.5", "0"], .regression, "y holds numbers that are not whole")
    try check(["1", "0", "1", "2"], .regression, "y holds numbers that stand in one row alone")
    try check(
      (0..<42).map { "\($0 / 2)" }, .regression, "y holds more than 20 different numbers")
    try check(
      (0..<40).map { "\($0 / 2)" }, .classification,
      "y holds 20 whole numbers, each more than once")
    #expect(try understanding(["1", "0", "1", "0"], task: .regression).task == .regression)
    #expect(try understanding(["1", "2", "1", "5"], task: .classification).classes.count == 3)
  }

  @Test func classesAreCountedInOrder() throws {
    let found = try understanding(["10", "9", "", "9", "10", "10", "b", "b"])
    #expect(found.classes.map(\.name) == ["9", "10", "b"])
    #expect(found.classes.map(\.count) == [2, 3, 2])
    #expect(found.rows == [0, 1, 3, 4, 5, 6, 7])
    let numbers = try understanding(["10", "9", "9", "10"])
    #expect(numbers.classes.map(\.name) == ["9", "10"])
  }

  private func message(_ body: () throws -> Void) -> String {
    #expect(throws: FileError.self, performing: body)?.description ?? ""
  }

  @Test func whatCannotBePredictedIsRefused() throws {
    #expect(
      message { _ = try understanding(["a", "a", "a"]) }
        == "table.csv: \"y\" holds the same value in all rows: there is nothing to predict")
    #expect(
      message { _ = try understanding(["2.5", "2.5", "2.5"]) }
        == "table.csv: \"y\" holds 2.5 in all rows: there is nothing to predict")
    #expect(
      message { _ = try understanding(["", "", ""]) } == "table.csv: no row has a value in \"y\"")
    #expect(
      message { _ = try understanding((0..<30).map { "name \($0)" }) }
        == "table.csv: \"y\" holds 30 different values in 30 rows: these are no classes that can be "
        + "learned; is it the right column?")
    #expect(
      message { _ = try understanding(["a", "b", "a"], task: .regression) }
        == "table.csv:2: in the column \"y\": \"a\" stands where numbers are expected")
    let whole = try table(["price": ["1.5", "2"], "size": ["2", "3"], "kind": ["a", "b"]])
    func refusal(_ targets: [String], _ columns: [String: ColumnChoice] = [:]) -> String {
      message {
        _ = try TableUnderstanding(whole, TableSettings(targets: targets, columns: columns))
      }
    }
    #expect(
      refusal(["prize"])
        == "table.csv: there is no column \"prize\", which is to be predicted; did you mean "
        + "\"price\"?")
    #expect(
      refusal(["price"], ["sise": .number])
        == "table.csv: there is no column \"sise\", for which a type is given; did you mean "
        + "\"size\"?")
    #expect(refusal([]) == "table.csv: name a column to be predicted")
    #expect(refusal(["size", "size"]) == "table.csv: the target \"size\" is named twice")
    #expect(
      refusal(["price", "kind"])
        == "table.csv:2: in the column \"kind\": \"a\" stands where numbers are expected")
    #expect(
      refusal(["price"], ["size": .ignored, "kind": .ignored])
        == "table.csv: there is no column to predict from: \"size\" is to be ignored, \"kind\" is "
        + "to be ignored")
  }

  @Test func severalTargetsAreNumbers() throws {
    let whole = try table([
      "a": ["1", "2", "", "4"], "b": ["0.5", "0.25", "1", "2"], "x": ["1.5", "2.5", "3", "4"],
    ])
    let found = try TableUnderstanding(whole, TableSettings(targets: ["b", "a"]))
    #expect(found.task == .regression && found.reason == "2 targets hold numbers")
    #expect(found.rows == [0, 1, 3])
    let preprocessing = try Preprocessing(fitting: whole, found, rows: found.rows)
    #expect(preprocessing.targets.map(\.name) == ["b", "a"] && preprocessing.outputCount == 2)
  }
}
