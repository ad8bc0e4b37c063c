// SPDX-License-Identifier: Apache-2.0

extension Diagram {
  /// The diagram as a picture.
  package var svg: String {
    let layout = DiagramLayout(self)
    var svg = SVG()
    for (title, panel) in zip(panels, layout.panels) {
      svg.text(
        title, x: panel.x + panel.width / 2, y: DiagramLayout.margin + 16,
        size: DiagramLayout.titleSize, anchor: .middle, isBold: true, isMonospaced: false)
    }
    for (arrow, route) in zip(arrows, layout.routes) where !route.isEmpty {
      let color = boxes[arrow.target].kind.ink
      svg.path(curve(route), .init(stroke: color, width: 1.3))
      svg.path(head(route), .init(fill: color))
    }
    for (arrow, frame) in zip(arrows, layout.labels) where frame.width > 0 {
      svg.text(
        arrow.label, x: frame.x, y: frame.y + frame.height / 2 + 3.5,
        size: DiagramLayout.labelSize, color: "#4b5563")
    }
    for (box, frame) in zip(boxes, layout.frames) { draw(box, frame, &svg) }
    return svg.document(width: layout.width, height: layout.height)
  }

  private func draw(_ box: Box, _ frame: Rectangle, _ svg: inout SVG) {
    svg.rectangle(
      frame, rounding: 5, .init(fill: box.kind.paper, stroke: box.kind.ink, width: 1.3))
    let center = frame.x + frame.width / 2
    // Three quarters of a line are above the letters' feet.
    var y = frame.y + DiagramLayout.inset.y + DiagramLayout.lineHeight * 0.75
    for line in box.lines {
      svg.text(line, x: center, y: y, size: DiagramLayout.textSize, anchor: .middle)
      y += DiagramLayout.lineHeight
    }
    if !box.note.isEmpty {
      svg.text(
        box.note, x: center, y: y, size: DiagramLayout.noteSize, anchor: .middle,
        color: "#6b7280")
    }
  }

  /// Straight along rows, bent between them.
  private func curve(_ route: [DiagramLayout.Point]) -> String {
    func written(_ point: DiagramLayout.Point) -> String {
      "\(SVG.number(point.x)) \(SVG.number(point.y))"
    }
    var path = "M \(written(route[0]))"
    for (from, to) in zip(route, route.dropFirst()) {
      if from.x == to.x || from.y == to.y {
        path += " L \(written(to))"
      } else {
        let middle = SVG.number((from.y + to.y) / 2)
        path +=
          " C \(SVG.number(from.x)) \(middle), \(SVG.number(to.x)) \(middle), \(written(to))"
      }
    }
    return path
  }

  /// A triangle at the end of a line.
  private func head(_ route: [DiagramLayout.Point]) -> String {
    let tip = route[route.count - 1], before = route[route.count - 2]
    let isAcross = before.y == tip.y && before.x != tip.x
    // Lines meet boxes from above or below also where the last piece has no length.
    let isDown = before.y != tip.y ? before.y < tip.y : route[0].y < tip.y
    let length = 7.0, half = 3.5
    func corner(_ along: Double, _ beside: Double) -> String {
      let sign = isAcross ? (before.x < tip.x ? -1.0 : 1) : isDown ? -1.0 : 1
      let (dx, dy) = isAcross ? (sign * along, beside) : (beside, sign * along)
      return "\(SVG.number(tip.x + dx)) \(SVG.number(tip.y + dy))"
    }
    return "M \(corner(0, 0)) L \(corner(length, -half)) L \(corner(length, half)) Z"
  }
}

extension Diagram.Kind {
  /// The colour of lines and borders.
  package var ink: String {
    switch self {
    case .given: "#6b7280"
    case .wanted: "#a16207"
    case .calculated: "#1d4ed8"
    case .derivative: "#be123c"
    case .answer: "#7e22ce"
    }
  }

  /// The colour inside boxes.
  package var paper: String {
    switch self {
    case .given: "#f3f4f6"
    case .wanted: "#fef9c3"
    case .calculated: "#eff6ff"
    case .derivative: "#fff1f2"
    case .answer: "#f3e8ff"
    }
  }
}
