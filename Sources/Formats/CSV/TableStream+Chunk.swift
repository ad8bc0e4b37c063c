// SPDX-License-Identifier: Apache-2.0

extension TableStream {
  /// Rows that were read together.
  public struct Chunk: Sendable {
    /// The path or name that messages use.
    public let file: String
    /// The number of the first row, from 0 for the first of the file.
    public let firstRow: Int
    /// How many rows there are.
    public let rowCount: Int
    /// The columns in the order in which they were asked for.
    public let columns: [Values]
    /// How many values of each column are no such numbers, or texts that are not known.
    public let misfitCounts: [Int]
    /// The first five of them in this chunk.
    public let misfits: [[Table.Misfit]]
    /// How many fields a record has, and what separates them.
    let fieldCount: Int
    let separator: UInt8
    fileprivate let lines: [Int]
    fileprivate let records: Bytes
    fileprivate let ends: [Int]

    /// The line of the file on which a row starts; the row is counted from 0 in this chunk. A
    /// mistake if there is no such row.
    public func line(ofRow row: Int) -> Int {
      checkRow(row, of: rowCount, in: "line(ofRow:)", at: nil)
      return lines[row]
    }

    /// The text of a row as it stands in the file, without the end of its last line; empty if
    /// records are not kept. The row is counted from 0 in this chunk. A mistake if there is no such
    /// row.
    public func record(_ row: Int) -> String {
      checkRow(row, of: rowCount, in: "record(_:)", at: nil)
      return String(decoding: recordBytes(row), as: UTF8.self)
    }

    var hasRecords: Bool { ends.count == rowCount }

    /// The same as it is, also where it is not UTF-8.
    func recordBytes(_ row: Int) -> ArraySlice<UInt8> {
      ends.isEmpty ? [] : records[(row == 0 ? 0 : ends[row - 1])..<ends[row]]
    }
  }
}

/// A column that is wanted, and where it stands.
struct StreamedColumn {
  let name: String
  let position: Int
  /// For numbers; nil for texts.
  let spelling: SpellingReader?
  /// Texts are kept, whatever they are.
  let keepsTexts: Bool
  /// The known texts, and their codes: the same text twice has the first one's.
  let categories: Categories
  let codes: [Int32]
  let missing: MissingValues

  init(_ column: TableStream.Column, at position: Int, _ missing: MissingValues) {
    (name, self.position, self.missing) = (column.name, position, missing)
    var categories = Categories(), codes: [Int32] = []
    switch column.kind {
    case .numeric(let spelling): (self.spelling, keepsTexts) = (SpellingReader(spelling), false)
    case .text: (spelling, keepsTexts) = (nil, true)
    case .categorical(let texts):
      (spelling, keepsTexts) = (nil, false)
      for (code, text) in texts.enumerated() where categories.add(text) == nil {
        codes.append(Int32(code))
      }
    }
    (self.categories, self.codes) = (categories, codes)
  }
}

/// The texts that stand for no value in columns: most have the same, which are kept once.
struct StreamedMissing {
  /// What the stream is given.
  private let given: [String]?
  private var known: [[Name]: MissingValues] = [:]

  init(_ given: [String]?) { self.given = given }

  mutating func values(of column: TableStream.Column) -> MissingValues {
    let texts = column.missing.map { $0 + (given ?? []) } ?? given ?? CSV.missing
    let names = texts.map { Name($0) }
    if let values = known[names] { return values }
    var seen: Set<Name> = []
    let values = MissingValues(names.filter { seen.insert($0).inserted }.map(\.text))
    known[names] = values
    return values
  }
}

extension StreamedColumn {
  /// Whether a record has a value in the column, which fits.
  func fits(_ reader: borrowing RecordReader) -> Bool {
    let buffer = reader.buffer, bytes = buffer.span
    let field = reader.fields[position]
    if missing.contains(bytes, field) { return false }
    if let spelling { return spelling.number(bytes, field) != nil }
    return categories.firstIndex(of: bytes, field.start, field.end) != nil
  }
}

/// A chunk while it is read.
struct ChunkBuilder {
  private let firstRow: Int
  private(set) var rowCount = 0
  /// One of both for each column; the other stays empty.
  private var numbers: [[Double]]
  private var codes: [[Int32]]
  /// The texts of the columns that keep them, numbered as they come, and as strings.
  private var categories: [Categories]
  private var texts: [[String]]
  private var misfitCounts: [Int]
  private var misfits: [[Table.Misfit]]
  private var lines: [Int] = []
  private var fieldCount = 0
  private var separator: UInt8 = 0
  private let keepsRecords: Bool
  private var records: Bytes = []
  private var ends: [Int] = []

