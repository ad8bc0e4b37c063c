// SPDX-License-Identifier: Apache-2.0

import PullbackFormats
import PullbackTensors

/// What was understood of a table: which task it is, what each column is taken for and why, and
/// what to beware of. Printed before anything is learnt.
///
/// ```swift
/// let table = try CSV.table(at: "penguins.csv")
/// let understanding = try TableUnderstanding(table, TableSettings(targets: ["species"]))
/// print(understanding.task, understanding.reason)
/// // classification species holds 2 texts
/// ```
public struct TableUnderstanding: Sendable {
  /// The file, for messages.
  public let file: String
  /// How many rows the file has.
  public let rowCount: Int
  /// What was asked for.
  public let settings: TableSettings
  /// What is to be predicted.
  public let task: TableTask
  /// Why it is taken for that: "species holds 3 texts".
  public let reason: String
  /// All columns in the order of the table.
  public let columns: [ColumnUnderstanding]
  /// The classes of a classification in the order of their labels, numbers by their values, and how
  /// many rows each has; empty for a regression.
  public let classes: [(name: String, count: Int)]
  /// The rows that have a target; the others are left out.
  public let rows: [Int]
  /// What may make a model look better than it is.
  public let warnings: [TableWarning]

  /// Looks at all rows of a table.
  ///
  /// Throws a `FileError` if a column that is named is not there, if no row has a target, if there
  /// is nothing to predict, as where all rows hold one value, or nothing to predict from.
  public init(_ table: Table, _ settings: TableSettings) throws(FileError) {
    let target = try TargetUnderstanding(table, settings)
    for (name, choice) in settings.columns.sorted(by: { $0.key < $1.key }) {
      _ = try table.readColumn(name, "for which a type is given")
      if choice == .ignored, settings.targets.contains(name) {
        throw FileError(
          .malformed, in: table.file, "\(name.quoted) is to be predicted: it cannot be ignored")
      }
    }
    var columns = ColumnUnderstanding.all(of: table, settings, rows: target.rows)
    if !columns.contains(where: \.isInput) {
      // What numbers the rows may be a time; nothing else is there to learn from.
      let choices = settings.columns.merging(
        columns.filter(\.numbersRows).map { ($0.name, .number) }
      ) { $1 }
      let relaxed = TableSettings(
        targets: settings.targets, columns: choices, mostCategories: settings.mostCategories)
      columns = ColumnUnderstanding.all(of: table, relaxed, rows: target.rows)
    }
    guard columns.contains(where: \.isInput) else {
      let reasons = columns.filter { $0.role != .target }.prefix(10).map(\.reasonLeftOut)
      throw FileError(
        .malformed, in: table.file,
        "there is no column to predict from"
          + (reasons.isEmpty ? "" : ": " + reasons.joined(separator: ", ")))
    }
    (file, rowCount, self.settings) = (table.file, table.rowCount, settings)
    (task, reason, classes) = (target.task, target.reason, target.classes)
    (rows, self.columns) = (target.rows, columns)
    warnings = LeakageSearch(table, columns, target).warnings
  }
}

extension ColumnUnderstanding {
  fileprivate static func all(
    of table: Table, _ settings: TableSettings, rows: [Int]
  ) -> [ColumnUnderstanding] {
    table.columns.map { column in
      ColumnUnderstanding(
        column, rows: rows, choice: settings.columns[column.name],
        isTarget: settings.targets.contains { Name($0) == Name(column.name) },
        mostCategories: settings.mostCategories)
    }
  }

  fileprivate var numbersRows: Bool { role == .leftOut(reason: "numbers the rows") }

  fileprivate var reasonLeftOut: String {
    if case .leftOut(let reason) = role { "\(name.quoted) \(reason)" } else { name.quoted }
  }
}

extension TableUnderstanding: CustomStringConvertible {
  /// Rows, task and classes, a table of the columns, and the warnings.
  public var description: String {
    var lines = [
      "\(file): \(counted(rowCount, "row")), \(counted(columns.count, "column"))",
      "\(task.rawValue): \(reason)",
    ]
    if rows.count < rowCount {
      lines.append("\(counted(rowCount - rows.count, "row")) without a target left out")
    }
    if !classes.isEmpty {
      let shares = classes.prefix(20).map {
        "\($0.name.shortened) \($0.count) (\(Int((100 * Double($0.count) / Double(rows.count)).rounded()))%)"
      }
      let more = classes.count > 20 ? ["and \(classes.count - 20) more"] : []
      lines.append("classes: " + (shares + more).joined(separator: ", "))
    }
    var table = [["column", "as", "missing", "misfits", "values", ""]]
    table += columns.prefix(60).map { column in
      let distinct = column.distinctCount.map { "\($0)" } ?? "> 1000"
      var note = "\(column.spelling)"
      if case .leftOut(let reason) = column.role { note = reason }
      return [
        column.name.shortened, "\(column.role)", "\(column.missingCount)", "\(column.misfitCount)",
        distinct, note,
      ]
    }
    lines += TableUnderstanding.aligned(table)
    if columns.count > 60 { lines.append("and \(columns.count - 60) more columns") }
    lines += warnings.map { "warning: \($0)" }
    return lines.joined(separator: "\n")
  }

  /// Names and notes at their left, numbers at their right.
  private static func aligned(_ table: [[String]]) -> [String] {
    let numbers = alignedTable(table.map { Array($0[0..<5]) }, textColumns: 2)
      .split(separator: "\n")
    let width = numbers.map(\.count).max() ?? 0
    return zip(numbers, table).map { line, cells in
      cells[5].isEmpty
        ? String(line)
        : line + String(repeating: " ", count: width - line.count + 2) + cells[5]
    }
  }
}
