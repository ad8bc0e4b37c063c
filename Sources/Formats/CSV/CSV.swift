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
  /// - Parameters:
  ///   - separator: detected from the first records if nil. A line end, a quote, or what stands in
  ///     numbers and words is refused.
  ///   - decimal: what stands before decimals, "." or ",".
  ///   - header: whether the first record names the columns. If nil, it does if a text stands in it
  ///     above numbers, or if it holds no number and no text in figures above others; a number in
  ///     figures makes it values otherwise.
  ///   - skip: how many lines stand before the table: a title, or comments.
  ///   - types: kinds of columns, by name; a column not named here is numeric if all its values are
  ///     numbers. Without a header the names are "column 1", "column 2", ...
  ///   - missing: texts that stand for no value.
  public static func table(
    at path: String, separator: Character? = nil, decimal: Character = ".", header: Bool? = nil,
    skip: Int = 0, types: [String: Table.Kind] = [:], missing: [String] = CSV.missing
  ) throws(FileError) -> Table {
    try TableReader(
      ByteSource(path: path), separator, decimal, header, skip, types, missing
    ).table()
  }

  /// Reads a table from bytes.
  ///
  /// - Parameter name: what messages call it.
  public static func table(
    from bytes: [UInt8], name: String = "CSV", separator: Character? = nil,
    decimal: Character = ".", header: Bool? = nil, skip: Int = 0,
    types: [String: Table.Kind] = [:], missing: [String] = CSV.missing
  ) throws(FileError) -> Table {
    try TableReader(
      ByteSource(bytes, name: name), separator, decimal, header, skip, types, missing
    ).table()
  }
}
