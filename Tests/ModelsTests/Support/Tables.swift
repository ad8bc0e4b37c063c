// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTestSupport

/// A table of columns that are written by name.
func table(
  _ columns: KeyValuePairs<String, [String]>, types: [String: Table.Kind] = [:]
) throws -> Table {
  let rows = (0..<(columns.first?.value.count ?? 0)).map { row in
    // A line without anything is no row.
    columns.map { $0.value[row].isEmpty ? "\"\"" : $0.value[row] }.joined(separator: ",")
  }
  let text = ([columns.map(\.key).joined(separator: ",")] + rows).joined(separator: "\n") + "\n"
  return try CSV.table(
    from: Array(text.utf8), name: "table.csv", separator: ",", header: true, types: types)
}

extension Preprocessing {
  /// Fitted on all rows of a table, or on some.
  init(_ table: Table, targets: [String], rows: [Int]? = nil) throws {
    let understanding = try TableUnderstanding(table, TableSettings(targets: targets))
    try self.init(fitting: table, understanding, rows: rows ?? understanding.rows)
  }

  func rows(of table: Table, rows: [Int]? = nil) throws -> [[Float]] {
    let inputs = try inputs(of: table, rows: rows)
    let scalars = inputs.scalars, width = inputs.shape[1]
    return (0..<inputs.shape[0]).map { Array(scalars[($0 * width)..<($0 + 1) * width]) }
  }
}

/// What stands in the fixture `preprocessing.json`.
enum PreprocessingFixture {
  static let json = try! JSON(
    parsing: String(decoding: Fixture.bytes("preprocessing.json"), as: UTF8.self))
}

extension JSON {
  var elements: [JSON] {
    guard case .array(let elements) = self else { return [] }
    return elements
  }

  /// NaN where nothing stands.
  var double: Double {
    switch self {
    case .integer(let number): Double(number)
    case .number(let number): number
    case .null, .bool, .string, .array, .object: .nan
    }
  }

  var text: String {
    guard case .string(let text) = self else { return "" }
    return text
  }
}
