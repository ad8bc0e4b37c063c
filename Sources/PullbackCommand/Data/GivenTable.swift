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
  /// - Parameter path: "-" is standard input.
  func table(at path: String) throws -> Table {
    let missing = allMissing(for: nil)
    if path != "-" {
      return try CSV.table(
        at: found(path), separator: separator, decimal: decimal, dayFirst: dayFirst,
        header: header, skip: skip ?? 0, comment: comment, types: types,
        missing: missing, reading: .tolerant)
    }
    let bytes = try readAll(descriptor: STDIN_FILENO, name: TableOptions.standardInput)
    return try CSV.table(
      from: bytes, name: TableOptions.standardInput, separator: separator,
      decimal: decimal, dayFirst: dayFirst, header: header, skip: skip ?? 0, comment: comment,
      types: types, missing: missing, reading: .tolerant)
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

  /// The texts that stand for no value: those with which the model was trained, or the usual ones,
  /// and those that are given.
  func allMissing(for model: TableModel?) -> [String] {
    var texts = model?.preprocessing.missing ?? CSV.missing
    for text in listed(missing)
    where !texts.contains(where: { $0.utf8.elementsEqual(text.utf8) }) {
      texts.append(text)
    }
    return texts
  }

  /// A model's columns, written as is said here where something is.
  func respelled(_ columns: [TableStream.Column]) -> [TableStream.Column] {
    columns.map { column in
      guard case .numeric(var spelling) = column.kind else { return column }
      if let decimal { spelling.isDecimalComma = decimal == "," }
      if let dayFirst { spelling.isDayFirst = dayFirst }
      return .numeric(column.name, spelling, missing: column.missing)
    }
  }

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
  var misfitLines: [String] { columns.compactMap(\.misfitLine) }
}

extension Table.Column {
  /// Nil if all values fit.
  var misfitLine: String? {
    if misfitCount == 0 { return nil }
    let shown = misfits.map { "\($0.text.quoted) in line \($0.line)" }
    let rest = misfitCount - shown.count
    return "\(name.shortened): \(counted(misfitCount, "value")) left out as missing: "
      + shown.joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
  }
}

#endif
