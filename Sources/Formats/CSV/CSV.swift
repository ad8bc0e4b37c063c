// SPDX-License-Identifier: Apache-2.0

/// Tables as text: CSV and its kin, separated by commas, tabs, semicolons or bars.
///
/// Source: RFC 4180, "Common format and MIME type for comma-separated values files"; beyond it
/// lines may end in LF or CR, empty lines are skipped and spaces around fields are dropped.
public enum CSV {
  /// Texts that stand for no value, in upper or lower case.
  public static let missing = ["", "NA", "NaN", "?"]

  /// Reads a file in UTF-8, with or without a byte order mark.
  ///
  /// ```swift
  /// let table = try CSV.table(at: "prices.csv", types: ["postcode": .categorical])
  /// for column in table.columns { print(column.name, column.kind, column.missingCount) }
  /// ```
  ///
  /// Throws a ``FileError`` that names the line, and the field where there is one, if a record has
  /// another number of fields than the first, a quote is left open, a text is not UTF-8, or a
  /// column asked to be numeric holds a text.
  ///
  /// - Parameters:
  ///   - separator: detected from the first records if nil. A line end, a quote, or what stands in
  ///     numbers and words is refused.
  ///   - header: whether the first record names the columns; if nil, it does if none of its fields
  ///     is a number.
  ///   - types: kinds of columns, by name; a column not named here is numeric if all its values are
  ///     numbers. Without a header the names are "column 1", "column 2", ...
  ///   - missing: texts that stand for no value.
  public static func table(
    at path: String, separator: Character? = nil, header: Bool? = nil,
    types: [String: Table.Kind] = [:], missing: [String] = CSV.missing
  ) throws(FileError) -> Table {
    try table(
      from: ByteSource(path: path), separator: separator, header: header, types: types,
      missing: missing)
  }

  /// Reads a table from bytes.
  ///
  /// - Parameter name: what messages call it.
  public static func table(
    from bytes: [UInt8], name: String = "CSV", separator: Character? = nil, header: Bool? = nil,
    types: [String: Table.Kind] = [:], missing: [String] = CSV.missing
  ) throws(FileError) -> Table {
    try table(
      from: ByteSource(bytes, name: name), separator: separator, header: header, types: types,
      missing: missing)
  }

  private static func table(
    from source: ByteSource, separator: Character?, header: Bool?, types: [String: Table.Kind],
    missing: [String]
  ) throws(FileError) -> Table {
    if let separator, !isSeparator(separator) {
      throw source.malformed(
        "\(separator.debugDescription) cannot separate fields: it ends lines, quotes texts or "
          + "stands in numbers and words; use one as ',', ';', '|' or a tab")
    }
    if let other = FileKind.other(than: try source.start()) {
      throw source.malformed(other.problem(insteadOf: "a table"))
    }
    let missing = MissingValues(missing)
    let dialect = try Dialect(
      of: source, separator: separator?.asciiValue, header: header, missing)
    if let name = types.keys.sorted().first(where: { !dialect.names.contains($0) }) {
      throw source.malformed("there is no column \(name.quoted) whose type could be set")
    }
    var columns = zip(dialect.names, dialect.kinds).map { name, kind in
      ColumnBuilder(name: name, kind: types[name] ?? kind, isFixed: types[name] != nil)
    }
    let lines = try read(source, dialect, missing, into: &columns)
    let late = columns.indices.filter { columns[$0].mustStartAgain }
    if !late.isEmpty {
      var again = late.map {
        ColumnBuilder(name: columns[$0].name, kind: .categorical, isFixed: true)
      }
      _ = try read(source, dialect, missing, into: &again, at: late)
      for (index, column) in late.enumerated() { columns[column] = again[index] }
    }
    return Table(
      file: source.name, columns: columns.map { $0.column() }, rowCount: lines.count, lines: lines)
  }

  /// One byte that is no part of a line's end, of a quoted text, of a number or of a word. (CR LF
  /// is one character to Swift.)
  private static func isSeparator(_ separator: Character) -> Bool {
    separator.isASCII && !separator.isNewline && !separator.isLetter && !separator.isNumber
      && !"\"\0.+-".contains(separator)
  }

  /// Reads all records into columns and returns the line of each.
  ///
  /// - Parameter positions: the fields that the columns stand at; all if nil.
  private static func read(
    _ source: ByteSource, _ dialect: Dialect, _ missing: MissingValues,
    into columns: inout [ColumnBuilder], at positions: [Int]? = nil
  ) throws(FileError) -> [Int32] {
    let positions = positions ?? Array(columns.indices)
    var reader = try RecordReader(source, separator: dialect.separator)
    if dialect.hasHeader { _ = try reader.next() }
    var lines: [Int32] = []
    while try reader.next() {
      guard reader.fields.count == dialect.names.count else {
        throw reader.error(
          "expected \(fieldCount(dialect.names.count)), found \(reader.fields.count)",
          line: reader.line)
      }
      for (index, position) in positions.enumerated() {
        try columns[index].append(position, of: reader, missing)
      }
      guard let line = Int32(exactly: reader.line) else {
        throw reader.error("more lines than can be counted", line: reader.line)
      }
      lines.append(line)
    }
    return lines
  }

  private static func fieldCount(_ count: Int) -> String {
    count == 1 ? "1 field" : "\(count) fields"
  }
}
