// SPDX-License-Identifier: Apache-2.0

import PullbackFormats
import PullbackTensors

extension Preprocessing {
  /// What a stream of rows is asked for, so that ``inputs(of:)`` of its chunks are those of the
  /// table: the columns of the inputs, as they were written where the model was trained, with the
  /// texts that stood for no value there.
  ///
  /// ```swift
  /// let table = try CSV.table(at: "penguins.csv")
  /// let understanding = try TableUnderstanding(table, TableSettings(targets: ["species"]))
  /// let preprocessing = try Preprocessing(
  ///   fitting: table, understanding, rows: understanding.rows)
  /// let stream = try TableStream(at: "penguins.csv", columns: preprocessing.streamSchema)
  /// while let chunk = try stream.next() {
  ///   print(try preprocessing.inputs(of: chunk).shape)
  /// }
  /// // [4, 4]
  /// ```
  public var streamSchema: [TableStream.Column] { inputs.map { $0.streamed(missing: ownMissing) } }

  /// The same with the targets behind them, to compare predictions with.
  public var streamSchemaWithTargets: [TableStream.Column] {
    streamSchema + targets.map { $0.streamed(missing: ownMissing) }
  }

  /// Nil if they are the usual ones: who opens the stream may say others.
  private var ownMissing: [String]? { missing == CSV.missing ? nil : missing }

  /// The kinds that a table's columns are to be read as, so that names of categories stay as they
  /// are written: for `CSV.table`, which is given ``missing``, too.
  ///
  /// ```swift
  /// let preprocessing = try TableModel.load(at: "penguins.safetensors").preprocessing
  /// let table = try CSV.table(
  ///   at: "new.csv", types: preprocessing.tableTypes, spellings: preprocessing.tableSpellings,
  ///   missing: preprocessing.missing, reading: .tolerant)
  /// ```
  public var tableTypes: [String: Table.Kind] {
    var types: [String: Table.Kind] = [:]
    for column in inputs + targets {
      switch column.streamed().kind {
      case .numeric: types[column.name] = .numeric
      case .categorical, .text: types[column.name] = .categorical
      }
    }
    return types
  }

  /// How the numbers of a table's columns were written where the model was trained: for
  /// `CSV.table`, which would else go by the few rows that it reads.
  public var tableSpellings: [String: Table.Spelling] {
    var spellings: [String: Table.Spelling] = [:]
    for column in inputs + targets where tableTypes[column.name] == .numeric {
      spellings[column.name] = column.spelling
    }
    return spellings
  }

  /// The inputs of a chunk's rows: [rows, inputCount], with the bits that the same rows of a table
  /// have. What does not fit is missing, or a category that is not known, and counted in the chunk.
  ///
  /// - Parameter chunk: of a stream that was asked for ``streamSchema``, or for more behind it; a
  ///   mistake if it has fewer columns.
  public func inputs(of chunk: TableStream.Chunk) throws(FileError) -> Tensor<Float> {
    check(chunk, inputs.count)
    return try inputs(rowCount: chunk.rowCount, rows: nil, file: chunk.file) {
      (place, column) in chunk.readColumn(place, column)
    }
  }

  /// The labels of a chunk's rows: see ``labels(of:rows:)``.
  ///
  /// - Parameter chunk: of a stream that was asked for ``streamSchemaWithTargets``.
  public func labels(of chunk: TableStream.Chunk) throws(FileError) -> Tensor<Int32> {
    check(chunk, inputs.count + targets.count)
    return try labels(rows: nil, file: chunk.file) { (column) in
      chunk.readColumn(inputs.count, column)
    }
  }

  /// The targets of a chunk's rows: see ``targets(of:rows:)``.
  ///
  /// - Parameter chunk: of a stream that was asked for ``streamSchemaWithTargets``.
  public func targets(of chunk: TableStream.Chunk) throws(FileError) -> Tensor<Float> {
    check(chunk, inputs.count + targets.count)
    return try targets(rowCount: chunk.rowCount, rows: nil, file: chunk.file) {
      (place, column) in chunk.readColumn(inputs.count + place, column)
    }
  }

  /// The targets of a chunk's rows in the units of the table, a row each: see ``targets(of:)``.
  func targetNumbers(of chunk: TableStream.Chunk) throws(FileError) -> [[Double]] {
    // Throws where there is no number.
    _ = try targets(of: chunk)
    let columns: [[Double]] = targets.indices.map {
      if case .numeric(let numbers) = chunk.columns[inputs.count + $0] { numbers } else { [] }
    }
    return (0..<chunk.rowCount).map { row in columns.map { $0[row] } }
  }

  private func check(_ chunk: TableStream.Chunk, _ count: Int) {
    guard chunk.columns.count < count else { return }
    Mistake(
      "inputs(of:)", "the chunk has \(counted(chunk.columns.count, "column")), not \(count)",
      fix: "give the stream streamSchema, or streamSchemaWithTargets"
    ).stop(at: nil)
  }
}

extension Preprocessing.Column {
  fileprivate func streamed(missing: [String]? = nil) -> TableStream.Column {
    switch transform {
    case .number, .date: .numeric(name, spelling, missing: missing)
    case .category(let coding) where coding.areNumbers: .numeric(name, spelling, missing: missing)
    case .category(let coding): .categorical(name, coding.categories, missing: missing)
    case .words: .text(name, missing: missing)
    }
  }
}

extension TableStream.Chunk {
  fileprivate func readColumn(_ place: Int, _ column: Preprocessing.Column) -> ReadColumn {
    let values: ReadColumn.Values =
      switch columns[place] {
      case .numeric(let numbers): .numbers(numbers)
      case .categorical(let places):
        .places(
          places,
          others: Dictionary(misfits[place].map { ($0.row - firstRow, $0.text) }) { first, _ in
            first
          })
      case .text(let codes, let texts): .texts(codes, texts)
      }
    return ReadColumn(
      file: file, name: column.name, values: values, isDated: column.spelling.isDated,
      line: { line(ofRow: $0) })
  }
}
