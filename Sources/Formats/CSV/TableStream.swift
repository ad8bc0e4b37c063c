// SPDX-License-Identifier: Apache-2.0

/// Reads the rows of a table as they come, for columns that are known: what a trained model
/// predicts from.
///
/// Columns are found by name, in any order; others are skipped. Files are read once, and never more
/// than a chunk of rows is in memory. From a pipe or a terminal a chunk is what has come, so that
/// whoever types a row has its answer.
///
/// ```swift
/// let text = "town,rooms,price\nUlm,3,\"1,000\"\nBonn,many,7\n"
/// let rows = try TableStream(
///   from: Array(text.utf8), columns: [.numeric("rooms"), .categorical("town", ["Bonn", "Köln"])])
/// while let chunk = try rows.next() {
///   for case .numeric(let rooms) in chunk.columns { print(rooms) }
///   for case .categorical(let towns) in chunk.columns { print(towns) }
///   for misfit in chunk.misfits[0] { print(misfit.line, misfit.text) }
/// }
/// // [3.0, nan]
/// // [-2, 0]
/// // 3 many
/// ```
///
/// The first record holds the names, unless all columns that are wanted are numbered as those of a
/// table without names are ("column 1"), and none of them is there; lines in front that begin with
/// `#` are comments, of which the last may hold the names. The separator is the one that finds most
/// of the columns.
public final class TableStream {
  /// A column that is wanted.
  public struct Column: Sendable, Hashable {
    /// What its fields are read as.
    public enum Kind: Sendable, Hashable {
      /// Numbers as they were written where the column was first read: ``Table/Column/spelling``.
      case numeric(Table.Spelling)
      /// The known texts, whose places are the codes.
      case categorical([String])
      /// Texts of which none is known.
      case text
    }

    /// The name in the file.
    public let name: String
    /// What is read.
    public let kind: Kind
    /// Texts that stand for no value in the column, beside those that the stream is given; nil
    /// where the stream alone says so.
    public let missing: [String]?

    /// A column of numbers.
    public static func numeric(
      _ name: String, _ spelling: Table.Spelling = Table.Spelling(), missing: [String]? = nil
    ) -> Column {
      Column(name: name, kind: .numeric(spelling), missing: missing)
    }

    /// A column of categories, by their texts in the order of their codes.
    public static func categorical(
      _ name: String, _ texts: [String], missing: [String]? = nil
    ) -> Column {
      Column(name: name, kind: .categorical(texts), missing: missing)
    }

    /// A column of texts that are not known.
    public static func text(_ name: String, missing: [String]? = nil) -> Column {
      Column(name: name, kind: .text, missing: missing)
    }
  }

  /// What stands in a column of a chunk, row by row.
  public enum Values: Sendable, Equatable {
    /// Numbers; NaN where one is missing or does not fit.
    case numeric([Double])
    /// Codes of the known texts; ``TableStream/missing`` for no value, ``TableStream/unknown`` for
    /// another text.
    case categorical([Int32])
    /// The texts of the chunk's rows, each once, and for each row the place of its own, or
    /// ``TableStream/missing``.
    case text([Int32], [String])
  }

  /// The code of a field without a value.
  public static let missing: Int32 = -1
  /// The code of a text that is not among the known ones.
  public static let unknown: Int32 = -2

  /// The path or name that messages use.
  public let file: String
  /// The names of all columns in the file, in its order.
  public let names: [String]
  /// What separates fields.
  public let separator: Character

  private let stream: ByteStream
  private let rowsPerChunk: Int
  private let keepsRecords: Bool
  private let columns: [StreamedColumn]
  private var reader: RecordReader
  private var row = 0
  private var isAtEnd = false
  /// What is thrown once the rows in front of it have been handed over.
  private var failure: FileError?

  init(
    _ stream: ByteStream, _ columns: [Column], _ options: TableOptions, rowsPerChunk: Int,
    keepsRecords: Bool
  ) throws(FileError) {
    let opening = try StreamOpening(stream, columns, options)
    (self.stream, file, names) = (stream, stream.name, opening.names)
    separator = Character(Unicode.Scalar(opening.separator))
    (self.rowsPerChunk, self.keepsRecords) = (max(rowsPerChunk, 1), keepsRecords)
    self.columns = opening.columns
    reader = opening.reader
  }

