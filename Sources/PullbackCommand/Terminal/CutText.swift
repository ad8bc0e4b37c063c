// SPDX-License-Identifier: Apache-2.0

#if Command

import Pullback

/// Rows in aligned columns. Where they are wider than a line, the cells of one column are cut.
func fittedTable(_ rows: [[String]], textColumns: Int = 1, cutting column: Int = 0) -> String {
  guard let first = rows.first else { return "" }
  let widths = first.indices.map { place in rows.map { $0[place].count }.max()! }
  let excess = widths.reduce(0, +) + 2 * (widths.count - 1) - Console.width
  if excess <= 0 { return alignedTable(rows, textColumns: textColumns) }
  let width = max(widths[column] - excess, min(widths[column], 8))
  let cut = rows.map { row in
    var row = row
    row[column] = row[column].cut(to: width)
    return row
  }
  return alignedTable(cut, textColumns: textColumns)
}

extension String {
  /// A path, or a name that must be whole, without what would move the cursor.
  var printable: String {
    printable(keepingLines: false)
  }

  /// Text from a file on one line, not longer than `width`: what is cut ends in "...".
  func cut(to width: Int) -> String {
    let line = shortened
    return line.count > width ? line.prefix(max(width - 3, 0)) + "..." : line
  }

  /// Each line as long as that of a terminal at most.
  func linesWrapped() -> String {
    split(separator: "\n", omittingEmptySubsequences: false).map { String($0).wrapped() }
      .joined(separator: "\n")
  }

  /// Words on lines of at most `width` characters; those after the first are indented.
  func wrapped(to width: Int = Console.width, indent: Int = 2) -> String {
    var lines: [String] = [], line = ""
    for word in split(separator: " ", omittingEmptySubsequences: false) {
      if !line.isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = String(repeating: " ", count: indent) + word
      } else {
        line += lines.isEmpty && line.isEmpty ? "\(word)" : " \(word)"
      }
    }
    return (lines + [line]).joined(separator: "\n")
  }
}

#endif
