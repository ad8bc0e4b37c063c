// SPDX-License-Identifier: Apache-2.0

/// Tables as text: CSV and its kin, separated by commas, tabs, semicolons or bars.
///
/// Source: RFC 4180, "Common format and MIME type for comma-separated values files"; beyond it
/// lines may end in LF or CR, empty lines are skipped, spaces around fields are dropped, and a
/// first line such as `sep=;` names the separator.
///
/// A file is read twice, first to see what is in it. A table takes at most four times the memory of
/// its file, and has at most 100,000 columns.
public enum CSV {
  /// Texts that stand for no value, in upper or lower case.
  public static let missing = ["", "NA", "NaN", "?"]

  /// Reads a file in UTF-8, with or without a byte order mark.
  ///
  /// ```swift
  /// let table = try CSV.table(at: "prices.csv", types: ["postcode": .categorical])
  /// for column in table.columns { print(column.name, column.kind, column.missingCount) }
  /// // price numeric 1
  /// // postcode categorical 0
  /// ```
  ///
  /// Throws a ``FileError`` that names the line, and the field where there is one, if a record has
  /// another number of fields than the first, a quote is left open, a text is not UTF-8, or a
  /// column asked to be numeric holds a text; and if several separators cut the records equally
  /// well, or the first record may be names as well as values.
  ///
  /// Tables that people wrote, with decimal commas, currencies, dates and stray texts, are read
  /// with ``Reading/tolerant``:
  ///
  /// ```swift
  /// let text = "day;price;rooms\n31.12.2023;1.250,00 €;4\n1.2.2024;980,50 €;n/a\n"
  /// let table = try CSV.table(from: Array(text.utf8), reading: .tolerant)
  /// for column in table.columns { print(column.name, column.kind, column.notation) }
  /// // day numeric date
  /// // price numeric currency
  /// // rooms numeric plain
  /// if case .numeric(let prices) = table.columns[1].values { print(prices) }
  /// // [1250.0, 980.5]
  /// print(table.columns[2])
  /// // rooms: numeric (decimal comma), 1 missing, 1 of them no such number: "n/a" in line 3
  /// ```
  ///
  /// - Parameters:
  ///   - separator: detected from the first records if nil. A line end, a quote, or what stands in
  ///     numbers and words is refused.
  ///   - decimal: what stands before decimals, "." or ","; if nil, a point in the exact reading,
  ///     and what the numbers say in the tolerant one.
  ///   - dayFirst: whether 3/4/2024 is 3 April, in the tolerant reading; what the dates say if nil.
  ///   - header: whether the first record names the columns. If nil, it does if a text stands in it
  ///     above numbers, or if it holds no number and no text in figures above others; a number in
  ///     figures makes it values otherwise.
  ///   - skip: how many lines stand before the table: a title, or comments.
  ///   - comment: what begins lines that are none of the table's, wherever they stand.
  ///   - types: kinds of columns, by name; a column not named here is numeric if all its values are
  ///     numbers, or most in the tolerant reading. Without a header the names are "column 1", ...
  ///   - notations: what numbers of columns are, by name, in the tolerant reading.
  ///   - spellings: all of how numbers of columns are written, by name, in the tolerant reading:
  ///     whatever the file says.
  ///   - missing: texts that stand for no value; a number does so however it is written.
  ///   - reading: what counts as a number, and what becomes of a text among numbers.
  public static func table(
    at path: String, separator: Character? = nil, decimal: Character? = nil,
    dayFirst: Bool? = nil, header: Bool? = nil, skip: Int = 0, comment: Character? = nil,
    types: [String: Table.Kind] = [:], notations: [String: Table.Notation] = [:],
    spellings: [String: Table.Spelling] = [:], missing: [String] = CSV.missing,
    reading: Reading = .exact
  ) throws(FileError) -> Table {
    let options = TableOptions(
      separator: separator, decimal: decimal, isDayFirst: dayFirst, header: header, skip: skip,
      comment: comment, types: types, notations: notations, spellings: spellings, missing: missing,
      reading: reading)
    return try TableReader(ByteSource(path: path), options).table()
  }

  /// Reads a table from bytes.
  ///
  /// - Parameter name: what messages call it.
  public static func table(
    from bytes: [UInt8], name: String = "CSV", separator: Character? = nil,
    decimal: Character? = nil, dayFirst: Bool? = nil, header: Bool? = nil, skip: Int = 0,
    comment: Character? = nil, types: [String: Table.Kind] = [:],
    notations: [String: Table.Notation] = [:], spellings: [String: Table.Spelling] = [:],
    missing: [String] = CSV.missing, reading: Reading = .exact
  ) throws(FileError) -> Table {
    let options = TableOptions(
      separator: separator, decimal: decimal, isDayFirst: dayFirst, header: header, skip: skip,
      comment: comment, types: types, notations: notations, spellings: spellings, missing: missing,
      reading: reading)
    return try TableReader(ByteSource(bytes, name: name), options).table()
  }
}
