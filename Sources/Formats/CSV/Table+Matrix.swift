// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

extension Table {
  /// Numeric columns side by side as Float: [rows, columns]. Missing values are NaN.
  ///
  /// A Float has some 7 digits. That a number is rounded to the nearest is no error, what is lost
  /// for good is one: whole numbers from 2^24 on that become others, as the seconds of a clock do;
  /// numbers that become equal though they differ by a part of the column's spread; and numbers
  /// beyond Float's range. ``matrix(of:as:)`` gives Double.
  ///
  /// Throws then, and if there is no such column, or one is categorical.
  public func matrix(of names: [String]) throws(FileError) -> Tensor<Float> {
    try matrix(of: names, as: Float.self)
  }

  /// Numeric columns side by side as Float or Double: [rows, columns]. Missing values are NaN.
  ///
  /// ```swift
  /// let table = try CSV.table(from: Array("t,v\n1700000001,1\n1700000002,2\n".utf8))
  /// print(try table.matrix(of: ["t"], as: Double.self).scalars)
  /// // [1700000001.0, 1700000002.0]
  /// ```
  ///
  /// Throws if there is no such column, if one is categorical, or if a number cannot be told from
  /// another one any more: see ``matrix(of:)`` for Float; for Double these are whole numbers above
  /// 2^53 that it does not hold.
  public func matrix<Scalar: FloatingPointScalar>(
    of names: [String], as _: Scalar.Type
  ) throws(FileError) -> Tensor<Scalar> {
    // The array, the tensor, and a column in order.
    try requireMemory(
      rowCount * (2 * names.count * MemoryLayout<Scalar>.stride + 24), for: file)
    var scalars = [Scalar](repeating: 0, count: rowCount * names.count)
    for (position, name) in names.enumerated() {
      let column = try column(name)
      guard case .numeric(let numbers) = column.values else {
        throw FileError(.malformed, in: file, "the column \(name.quoted) is categorical")
      }
      if let row = column.firstRoundedRow { throw rounded(name, row) }
      if Scalar.self == Float.self, let loss = FloatLoss(of: numbers) { throw error(loss, name) }
      for row in 0..<rowCount { scalars[row * names.count + position] = Scalar(numbers[row]) }
    }
    return Tensor(shape: [rowCount, names.count], scalars: scalars)
  }

  private func rounded(_ name: String, _ row: Int) -> FileError {
    FileError(
      .malformed, in: file, at: .line(line(ofRow: row)),
      "the whole number in the column \(name.quoted) has more digits than Double holds; load it "
        + "with types: [\(name.debugDescription): .categorical]")
  }

  private func error(_ loss: FloatLoss, _ name: String) -> FileError {
    let other = loss.other.map { ", as \(FloatLoss.text($0)) does" } ?? ""
    return FileError(
      .malformed, in: file, at: .line(line(ofRow: loss.row)),
      "\(FloatLoss.text(loss.number)) in the column \(name.quoted) becomes "
        + "\(FloatLoss.text(Double(Float(loss.number)))) in Float\(other); take "
        + "matrix(of:as: Double.self)")
  }
}
