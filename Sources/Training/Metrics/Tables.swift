// SPDX-License-Identifier: Apache-2.0

/// Rows of one length as text: the first column at its left, the others at their right, two spaces
/// between them and none at the ends of lines.
func alignedTable(_ rows: [[String]]) -> String {
  guard let first = rows.first else { return "" }
  let widths = first.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
  return rows.map { row in
    let cells = row.indices.map { column in
      column == 0
        ? row[column] + String(repeating: " ", count: widths[column] - row[column].count)
        : row[column].padded(to: widths[column])
    }
    return String(cells.joined(separator: "  ").trimmingSuffix(while: \.isWhitespace))
  }.joined(separator: "\n")
}

extension String {
  /// With spaces in front.
  func padded(to width: Int) -> String {
    String(repeating: " ", count: max(width - count, 0)) + self
  }

  fileprivate func trimmingSuffix(while condition: (Character) -> Bool) -> Substring {
    self[..<(lastIndex { !condition($0) }.map(index(after:)) ?? startIndex)]
  }
}

extension Double {
  /// Whole numbers without a point, others with four decimals: a sum of weights.
  var asCount: String {
    self == rounded() && magnitude < 1e15 ? "\(Int(self))" : written(decimals: 4)
  }

  /// With so many decimals, rounded like C's `printf`: the exact number to the nearest, ties to
  /// even.
  func written(decimals: Int) -> String {
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let scaled = magnitude * scale
    guard scaled < 1e15 else { return "\(self)" }
    var whole = scaled.rounded(.toNearestOrEven)
    // Where rounding made a tie of the product, what was lost says on which side it stands.
    let lost = (-scaled).addingProduct(magnitude, scale), below = scaled.rounded(.down)
    if scaled - below == 0.5, lost != 0 { whole = lost > 0 ? below + 1 : below }
    let digits = "\(Int(whole))", missing = max(decimals + 1 - digits.count, 0)
    let padded = String(repeating: "0", count: missing) + digits
    let number = decimals == 0 ? padded : "\(padded.dropLast(decimals)).\(padded.suffix(decimals))"
    return sign == .minus && self != 0 ? "-\(number)" : number
  }
}
