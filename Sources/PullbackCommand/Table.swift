// SPDX-License-Identifier: Apache-2.0

#if Command

/// Text in aligned columns.
struct Table {
  enum Alignment { case left, right }

  private let alignments: [Alignment]
  private var rows: [[String]]

  /// A table with its heading.
  init(_ columns: [(title: String, alignment: Alignment)]) {
    alignments = columns.map(\.alignment)
    rows = [columns.map(\.title)]
  }

  /// Adds a row: a cell for each column.
  mutating func append(_ cells: [String]) {
    precondition(cells.count == alignments.count)
    rows.append(cells)
  }

  /// The lines, columns two spaces apart, nothing behind the last one.
  var lines: [String] {
    let widths = alignments.indices.map { column in rows.map { $0[column].count }.max()! }
    return rows.map { cells in
      var line = ""
      for (column, cell) in cells.enumerated() {
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        line += column > 0 ? "  " : ""
        line += alignments[column] == .left ? cell + padding : padding + cell
      }
      while line.last == " " { line.removeLast() }
      return line
    }
  }
}

extension Double {
  /// With three significant digits; three places below 1, all of those before the point.
  var threeDigits: String {
    if self >= 100 { return "\(Int(rounded()))" }
    return decimal(self, self < 1 ? 3 : self < 10 ? 2 : 1)
  }

  /// Seconds, in the unit that leaves one to three digits before the point.
  var asTime: String {
    switch self {
    case ..<1e-6: "\((self * 1e9).threeDigits) ns"
    case ..<1e-3: "\((self * 1e6).threeDigits) µs"
    case ..<1: "\((self * 1e3).threeDigits) ms"
    default: "\(threeDigits) s"
    }
  }
}

#endif
