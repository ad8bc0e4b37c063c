// SPDX-License-Identifier: Apache-2.0

/// How much room text takes, without asking a font: an upper estimate for fonts of one width.
package enum TextMetrics {
  /// The width of a line in pixels.
  package static func width(of line: String, size: Double) -> Double {
    line.unicodeScalars.reduce(0) { $0 + advance($1) } * size
  }

  /// In units of the font's size: 0.6 for fonts of one width, the double for East Asian characters
  /// and pictures.
  private static func advance(_ scalar: Unicode.Scalar) -> Double {
    if scalar.properties.generalCategory == .nonspacingMark { return 0 }
    return scalar.value < 0x1100 || 0x1D00...0x2E7F ~= scalar.value ? 0.62 : 1.3
  }

  /// A text in lines of at most so many characters, broken at spaces where there are any.
  package static func wrapped(_ text: String, columns: Int) -> [String] {
    var lines: [String] = [], line = ""
    for word in text.split(separator: " ", omittingEmptySubsequences: false) {
      var word = String(word)
      if !line.isEmpty, line.count + 1 + word.count > columns {
        lines.append(line)
        line = ""
      }
      while word.count > columns {
        lines.append(String(word.prefix(columns)))
        word = String(word.dropFirst(columns))
      }
      line += (line.isEmpty ? "" : " ") + word
    }
    return line.isEmpty && !lines.isEmpty ? lines : lines + [line]
  }
}
