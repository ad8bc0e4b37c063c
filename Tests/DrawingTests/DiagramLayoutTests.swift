// SPDX-License-Identifier: Apache-2.0

import PullbackDrawing
import PullbackTestSupport
import Testing

/// Nothing in a picture covers anything else, for random diagrams of up to 60 boxes.
@Suite struct DiagramLayoutTests {
  static func random(_ seed: Int) -> Diagram {
    var random = SplitMix(seed: seed)
    var diagram = Diagram(panels: ["forward", "backward"])
    let count = 2 + random.below(28), rowCount = 2 + random.below(Swift.min(count, 12))
    for panel in 0..<2 {
      var rows: [Int: [Int]] = [:]
      for _ in 0..<count {
        let row = random.below(rowCount)
        let text = String(repeating: "x1 + ", count: random.below(16)) + "y"
        let kind = random.pick([Diagram.Kind.given, .wanted, .calculated, .derivative, .answer])
        let box = diagram.add(
          .init(
            [text], note: random.isTrue(oneIn: 3) ? "" : "[2, 3]", kind: kind, panel: panel,
            row: row))
        rows[row, default: []].append(box)
      }
      for (row, boxes) in rows.sorted(by: { $0.key < $1.key }) {
        let others = rows.filter { $0.key > row }.flatMap(\.value).sorted()
        for box in boxes where !others.isEmpty {
          for _ in 0..<random.below(3) {
            let other = random.pick(others)
            let label = random.pick(["", "[64, 784]", "[]"])
            diagram.add(
              panel == 0 ? .init(from: box, to: other, label) : .init(from: other, to: box, label))
          }
        }
      }
    }
    return diagram
  }

  @Test(arguments: 0..<40)
  func nothingOverlaps(seed: Int) {
    let diagram = Self.random(seed), layout = DiagramLayout(diagram)
    let labels = layout.labels.filter { $0.width > 0 }
    #expect(labels.count == diagram.arrows.count { !$0.label.isEmpty })
    let all = layout.frames + labels
    for (index, frame) in all.enumerated() {
      #expect(frame.x >= 0 && frame.y >= 0)
      #expect(frame.right <= layout.width && frame.bottom <= layout.height)
      #expect(!all[..<index].contains { $0.overlaps(frame) })
    }
  }

  /// Lines bend only between rows, where no box stands: no piece of one covers a box or a label.
  @Test(arguments: 0..<40)
  func linesRunAroundBoxes(seed: Int) {
    let diagram = Self.random(seed), layout = DiagramLayout(diagram)
    for (arrow, route) in zip(diagram.arrows, layout.routes) {
      #expect(route.count >= 4)
      let boxes = layout.frames.indices.filter { $0 != arrow.source && $0 != arrow.target }
      let others = boxes.map { layout.frames[$0] } + layout.labels.filter { $0.width > 0 }
      for (from, to) in zip(route, route.dropFirst()) {
        // A curve with vertical ends stays within the rectangle of its ends.
        let covered = Rectangle(
          x: Swift.min(from.x, to.x) - 0.01, y: Swift.min(from.y, to.y),
          width: abs(from.x - to.x) + 0.02, height: abs(from.y - to.y))
        #expect(!others.contains { $0.overlaps(covered) })
      }
    }
  }

  @Test(arguments: 0..<40)
  func linesBeginAndEndAtTheirBoxes(seed: Int) {
    let diagram = Self.random(seed), layout = DiagramLayout(diagram)
    for (arrow, route) in zip(diagram.arrows, layout.routes) {
      let isDown = diagram.boxes[arrow.source].row < diagram.boxes[arrow.target].row
      let source = layout.frames[arrow.source], target = layout.frames[arrow.target]
      #expect(route.first?.y == (isDown ? source.bottom : source.y))
      #expect(route.last?.y == (isDown ? target.y : target.bottom))
      #expect(route.first.map { source.x <= $0.x && $0.x <= source.right } == true)
      #expect(route.last.map { target.x <= $0.x && $0.x <= target.right } == true)
    }
  }

  @Test func textFitsIntoItsBox() {
    let diagram = Self.random(3), layout = DiagramLayout(diagram)
    for (box, frame) in zip(diagram.boxes, layout.frames) {
      for line in box.lines {
        #expect(TextMetrics.width(of: line, size: DiagramLayout.textSize) < frame.width)
      }
      #expect(Double(box.lines.count) * DiagramLayout.lineHeight < frame.height)
    }
  }

  /// A tree can be drawn without crossings, whatever the order of its boxes.
  @Test func aTreeHasNoCrossings() {
    var diagram = Diagram(panels: ["tree"])
    let leaves = (0..<8).map { _ in
      diagram.add(.init(["leaf"], note: "", kind: .given, panel: 0, row: 0))
    }
    let inner = (0..<4).map { _ in
      diagram.add(.init(["inner"], note: "", kind: .calculated, panel: 0, row: 1))
    }
    for (place, leaf) in [3, 0, 2, 1, 1, 3, 0, 2].enumerated() {
      diagram.add(.init(from: leaves[place], to: inner[leaf], ""))
    }
    let layout = DiagramLayout(diagram)
    let ends = layout.routes.map { ($0[0].x, $0[$0.count - 1].x) }
    for (index, first) in ends.enumerated() {
      for second in ends[..<index] { #expect((first.0 - second.0) * (first.1 - second.1) >= 0) }
    }
  }
}
