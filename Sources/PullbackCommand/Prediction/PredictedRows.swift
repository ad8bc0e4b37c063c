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

/// Rows of which predictions are made, some at a time.
struct PredictedRows {
  let model: TableModel
  let table: TableOptions
  /// What did not fit, and was taken as missing or as none of the known texts.
  private(set) var misfits: [(column: String, count: Int, examples: [Table.Misfit])] = []

  init(_ model: TableModel, _ table: TableOptions) { (self.model, self.table) = (model, table) }

  /// Whether rows come one after the other, and somebody waits for what becomes of each.
  static func isStream(_ file: String?) -> Bool {
    var status = stat()
    let result = file.map { $0 == "-" ? fstat(STDIN_FILENO, &status) : stat($0, &status) }
    if (result ?? fstat(STDIN_FILENO, &status)) != 0 { return false }
    return status.st_mode & S_IFMT != S_IFREG
  }

  /// Predicts for a table's rows, a chunk at a time; nil and "-" are standard input.
  ///
  /// - Parameter use: what becomes of each chunk.
  mutating func predict(
    tableAt file: String?, _ use: (TablePredictions) throws -> Void
  ) throws {
    let columns = model.preprocessing.streamSchema, missing = table.allMissing(for: model)
    let rows =
      if let file, file != "-" {
        try TableStream(
          at: found(file), columns: columns, separator: table.separator, header: table.header,
          skip: table.skip ?? 0, comment: table.comment, missing: missing,
          rowsPerChunk: PredictedRows.most)
      } else {
        try TableStream(
          descriptor: STDIN_FILENO, name: TableOptions.standardInput, columns: columns,
          separator: table.separator, header: table.header, skip: table.skip ?? 0,
          comment: table.comment, missing: missing, rowsPerChunk: PredictedRows.most)
      }
    misfits = columns.map { ($0.name, 0, []) }
    while let chunk = try rows.next() {
      for column in columns.indices where chunk.misfitCounts[column] > 0 {
        misfits[column].count += chunk.misfitCounts[column]
        let room = PredictedRows.mostExamples - misfits[column].examples.count
        misfits[column].examples += chunk.misfits[column].prefix(max(room, 0))
      }
      try use(model.predict(chunk))
    }
  }

  /// Rows of a chunk: many enough that what comes with each chunk does not count.
  private static let most = 1 << 14
  private static let mostExamples = 3

  /// Predicts for the rows of an array.
  func predict(
    arrayAt file: String, _ format: FileFormat, _ use: (TablePredictions) throws -> Void
  ) throws {
    let rows = try format == .npy ? NumPy.load(at: file) : IDX.load(at: file)
    try use(model.predict(rows, name: file))
  }

  /// A line for each column in which values did not fit.
  var notes: [String] {
    misfits.filter { $0.count > 0 }.map { column, count, examples in
      let shown = examples.map { "\($0.text.quoted) in line \($0.line)" }
      let rest = count - examples.count
      return "\(column.shortened): \(counted(count, "value")) that training did not have: "
        + shown.joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
    }
  }
}

#endif
