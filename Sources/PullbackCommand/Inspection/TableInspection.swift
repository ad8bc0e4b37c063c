// SPDX-License-Identifier: Apache-2.0

#if Command

import Pullback

/// A table, a line for each column: what it holds, how its values lie, and how far it goes along
/// with what is to be predicted.
struct TableInspection {
  private let table: Table
  /// Nil if nothing is to be predicted.
  private let understanding: TableUnderstanding?
  private let target: Table.Column?

  init(_ file: String, _ options: TableOptions, targets: [String]) throws {
    let table = try options.table(at: file)
    self.table = table
    let names = table.columnNames(targets)
    understanding =
      names.isEmpty
      ? nil
      : try TableUnderstanding(table, TableSettings(targets: names, columns: options.choices))
    let first = names.first
    target = if let first { table[first] } else { nil }
  }

  func print(json: Bool) throws {
    if json {
      for column in table.columns { try Console.page(line(column)) }
      var result = JSONLine(event: "result")
      result.add("kind", text: "table")
      result.add("file", text: table.file)
      result.add("rows", table.rowCount)
      result.add("columns", table.columns.count)
      if let understanding {
        result.add("task", text: understanding.task.rawValue)
        result.add("reason", text: understanding.reason)
        result.add("warnings", texts: understanding.warnings.map { "\($0)" })
      }
      return try Console.page(result)
    }
    try Console.page(
      "\(table.file.printable): \(counted(table.rowCount, "row")), "
        + counted(table.columns.count, "column"))
    let more = target.map { ["with \($0.name.cut(to: 12))"] } ?? []
    var rows = [["column", "holds", "missing", "values", "histogram"] + more]
    for column in table.columns.prefix(TableInspection.mostLines) {
      let summary = ColumnSummary(column)
      let association = target.map {
        [self.association(column, $0).map { $0.written(decimals: 2) } ?? ""]
      }
      rows.append(
        [
          column.name.cut(to: 20), summary.kind, "\(column.missingCount)",
          summary.values(withMean: target == nil),
          summary.bars,
        ] + (association ?? []))
    }
    // Numbers stand at the right, words at the left of their columns.
    let missing = rows.map { $0[2].count }.max() ?? 0
    for row in rows.indices { rows[row][2] = rows[row][2].padded(to: missing) }
    try Console.page(fittedTable(rows, textColumns: 5, cutting: 3))
    let rest = table.columns.count - TableInspection.mostLines
    if rest > 0 { try Console.page("and \(counted(rest, "column")) more (--json shows all)") }
    for line in table.misfitLines { try Console.page(line.wrapped()) }
    if let understanding { try printUnderstanding(understanding) }
  }

  private static let mostLines = 100

  private func printUnderstanding(_ understanding: TableUnderstanding) throws {
    try Console.page("\(understanding.task.rawValue): \(understanding.reason)".wrapped())
    if !understanding.classes.isEmpty {
      let classes = understanding.classes.prefix(20).map { "\($0.name.shortened) \($0.count)" }
      let rest = understanding.classes.count - classes.count
      try Console.page(
        ("classes: " + classes.joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : ""))
          .wrapped())
    }
    for column in understanding.columns.prefix(TableInspection.mostLines) {
      if case .leftOut(let reason) = column.role {
        try Console.page("left out: \(column.name.shortened) \(reason)".wrapped())
      }
    }
    for warning in understanding.warnings { try Console.page("warning: \(warning)".wrapped()) }
  }

  /// How far a column goes along with the target; nil of the target itself.
  private func association(_ column: Table.Column, _ target: Table.Column) -> Double? {
    column.name.utf8.elementsEqual(target.name.utf8)
      ? nil : Association.strength(column.values, target.values)
  }

  private func line(_ column: Table.Column) -> JSONLine {
    var line = JSONLine(event: "column")
    line.add("name", text: column.name)
    let summary = ColumnSummary(column)
    line.add("holds", text: summary.kind)
    line.add("missing", column.missingCount)
    line.add("misfits", column.misfitCount)
    switch summary.content {
    case .numbers(let spread): spread.add(to: &line)
    case .categories(let categories):
      line.add("distinct", categories.count)
      line.add(
        "categories",
        .array(
          categories.prefix(1000).map { ["name": .string($0.name), "count": .integer($0.count)] }))
    }
    if let target, let association = association(column, target) {
      line.add("association", association)
    }
    return line
  }
}

#endif