  init(_ columns: [StreamedColumn], firstRow: Int, rowCount: Int, _ keepsRecords: Bool) {
    (self.firstRow, self.keepsRecords) = (firstRow, keepsRecords)
    numbers = Array(repeating: [], count: columns.count)
    codes = numbers.map { _ in [] }
    categories = numbers.map { _ in Categories() }
    texts = numbers.map { _ in [] }
    misfitCounts = Array(repeating: 0, count: columns.count)
    misfits = numbers.map { _ in [] }
  }

  mutating func append(
    _ reader: borrowing RecordReader, _ columns: [StreamedColumn]
  ) throws(FileError) {
    let buffer = reader.buffer, bytes = buffer.span
    for column in columns.indices {
      let field = reader.fields[columns[column].position]
      if columns[column].spelling != nil {
        if columns[column].missing.contains(bytes, field) {
          numbers[column].append(.nan)
        } else if let number = columns[column].spelling!.number(bytes, field) {
          numbers[column].append(number)
        } else {
          numbers[column].append(.nan)
          try note(column, reader, columns)
        }
      } else if columns[column].missing.contains(bytes, field) {
        codes[column].append(TableStream.missing)
      } else if columns[column].keepsTexts {
        try appendText(column, reader, columns)
      } else if let code = code(field, bytes, reader, columns[column]) {
        codes[column].append(code)
      } else {
        codes[column].append(TableStream.unknown)
        try note(column, reader, columns)
      }
    }
    lines.append(reader.line)
    (fieldCount, separator) = (reader.fields.count, reader.separator)
    if keepsRecords {
      records += buffer[reader.range]
      ends.append(records.count)
    }
    rowCount += 1
  }

  private mutating func appendText(
    _ column: Int, _ reader: borrowing RecordReader, _ columns: [StreamedColumn]
  ) throws(FileError) {
    let field = reader.fields[columns[column].position]
    let raw = field.hasDoubledQuotes ? reader.raw(field) : []
    let buffer = reader.buffer
    let (code, isNew) =
      field.hasDoubledQuotes
      ? categories[column].number(raw.span, 0, raw.count)
      : categories[column].number(buffer.span, field.start, field.end)
    if isNew {
      texts[column].append(
        try reader.text(columns[column].position, column: columns[column].name))
    }
    codes[column].append(code)
  }

  private func code(
    _ field: Field, _ bytes: Span<UInt8>, _ reader: borrowing RecordReader,
    _ column: StreamedColumn
  ) -> Int32? {
    let place: Int32?
    if field.hasDoubledQuotes {
      let text = reader.raw(field)
      place = column.categories.firstIndex(of: text.span, 0, text.count)
    } else {
      place = column.categories.firstIndex(of: bytes, field.start, field.end)
    }
    return place.map { column.codes[Int($0)] }
  }

  private mutating func note(
    _ column: Int, _ reader: borrowing RecordReader, _ columns: [StreamedColumn]
  ) throws(FileError) {
    misfitCounts[column] += 1
    let (position, name) = (columns[column].position, columns[column].name)
    guard misfits[column].count < Table.Misfit.mostKept else {
      return try reader.checkText(position, column: name)
    }
    let text = try reader.text(position, column: name)
    misfits[column].append(
      Table.Misfit(row: firstRow + rowCount, line: reader.line, text: text))
  }

  /// The rows that were read whole.
  consuming func finished(_ columns: [StreamedColumn], of file: String) -> TableStream.Chunk {
    var values: [TableStream.Values] = []
    for column in columns.indices {
      // Of a row whose text could not be read some columns are there.
      if columns[column].keepsTexts {
        values.append(.text(Array(codes[column].prefix(rowCount)), texts[column]))
      } else if columns[column].spelling == nil {
        values.append(.categorical(Array(codes[column].prefix(rowCount))))
      } else {
        values.append(.numeric(Array(numbers[column].prefix(rowCount))))
      }
    }
    return TableStream.Chunk(
      file: file, firstRow: firstRow, rowCount: rowCount, columns: values,
      misfitCounts: misfitCounts,
      misfits: misfits, fieldCount: fieldCount, separator: separator, lines: lines,
      records: records, ends: ends)
  }
}
