// SPDX-License-Identifier: Apache-2.0

/// A picture in Scalable Vector Graphics: elements are added, the text is read at the end.
///
/// Source: Scalable Vector Graphics (SVG) 1.1, W3C, 2011.
package struct SVG {
  private var elements: [String] = []

  package init() {}

  /// How shapes are filled and lines are drawn.
  package struct Style {
    /// Colours; nil for shapes that are not filled, and for lines that are not drawn.
    package var fill: String?, stroke: String?
    package var width = 1.0

    package init(fill: String? = nil, stroke: String? = nil, width: Double = 1) {
      self.fill = fill
      self.stroke = stroke
      self.width = width
    }

    fileprivate var attributes: String {
      var text = "fill=\"\(fill ?? "none")\" stroke=\"\(stroke ?? "none")\""
      if stroke != nil { text += " stroke-width=\"\(SVG.number(width))\"" }
      return text
    }
  }

  package enum Anchor: String { case start, middle, end }

  package mutating func rectangle(_ frame: Rectangle, rounding: Double = 0, _ style: Style) {
    elements.append(
      "<rect x=\"\(SVG.number(frame.x))\" y=\"\(SVG.number(frame.y))\" "
        + "width=\"\(SVG.number(frame.width))\" height=\"\(SVG.number(frame.height))\" "
        + "rx=\"\(SVG.number(rounding))\" \(style.attributes)/>")
  }

  /// - Parameter path: SVG path commands.
  package mutating func path(_ path: String, _ style: Style) {
    elements.append("<path d=\"\(path)\" \(style.attributes)/>")
  }

  /// Text whose baseline starts, is centred or ends at a point.
  package mutating func text(
    _ text: String, x: Double, y: Double, size: Double, anchor: Anchor = .start,
    color: String = "#1f2937", isBold: Bool = false, isMonospaced: Bool = true
  ) {
    let family = isMonospaced ? SVG.monospaced : SVG.proportional
    elements.append(
      "<text x=\"\(SVG.number(x))\" y=\"\(SVG.number(y))\" font-family=\"\(family)\" "
        + "font-size=\"\(SVG.number(size))\" text-anchor=\"\(anchor.rawValue)\" fill=\"\(color)\""
        + "\(isBold ? " font-weight=\"bold\"" : "") xml:space=\"preserve\">"
        + "\(SVG.escaped(text))</text>")
  }

  /// The whole picture on a background.
  package func document(width: Double, height: Double, background: String = "#ffffff") -> String {
    let (width, height) = (SVG.number(width.rounded(.up)), SVG.number(height.rounded(.up)))
    return """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)" \
      viewBox="0 0 \(width) \(height)">
      <rect width="\(width)" height="\(height)" fill="\(background)"/>
      \(elements.joined(separator: "\n"))
      </svg>
      """
  }

  private static let monospaced =
    "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, 'Liberation Mono', monospace"
  private static let proportional = "system-ui, 'DejaVu Sans', Helvetica, Arial, sans-serif"

  /// With at most two decimals: a hundredth of a pixel is not seen.
  package static func number(_ number: Double) -> String {
    let hundredths = Int((number * 100).rounded())
    if hundredths % 100 == 0 { return "\(hundredths / 100)" }
    return "\(Double(hundredths) / 100)"
  }

  /// Text as XML takes it: five characters are entities, control characters are not allowed.
  package static func escaped(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&apos;"
      default:
        let isForbidden =
          scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF
        escaped.unicodeScalars.append(isForbidden ? "?" : scalar)
      }
    }
    return escaped
  }
}

/// A rectangle; y grows downwards.
package struct Rectangle: Sendable, Hashable {
  package var x, y, width, height: Double

  package init(x: Double, y: Double, width: Double, height: Double) {
    (self.x, self.y, self.width, self.height) = (x, y, width, height)
  }

  package var right: Double { x + width }
  package var bottom: Double { y + height }

  /// True if the two share more than an edge.
  package func overlaps(_ other: Rectangle) -> Bool {
    x < other.right && other.x < right && y < other.bottom && other.y < bottom
  }
}