  /// The next rows, at most as many as a chunk has; nil at the end. Of a pipe, those that have come
  /// whole: it waits for one.
  ///
  /// Throws a ``FileError`` with the line where a record has another number of fields than
  /// there are names or a quote is left open, and with the field where a text that is
  /// needed is not UTF-8.
  public func next() throws(FileError) -> Chunk? {
    if let failure {
      // Once: there is nothing behind it.
      (self.failure, isAtEnd) = (nil, true)
      throw failure
    }
    if isAtEnd { return nil }
    var chunk = ChunkBuilder(columns, firstRow: row, rowCount: rowsPerChunk, keepsRecords)
    do throws(FileError) {
      while chunk.rowCount < rowsPerChunk, try nextRecord(waits: chunk.rowCount == 0) {
        try reader.checkFieldCount(names.count)
        try chunk.append(reader, columns)
      }
    } catch {
      if chunk.rowCount == 0 {
        isAtEnd = true
        throw error
      }
      failure = error
    }
    row += chunk.rowCount
    return chunk.rowCount == 0 ? nil : chunk.finished(columns, of: file)
  }

  /// Moves to the next record; false at the end, or if it would have to wait and must not.
  private func nextRecord(waits: Bool) throws(FileError) -> Bool {
    while true {
      switch try reader.nextPushed() {
      case .record: return true
      case .end:
        isAtEnd = true
        return false
      case .incomplete:
        if !waits, !stream.isReady { return false }
        let bytes = try stream.next()
        if bytes.isEmpty { reader.finish() } else { try reader.push(bytes) }
      }
    }
  }
}

extension TableStream {
  /// Opens a file, or a pipe that has a name.
  ///
  /// - Parameters:
  ///   - columns: what is wanted, and how it is read.
  ///   - separator: the one that finds most of the columns if nil.
  ///   - header: whether the first record holds the names; see above if nil.
  ///   - skip: how many lines stand before the table.
  ///   - comment: what begins lines that are none of the table's, wherever they stand.
  ///   - missing: texts that stand for no value, beside those of each column; if nil,
  ///     ``CSV/missing`` in the columns that name none.
  ///   - rowsPerChunk: how many rows come at once at most.
  ///   - keepsRecords: whether chunks have the text of each record.
  public convenience init(
    at path: String, columns: [Column], separator: Character? = nil, header: Bool? = nil,
    skip: Int = 0, comment: Character? = nil, missing: [String]? = nil,
    rowsPerChunk: Int = 4096, keepsRecords: Bool = false
  ) throws(FileError) {
    let options = TableOptions(
      separator: separator, header: header, skip: skip, comment: comment, missing: missing)
    try self.init(
      ByteStream(path: path), columns, options, rowsPerChunk: rowsPerChunk,
      keepsRecords: keepsRecords)
  }

  /// Reads what comes from an open descriptor, such as 0 for standard input; it stays open.
  ///
  /// - Parameter name: what messages call it.
  public convenience init(
    descriptor: Int32, name: String = "standard input", columns: [Column],
    separator: Character? = nil, header: Bool? = nil, skip: Int = 0, comment: Character? = nil,
    missing: [String]? = nil, rowsPerChunk: Int = 4096, keepsRecords: Bool = false
  ) throws(FileError) {
    let options = TableOptions(
      separator: separator, header: header, skip: skip, comment: comment, missing: missing)
    try self.init(
      ByteStream(descriptor: descriptor, name: name), columns, options,
      rowsPerChunk: rowsPerChunk, keepsRecords: keepsRecords)
  }

  /// Reads rows from bytes.
  ///
  /// - Parameter name: what messages call it.
  public convenience init(
    from bytes: [UInt8], name: String = "CSV", columns: [Column], separator: Character? = nil,
    header: Bool? = nil, skip: Int = 0, comment: Character? = nil,
    missing: [String]? = nil, rowsPerChunk: Int = 4096, keepsRecords: Bool = false
  ) throws(FileError) {
    let options = TableOptions(
      separator: separator, header: header, skip: skip, comment: comment, missing: missing)
    try self.init(
      ByteStream(bytes, name: name), columns, options, rowsPerChunk: rowsPerChunk,
      keepsRecords: keepsRecords)
  }
}
