// SPDX-License-Identifier: Apache-2.0

import PullbackFormats
import PullbackTensors

/// What the columns to be predicted hold: rows, task and classes.
struct TargetUnderstanding {
  let rows: [Int]
  let task: TableTask
  let reason: String
  let classes: [(name: String, count: Int)]
  /// For each of `rows` the place of its class; empty for a regression.
  let labels: [Int32]
  /// The numbers of each target for each of `rows`; empty for a classification.
  let numbers: [[Double]]

  init(_ table: Table, _ settings: TableSettings) throws(FileError) {
    let names = settings.targets, file = table.file
    guard !names.isEmpty else {
      throw FileError(.malformed, in: file, "name a column to be predicted")
    }
    for (index, name) in names.enumerated() where names[..<index].contains(name) {
      throw FileError(.malformed, in: file, "the target \(name.quoted) is named twice")
    }
    var columns: [ReadColumn] = []
    for name in names { columns.append(try table.readColumn(name, "which is to be predicted")) }
    let rows = (0..<table.rowCount).filter { row in columns.allSatisfy { $0.hasValue(row) } }
    guard !rows.isEmpty else {
      throw FileError(
        .malformed, in: file,
        "no row has a value in \(names.map(\.quoted).joined(separator: " and "))")
    }
    self.rows = rows
    let (task, reason) = try Self.task(columns, rows, settings)
    (self.task, self.reason) = (task, reason)
    switch task {
    case .classification:
      guard columns.count == 1 else {
        throw FileError(
          .malformed, in: file,
          "\(names.count) targets of a classification; several are for numbers: name one")
      }
      let (codes, texts) = columns[0].coded
      let (counts, _) = counts(codes, rows, texts.count)
      let seen = counts.indices.filter { counts[$0] > 0 }
      try Self.check(columns[0], classCount: seen.count, rowCount: rows.count)
      var places = [Int32](repeating: -1, count: texts.count)
      for (place, code) in seen.enumerated() { places[code] = Int32(place) }
      classes = seen.map { (texts[$0], counts[$0]) }
      (labels, numbers) = (rows.map { places[Int(codes[$0])] }, [])
    case .regression:
      var all: [[Double]] = []
      for column in columns {
        let numbers = try column.numbers(dated: column.isDated)
        if let row = rows.first(where: { !numbers[$0].isFinite }) {
          throw column.error(row: row, "\(column.text(row: row).quoted) is no number to predict")
        }
        all.append(rows.map { numbers[$0] })
        guard all.last!.contains(where: { $0 != all.last![0] }) || rows.count == 1 else {
          throw FileError(
            .malformed, in: file,
            "\(column.name.quoted) holds \(numberText(all.last![0])) in all "
              + "rows: there is nothing to predict")
        }
      }
      (classes, labels, numbers) = ([], [], all)
    }
  }

  /// So many whole numbers are taken for classes.
  private static let mostNumbers = 20

  private static func task(
    _ columns: [ReadColumn], _ rows: [Int], _ settings: TableSettings
  ) throws(FileError) -> (TableTask, reason: String) {
    if let task = settings.task { return (task, "as asked for") }
    if columns.count > 1 {
      return (.regression, "\(columns.count) targets hold numbers")
    }
    let column = columns[0], name = column.name.shortened
    switch column.values {
    case .texts(let codes, let texts):
      let distinct = counts(codes, rows, texts.count).0.count { $0 > 0 }
      return (.classification, "\(name) holds \(counted(distinct, "text"))")
    case .places: return (.classification, "as asked for")
    case .numbers(let numbers):
      if column.isDated { return (.regression, "\(name) holds dates or times, as seconds") }
      var counts: [Double: Int] = [:]
      for row in rows {
        let number = numbers[row]
        guard number == number.rounded() else {
          return (.regression, "\(name) holds numbers that are not whole")
        }
        counts[number, default: 0] += 1
        if counts.count > mostNumbers {
          return (.regression, "\(name) holds more than \(mostNumbers) different numbers")
        }
      }
      if counts.values.contains(1) {
        return (.regression, "\(name) holds numbers that stand in one row alone")
      }
      return (.classification, "\(name) holds \(counts.count) whole numbers, each more than once")
    }
  }

  private static func check(
    _ column: ReadColumn, classCount: Int, rowCount: Int
  ) throws(FileError) {
    if classCount == 1 {
      throw FileError(
        .malformed, in: column.file,
        "\(column.name.quoted) holds the same value in all rows: there is nothing to predict")
    }
    if classCount > 20 && 2 * classCount > rowCount || classCount == rowCount && rowCount > 4 {
      throw FileError(
        .malformed, in: column.file,
        "\(column.name.quoted) holds \(classCount) different values in \(rowCount) rows: these are "
          + "no classes that can be learned; is it the right column?")
    }
  }
}
