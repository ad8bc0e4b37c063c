// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

/// Named columns of numbers and categories, one row per example.
public struct Table: Sendable {
  /// The path or name that messages use.
  public let file: String
  /// The columns in the order of the file.
  public let columns: [Column]
  /// How many rows there are below the names.
  public let rowCount: Int
  /// The texts that stood for no value where it was read.
  public let missing: [String]
  private let lines: RowLines
  /// The names: their numbers are those of the columns.
  private let index: Categories

  init(
    file: String, columns: [Column], rowCount: Int, missing: [String], lines: RowLines,
    index: Categories
  ) {
    (self.file, self.columns, self.rowCount, self.missing) = (file, columns, rowCount, missing)
    (self.lines, self.index) = (lines, index)
  }

  /// What a column holds.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// Numbers, or texts of which each stands for a category.
    case numeric, categorical
  }

  /// What a column holds, row by row.
  public enum Values: Sendable {
    /// Numbers; a missing one is NaN.
    case numeric([Double])
    /// For each row the number of its category, or -1 where it is missing; the categories in
    /// the order of ``Texts``.
    case categorical([Int32], categories: Texts)
  }

  /// A column: its name, its values, and what is to be known of them before they are learned from.
  public struct Column: Sendable {
    /// The name in the first row, or one by number where the file has none.
    public let name: String
    private let contents: Contents
    /// How many rows have no value, or one that does not fit: the numbers that are NaN, the codes
    /// that are -1.
    public let missingCount: Int
    /// All values are equal: nothing can be learned from the column.
    public let isConstant: Bool
    /// Each row has a value of its own, as a number of the row or a name has: nothing that is
    /// learned from the column holds for new rows.
    public let isIdentifierLike: Bool
    /// The first row whose number a Double does not hold: a whole one such as
    /// 1234567890123456789, or 1e400; nil if there is none. The flags above know the numbers as
    /// they are written, `values` the nearest Doubles: load such a column as categorical where its
    /// numbers are names.
    public let firstRoundedRow: Int?
    let findings: Findings?

    enum Contents: Sendable {
      case numbers(Numbers)
      case categories([Int32], Texts)
    }

    init(
      name: String, contents: Contents, missingCount: Int, isConstant: Bool,
      isIdentifierLike: Bool, firstRoundedRow: Int?, findings: Findings?
    ) {
      (self.name, self.contents, self.missingCount) = (name, contents, missingCount)
      (self.isConstant, self.isIdentifierLike) = (isConstant, isIdentifierLike)
      (self.firstRoundedRow, self.findings) = (firstRoundedRow, findings)
    }

    /// The values, one for each row. Where many numbers are missing, the array is made each time.
    public var values: Values {
      switch contents {
      case .numbers(let numbers): .numeric(numbers.array)
      case .categories(let codes, let texts): .categorical(codes, categories: texts)
      }
    }

    /// Whether these are numbers or categories.
    public var kind: Kind {
      switch contents {
      case .numbers: .numeric
      case .categories: .categorical
      }
    }
  }

  /// The column of a name. Names are compared byte by byte: "é" as one character and as two are
  /// two names.
  public subscript(name: String) -> Column? { index.firstIndex(of: name).map { columns[$0] } }

  /// The line of the file on which a row, counted from 0, starts; for messages. A mistake if there
  /// is no such row.
  public func line(ofRow row: Int) -> Int {
    checkRow(row, of: rowCount, in: "line(ofRow:)", at: nil)
    return lines[row]
  }

  /// The numbers of the categories of a column: [rows], and what they stand for.
  ///
  /// Classes that are numbers are in the order of the numbers, so where they are 0, 1, 2, ... each
  /// label is the number of its class.
  ///
  /// Throws if there is no such column, if it is numeric, or if a value is missing.
  public func labels(
    of name: String
  ) throws(FileError) -> (labels: Tensor<Int32>, classes: [String]) {
    guard case .categorical(let codes, let categories) = try column(name).values else {
      throw FileError(
        .malformed, in: file,
        "the column \(name.quoted) is numeric; load it with types: [\(name.debugDescription): "
          + ".categorical]")
    }
    if let row = codes.firstIndex(of: -1) {
      throw FileError(
        .malformed, in: file, at: .line(line(ofRow: row)), "no value in the column \(name.quoted)")
    }
    try requireMemory(4 * rowCount + 64 * categories.count, for: file)
    return (Tensor(codes), Array(categories))
  }

  func column(_ name: String) throws(FileError) -> Column {
    if let column = self[name] { return column }
    let names = columns.prefix(20).map { $0.name.quoted }.joined(separator: ", ")
    throw FileError(
      .malformed, in: file, "there is no column \(name.quoted); the columns are \(names)")
  }
}

/// Stops unless there is such a row.
package func checkRow(_ row: Int, of rowCount: Int, in operation: String, at site: CallSite?) {
  guard row < 0 || row >= rowCount else { return }
  Mistake(
    operation, "there is no row \(row): rows are 0..<\(rowCount)", fix: "count rows from 0"
  ).stop(at: site)
}
