// SPDX-License-Identifier: Apache-2.0

/// Where everything in a diagram stands.
///
/// Between two rows of boxes is a row of labels; an arrow has a place of its own in each row that
/// it passes, so that nothing is drawn over boxes and labels.
package struct DiagramLayout {
  package private(set) var frames: [Rectangle]
  /// For each arrow the rectangle of its label, empty if there is none.
  package private(set) var labels: [Rectangle]
  /// For each arrow the pieces of its line from source to target: from one point to the next
  /// straight down or up, or across.
  package private(set) var routes: [[Point]]
  /// Where each panel begins, and how wide it is.
  package private(set) var panels: [(x: Double, width: Double)] = []
  package private(set) var width = 0.0, height = 0.0

  package struct Point: Sendable {
    package let x, y: Double
  }

  package static let textSize = 12.0, noteSize = 10.0, labelSize = 10.0, lineHeight = 16.0
  static let titleSize = 15.0, margin = 24.0, headingHeight = 44.0
  /// Between a box's border and its text, on each side.
  static let inset = (x: 10.0, y: 5.0)
  private static let rowGap = 14.0, labelHeight = 16.0, panelGap = 72.0, labelIndent = 4.0

  package init(_ diagram: Diagram) {
    let sizes = diagram.boxes.map(DiagramLayout.size)
    frames = [Rectangle](
      repeating: Rectangle(x: 0, y: 0, width: 0, height: 0), count: diagram.boxes.count)
    labels = [Rectangle](
      repeating: Rectangle(x: 0, y: 0, width: 0, height: 0), count: diagram.arrows.count)
    routes = [[Point]](repeating: [], count: diagram.arrows.count)

    // Rows of boxes are even, rows of labels odd.
    let rowCount = (diagram.boxes.map(\.row).max() ?? 0) * 2 + 1
    var heights = (0..<rowCount).map { $0 % 2 == 1 ? DiagramLayout.labelHeight : 0 }
    for (box, size) in zip(diagram.boxes, sizes) {
      heights[box.row * 2] = Swift.max(heights[box.row * 2], size.height)
    }
    var tops: [Double] = [], y = DiagramLayout.margin + DiagramLayout.headingHeight
    for height in heights {
      tops.append(y)
      y += height + DiagramLayout.rowGap
    }
    height = y - DiagramLayout.rowGap + DiagramLayout.margin

    var x = DiagramLayout.margin
    for (panel, title) in diagram.panels.enumerated() {
      let plan = PanelPlan(diagram, panel, sizes: sizes, rowCount: rowCount)
      let titleWidth = TextMetrics.width(of: title, size: DiagramLayout.titleSize)
      let panelWidth = Swift.max(plan.layout.width, titleWidth)
      place(plan, diagram, sizes, x: x, tops: tops, heights: heights)
      panels.append((x, panelWidth))
      x += panelWidth + DiagramLayout.panelGap
    }
    width = x - DiagramLayout.panelGap + DiagramLayout.margin
    for (index, arrow) in diagram.arrows.enumerated()
    where diagram.boxes[arrow.source].panel != diagram.boxes[arrow.target].panel {
      routes[index] = across(frames[arrow.source], frames[arrow.target])
    }
  }

  /// The line between two boxes of one row.
  private func across(_ source: Rectangle, _ target: Rectangle) -> [Point] {
    let isRight = source.x < target.x
    return [
      Point(x: isRight ? source.right : source.x, y: source.y + source.height / 2),
      Point(x: isRight ? target.x : target.right, y: target.y + target.height / 2),
    ]
  }

  private mutating func place(
    _ plan: PanelPlan, _ diagram: Diagram, _ sizes: [(width: Double, height: Double)], x: Double,
    tops: [Double], heights: [Double]
  ) {
    for (item, box) in plan.boxes.enumerated() {
      let row = diagram.boxes[box].row * 2, size = sizes[box]
      frames[box] = Rectangle(
        x: x + plan.layout.anchors[item] - size.width / 2,
        y: tops[row] + (heights[row] - size.height) / 2, width: size.width, height: size.height)
    }
    for path in plan.paths {
      let arrow = diagram.arrows[path.arrow]
      let isDown = diagram.boxes[arrow.source].row < diagram.boxes[arrow.target].row
      let upper = frames[isDown ? arrow.source : arrow.target]
      let lower = frames[isDown ? arrow.target : arrow.source]
      let (start, end) = plan.ports(of: path)
      var points: [Point] = []
      func descend(_ x: Double, from top: Double, to bottom: Double) {
        points += [Point(x: x, y: top), Point(x: x, y: bottom)]
      }
      let firstRow = path.rows.lowerBound, lastRow = path.rows.upperBound - 1
      let (startX, endX) = (upper.x + upper.width / 2 + start, lower.x + lower.width / 2 + end)
      descend(startX, from: upper.bottom, to: tops[firstRow - 1] + heights[firstRow - 1])
      for (row, item) in zip(path.rows, path.items) {
        descend(x + plan.layout.anchors[item], from: tops[row], to: tops[row] + heights[row])
      }
      descend(endX, from: tops[lastRow + 1], to: lower.y)
      routes[path.arrow] = isDown ? points : points.reversed()
      if !arrow.label.isEmpty {
        let row = isDown ? firstRow : lastRow
        let item = path.items[row - firstRow]
        labels[path.arrow] = Rectangle(
          x: x + plan.layout.anchors[item] + DiagramLayout.labelIndent, y: tops[row],
          width: TextMetrics.width(of: arrow.label, size: DiagramLayout.labelSize),
          height: heights[row])
      }
    }
  }

  static func size(of box: Diagram.Box) -> (width: Double, height: Double) {
    let text = box.lines.map { TextMetrics.width(of: $0, size: textSize) }.max() ?? 0
    let note = TextMetrics.width(of: box.note, size: noteSize)
    let lineCount = Double(box.lines.count) + (box.note.isEmpty ? 0 : 1)
    return (Swift.max(text, note) + 2 * inset.x, lineCount * lineHeight + 2 * inset.y)
  }

  /// What a place on an arrow needs: a label stands to the right of its line.
  static func extent(label: String) -> LayeredLayout.Extent {
    LayeredLayout.Extent(
      left: 3,
      right: label.isEmpty
        ? 3 : labelIndent + TextMetrics.width(of: label, size: labelSize), weight: 4)
  }
}
