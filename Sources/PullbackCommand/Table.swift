// SPDX-License-Identifier: Apache-2.0

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
  /// With so many digits behind the point, 0 ... 6; for numbers of at least 0 and below 10^12.
  func fixed(_ places: Int) -> String {
    let unit = (0..<places).reduce(1) { power, _ in power * 10 }
    let scaled = Int((self * Double(unit)).rounded())
    if places == 0 { return "\(scaled)" }
    let digits = String(scaled % unit)
    return "\(scaled / unit)." + String(repeating: "0", count: places - digits.count) + digits
  }

  /// With three significant digits; three places below 1, all of those before the point.
  var threeDigits: String { fixed(self < 1 ? 3 : self < 10 ? 2 : self < 100 ? 1 : 0) }

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
