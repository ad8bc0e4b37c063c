// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

/// Reads a table from a text.
func table(
  _ text: String, separator: Character? = nil, decimal: Character = ".", header: Bool? = nil,
  skip: Int = 0, types: [String: Table.Kind] = [:], missing: [String] = CSV.missing
) throws(FileError) -> Table {
  try CSV.table(
    from: Array(text.utf8), name: "file.csv", separator: separator, decimal: decimal,
    header: header, skip: skip, types: types, missing: missing)
}

/// The error's text that a table ends in.
func message(
  _ text: String, separator: Character? = nil, decimal: Character = ".", header: Bool? = nil,
  skip: Int = 0, sourceLocation: SourceLocation = #_sourceLocation
) -> String? {
  #expect(throws: FileError.self, sourceLocation: sourceLocation) {
    try table(text, separator: separator, decimal: decimal, header: header, skip: skip)
  }?.description
}

/// The texts of a categorical column; nil where missing.
func texts(_ column: Table.Column?) -> [String?] {
  guard case .categorical(let codes, let categories)? = column?.values else { return [] }
  return codes.map { $0 < 0 ? nil : categories[Int($0)] }
}

func numbers(_ column: Table.Column?) -> [Double] {
  guard case .numeric(let numbers)? = column?.values else { return [] }
  return numbers
}

extension Table {
  var names: [String] { columns.map(\.name) }
}

/// Reads a table as people write them.
func tolerant(
  _ text: String, decimal: Character? = nil, dayFirst: Bool? = nil, header: Bool? = nil,
  types: [String: Table.Kind] = [:], notations: [String: Table.Notation] = [:]
) throws(FileError) -> Table {
  try CSV.table(
    from: Array(text.utf8), name: "file.csv", decimal: decimal, dayFirst: dayFirst,
    header: header, types: types, notations: notations, reading: .tolerant)
}
