// SPDX-License-Identifier: Apache-2.0

extension String {
  /// With blanks in front until it is so wide: a number in a column.
  package func padded(to width: Int) -> String {
    String(repeating: " ", count: max(width - count, 0)) + self
  }

  /// With blanks behind until it is so wide: a word in a column.
  package func filled(to width: Int) -> String {
    self + String(repeating: " ", count: max(width - count, 0))
  }
}

/// Rows of one length as lines: the first columns at their left, the others, of numbers, at their
/// right, two blanks between them and none at the ends of lines.
package func alignedTable(_ rows: [[String]], textColumns: Int = 1) -> String {
  guard let first = rows.first else { return "" }
  let widths = first.indices.map { column in rows.map { $0[column].count }.max()! }
  return rows.map { row in
    var line = zip(row, widths).enumerated().map { column, cell in
      column < textColumns ? cell.0.filled(to: cell.1) : cell.0.padded(to: cell.1)
    }.joined(separator: "  ")
    while line.last == " " { line.removeLast() }
    return line
  }.joined(separator: "\n")
}
