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

/// Rows of which predictions are made, some at a time: read as those that the model was trained on.
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
    let rows = try stream(tableAt: file, model.preprocessing.streamSchema)
    while let chunk = try rows.next() {
      note(chunk)
      try use(model.predict(chunk))
    }
  }

  /// How good the model is on a table's rows; nil and "-" are standard input.
  mutating func evaluate(tableAt file: String?) throws -> TableEvaluation {
    let rows = try stream(tableAt: file, model.preprocessing.streamSchemaWithTargets)
    return try model.evaluate(rows) { note($0) }
  }

  private mutating func stream(
    tableAt file: String?, _ columns: [TableStream.Column]
  ) throws -> TableStream {
    let columns = table.respelled(columns)
    misfits = columns.map { ($0.name, 0, []) }
    let missing = table.allMissing(for: model)
    if let file, file != "-" {
      return try TableStream(
        at: found(file), columns: columns, separator: table.separator, header: table.header,
        skip: table.skip ?? 0, comment: table.comment, missing: missing,
        rowsPerChunk: PredictedRows.most)
    }
    return try TableStream(
      descriptor: STDIN_FILENO, name: TableOptions.standardInput, columns: columns,
      separator: table.separator, header: table.header, skip: table.skip ?? 0,
      comment: table.comment, missing: missing, rowsPerChunk: PredictedRows.most)
  }

  private mutating func note(_ chunk: TableStream.Chunk) {
    for column in misfits.indices where chunk.misfitCounts[column] > 0 {
      misfits[column].count += chunk.misfitCounts[column]
      let room = PredictedRows.mostExamples - misfits[column].examples.count
      misfits[column].examples += chunk.misfits[column].prefix(max(room, 0))
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

  /// The columns in which values did not fit, with how many.
  var misfitCounts: JSON {
    .object(misfits.filter { $0.count > 0 }.map { JSON.Member($0.column, .integer($0.count)) })
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
