// SPDX-License-Identifier: Apache-2.0

#if Command

import Pullback

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

extension TableOptions {
  /// What messages call standard input.
  static let standardInput = "standard input"

  /// Reads a table as people have them.
  ///
  /// - Parameters:
  ///   - path: "-" is standard input.
  ///   - model: reads columns as those that it was trained on.
  func table(at path: String, for model: TableModel? = nil) throws -> Table {
    let columns = (model?.preprocessing.inputs ?? []) + (model?.preprocessing.targets ?? [])
    let types = self.types.merging(model?.preprocessing.tableTypes ?? [:]) { own, _ in own }
    let notations = (model?.preprocessing.tableNotations ?? [:]).filter {
      types[$0.key] == .numeric
    }
    let numbers = columns.filter { notations[$0.name] != nil }.map(\.spelling)
    // Where all agree: a column for itself may say nothing.
    let commas = Set(numbers.map(\.isDecimalComma)), days = Set(numbers.map(\.isDayFirst))
    let decimal = self.decimal ?? (commas == [true] ? "," : nil)
    let dayFirst = self.dayFirst ?? (days == [true] ? true : nil)
    if path != "-" {
      return try CSV.table(
        at: found(path), separator: separator, decimal: decimal, dayFirst: dayFirst,
        header: header, skip: skip ?? 0, comment: comment, types: types, notations: notations,
        missing: allMissing, reading: .tolerant)
    }
    let bytes = try readAll(descriptor: STDIN_FILENO, name: TableOptions.standardInput)
    return try CSV.table(
      from: bytes, name: TableOptions.standardInput, separator: separator,
      decimal: decimal, dayFirst: dayFirst, header: header, skip: skip ?? 0, comment: comment,
      types: types, notations: notations, missing: allMissing, reading: .tolerant)
  }

  /// What a table's reader must know of columns; it finds dates by itself.
  var types: [String: Table.Kind] {
    var types: [String: Table.Kind] = [:]
    for setting in column {
      switch setting.choice {
      case .number: types[setting.name] = .numeric
      case .category, .text: types[setting.name] = .categorical
      case .date, .ignored: break
      }
    }
    return types
  }

  var allMissing: [String] { CSV.missing + listed(missing) }

  /// What columns are taken for.
  var choices: [String: ColumnChoice] {
    Dictionary(column.map { ($0.name, $0.choice) }) { $1 }
  }
}

extension Table {
  /// The columns that a user names: several times, or with commas between them, unless there is a
  /// column of the whole name.
  func columnNames(_ given: [String]) -> [String] {
    given.flatMap { self[$0] == nil ? listed([$0]) : [$0] }
  }

  /// Throws if there is no column that an option names.
  func check(_ name: String, of option: String) throws(FileError) {
    if self[name] != nil { return }
    throw FileError(
      .malformed, in: file,
      "there is no column \(name.quoted) for \(option)"
        + suggestion(for: name, in: columns.map(\.name)))
  }

  /// A line for each column in which values do not fit, with the first of them.
  var misfitLines: [String] {
    columns.filter { $0.misfitCount > 0 }.map { column in
      let shown = column.misfits.map { "\($0.text.quoted) in line \($0.line)" }
      let rest = column.misfitCount - shown.count
      return
        "\(column.name.shortened): \(counted(column.misfitCount, "value")) left out as missing: "
        + shown.joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
    }
  }
}

#endif
