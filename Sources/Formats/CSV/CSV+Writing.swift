// SPDX-License-Identifier: Apache-2.0

extension CSV {
  /// Writes a table, row by row or in chunks: only what has not reached the file yet is in memory.
  ///
  /// ```swift
  /// try CSV.write(to: "guesses.csv", names: ["town", "price"]) { writer in
  ///   try writer.write(row: [.text("Ulm, \"new\""), .number(1250.5)])
  ///   try writer.write(columns: [.texts(["Bonn", "Köln"]), .numbers([3, .nan])])
  /// }
  /// let table = try CSV.table(at: "guesses.csv")
  /// print(table)
  /// // guesses.csv: 3 rows:
  /// //   town: categorical, 3 texts
  /// //   price: numeric, 1 missing
  /// ```
  ///
  /// A number is the shortest text that reads back as the same Double, a missing one (NaN) an empty
  /// field. Texts are put in quotes where they must be (RFC 4180). The file appears whole or not at
  /// all: if anything is thrown, what stood there before still does.
  ///
  /// Throws what the body throws, and a ``FileError`` if the file cannot be written or the names
  /// cannot be told apart.
  ///
  /// - Parameters:
  ///   - names: the first record.
  ///   - separator: as for reading, a character of ASCII that is no part of numbers or words.
  public static func write(
    to path: String, names: [String], separator: Character = ",",
    _ body: (Writer) throws -> Void
  ) throws {
    var thrown: (any Error)?
    do throws(FileError) {
      try AtomicFile.write(to: path) { (file) throws(FileError) in
        let writer = try Writer(names, separator, file: path) { (bytes) throws(FileError) in
          try file.write(bytes)
        }
        do {
          try body(writer)
        } catch {
          thrown = error
          throw FileError(.unwritable, in: path, "its rows were not all there")
        }
        try writer.flush()
      }
    } catch {
      throw thrown ?? error
    }
  }

  /// Writes a table to an open descriptor, such as 1 for standard output; it stays open. Call
  /// ``Writer/flush()`` where somebody waits for rows.
  ///
  /// - Parameter name: what messages call it.
  public static func write(
    toDescriptor descriptor: Int32, name: String = "standard output", names: [String],
    separator: Character = ",", _ body: (Writer) throws -> Void
  ) throws {
    let writer = try Writer(names, separator, file: name) { (bytes) throws(FileError) in
      try send(bytes.span, to: descriptor, named: name)
    }
    try body(writer)
    try writer.flush()
  }
}
