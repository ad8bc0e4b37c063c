// SPDX-License-Identifier: Apache-2.0

import PullbackTensors
import PullbackRuntime

/// Named columns of numbers and categories, one row per example.
public struct Table: Sendable {
  /// The path or name that messages use.
  public let file: String
  public let columns: [Column]
  public let rowCount: Int
  /// The line of the file on which each row starts.
  let lines: [Int32]

  /// What a column holds.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    case numeric, categorical
  }

  public enum Values: Sendable {
    /// Numbers; a missing one is NaN.
    case numeric([Double])
    /// For each row the number of its category, or -1 where it is missing; the categories in
    /// alphabetical order (of their UTF-8 bytes).
    case categorical([Int32], categories: [String])
  }

  public struct Column: Sendable {
    public let name: String
    public let values: Values
    /// How many rows have no value.
    public let missingCount: Int
    /// All values are equal: nothing can be learned from the column.
    public let isConstant: Bool
    /// Each row has a value of its own, as a number of the row or a name has: nothing that is
    /// learned from the column holds for new rows.
    public let isIdentifierLike: Bool

    public var kind: Kind {
      switch values {
      case .numeric: .numeric
      case .categorical: .categorical
      }
    }
  }

  /// The column of a name.
  public subscript(name: String) -> Column? { columns.first { $0.name == name } }

  /// The line of the file on which a row, counted from 0, starts; for messages. A mistake if there
  /// is no such row.
  public func line(ofRow row: Int) -> Int {
    guard lines.indices.contains(row) else {
      Mistake(
        "line(ofRow:)", "there is no row \(row): rows are 0..<\(rowCount)",
        fix: "count rows from 0"
      ).stop(at: nil)
    }
    return Int(lines[row])
  }

  /// Numeric columns side by side: [rows, columns]. Missing values are NaN.
  ///
  /// Throws if there is no such column, or if one is categorical.
  public func matrix(of names: [String]) throws(FileError) -> Tensor<Float> {
    var selected: [[Double]] = []
    for name in names {
      guard case .numeric(let numbers) = try column(name).values else {
        throw FileError(.malformed, in: file, "the column \(name.quoted) is categorical")
      }
      selected.append(numbers)
    }
    var scalars: [Float] = []
    scalars.reserveCapacity(rowCount * selected.count)
    for row in 0..<rowCount { for numbers in selected { scalars.append(Float(numbers[row])) } }
    return Tensor(shape: [rowCount, selected.count], scalars: scalars)
  }

  /// The numbers of the categories of a column: [rows], and what they stand for.
  ///
  /// Throws if there is no such column, if it is numeric, or if a value is missing.
  public func labels(
    of name: String
  ) throws(FileError) -> (labels: Tensor<Int32>, classes: [String]) {
    guard case .categorical(let codes, let categories) = try column(name).values else {
      throw FileError(
        .malformed, in: file,
        "the column \(name.quoted) is numeric; load it with types: [\"\(name)\": .categorical]")
    }
    if let row = codes.firstIndex(of: -1) {
      throw FileError(
        .malformed, in: file, at: .line(line(ofRow: row)), "no value in the column \(name.quoted)")
    }
    return (Tensor(codes), categories)
  }

  private func column(_ name: String) throws(FileError) -> Column {
    if let column = self[name] { return column }
    let names = columns.prefix(20).map { $0.name.quoted }.joined(separator: ", ")
    throw FileError(
      .malformed, in: file, "there is no column \(name.quoted); the columns are \(names)")
  }
}
