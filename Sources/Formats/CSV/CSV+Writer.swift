// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension CSV {
  /// Takes the rows of a table that ``CSV/write(to:names:separator:_:)`` writes.
  public final class Writer {
    /// What stands in a row.
    public enum Field: Sendable, Hashable {
      /// A number; an empty field if it is NaN.
      case number(Double)
      /// A text; an empty one is read as a missing value, and so is what
      /// the reader takes for one: see ``CSV/missing``.
      case text(String)
    }

    /// What stands in a column, or in several side by side, row by row.
    public enum Column: Sendable {
      /// Numbers; NaN is an empty field.
      case numbers([Double])
      /// Texts.
      case texts([String])
      /// Texts by their codes; an empty field for a code that none has.
      case categories([Int32], [String])
      /// All columns of rows that were read, as they stand in their file.
      case records(TableStream.Chunk)
    }

    private let columnCount: Int
    private let separator: UInt8
    private let send: (Bytes) throws(FileError) -> Void
    private var pending: Bytes = []

    init(
      _ names: [String], _ separator: Character, file: String,
      send: @escaping (Bytes) throws(FileError) -> Void
    ) throws(FileError) {
      let options = TableOptions(separator: separator)
      let source = ByteSource([], name: file)
      // Never nil: a separator is given.
      self.separator = try options.separatorByte(source) ?? UInt8(ascii: ",")
      (columnCount, self.send) = (names.count, send)
      var index = Categories()
      for name in names where index.add(name) != nil {
        throw FileError(.unwritable, in: file, "two columns are named \(name.quoted)")
      }
      guard !names.isEmpty else { throw FileError(.unwritable, in: file, "there are no columns") }
      for (column, name) in names.enumerated() { append(name, at: column) }
      endRow()
    }

    /// Writes a row. A mistake if it has another number of fields than there are names.
    public func write(row: [Field]) throws(FileError) {
      check(row.count, "write(row:)")
      for (column, field) in row.enumerated() {
        switch field {
        case .number(let number): append(number, at: column)
        case .text(let text): append(text, at: column)
        }
      }
      endRow()
      try flushIfFull()
    }

    /// Writes rows by their columns. A mistake if the columns have different lengths, if they are
    /// another number than the names, or if records were not kept or have another separator.
    public func write(columns: [Column]) throws(FileError) {
      check(columns.reduce(0) { $0 + $1.width }, "write(columns:)")
      let rowCount = columns[0].rowCount
      for column in columns where column.rowCount != rowCount {
        Mistake(
          "write(columns:)", "columns of \(rowCount) and of \(column.rowCount) rows",
          fix: "give columns of one length"
        ).stop(at: nil)
      }
      for row in 0..<rowCount {
        var place = 0
        for column in columns {
          switch column {
          case .numbers(let numbers): append(numbers[row], at: place)
          case .texts(let texts): append(texts[row], at: place)
          case .categories(let codes, let texts):
            let code = Int(codes[row])
            append(texts.indices.contains(code) ? texts[code] : "", at: place)
          case .records(let chunk): append(chunk, row, at: place)
          }
          place += column.width
        }
        endRow()
        try flushIfFull()
      }
    }

    /// Hands over all that was written so far.
    public func flush() throws(FileError) {
      let bytes = pending
      pending = []
      try send(bytes)
    }

    private func flushIfFull() throws(FileError) {
      if pending.count >= 1 << 16 { try flush() }
    }

    private func check(_ count: Int, _ operation: String) {
      if count == columnCount { return }
      Mistake(
        operation, "\(count) fields in a table of \(columnCount) columns",
        fix: "give one for each name"
      ).stop(at: nil)
    }

    private func separate(_ place: Int) {
      if place > 0 { pending.append(separator) }
    }

    private func append(_ number: Double, at place: Int) {
      separate(place)
      if number.isNaN { return appendNothing() }
      if let whole = Int64(exactly: number), whole.magnitude < 1 << 53, whole != 0 {
        pending.append(contentsOf: "\(whole)".utf8)
      } else {
        let text = number.description
        pending.append(contentsOf: (text.hasSuffix(".0") ? text.dropLast(2) : text[...]).utf8)
      }
    }

    private func append(_ text: String, at place: Int) {
      separate(place)
      if text.isEmpty { return appendNothing() }
      guard needsQuotes(text.utf8) else { return pending.append(contentsOf: text.utf8) }
      pending.append(UInt8(ascii: "\""))
      for byte in text.utf8 {
        if byte == UInt8(ascii: "\"") { pending.append(byte) }
        pending.append(byte)
      }
      pending.append(UInt8(ascii: "\""))
    }

    private func append(_ chunk: TableStream.Chunk, _ row: Int, at place: Int) {
      guard chunk.hasRecords, chunk.separator == separator else {
        Mistake(
          "write(columns:)", "records that were not kept, or that have another separator",
          fix: "read with keepsRecords: true, and write with the separator of the TableStream"
        ).stop(at: nil)
      }
      separate(place)
      pending += chunk.recordBytes(row)
    }

    /// In a single column an empty field would be an empty line, which is no record.
    private func appendNothing() {
      if columnCount == 1 { pending.append(contentsOf: "\"\"".utf8) }
    }

    private func needsQuotes(_ text: String.UTF8View) -> Bool {
      // Blanks at the ends would be dropped, and so would a byte order mark at the start of the
      // file; and a line may not look like a comment.
      let ends = [text.first!, text.last!]
      return ends.contains(UInt8(ascii: " ")) || ends.contains(UInt8(ascii: "\t"))
        || ends[0] == UInt8(ascii: "#") || text.starts(with: [0xEF, 0xBB, 0xBF])
        || text.contains { $0 == separator || $0 == 0x22 || $0 == 0x0A || $0 == 0x0D }
    }

    private func endRow() { pending.append(UInt8(ascii: "\n")) }
  }
}

extension CSV.Writer.Column {
  var rowCount: Int {
    switch self {
    case .numbers(let numbers): numbers.count
    case .texts(let texts): texts.count
    case .categories(let codes, _): codes.count
    case .records(let chunk): chunk.rowCount
    }
  }

  /// How many columns of the table these are.
  var width: Int {
    switch self {
    case .numbers, .texts, .categories: 1
    case .records(let chunk): chunk.fieldCount
    }
  }
}
