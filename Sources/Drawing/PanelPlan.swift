// SPDX-License-Identifier: Apache-2.0

/// One panel as items in rows: its boxes, and a place for each arrow in each row that it passes.
struct PanelPlan {
  /// The way of an arrow from its upper to its lower box.
  struct Path {
    let arrow: Int
    let upper, lower: Int
    /// The rows between the boxes.
    let rows: Range<Int>
    /// The place in each of them.
    let items: [Int]
  }

  /// The diagram's boxes that items 0, 1, ... stand for.
  let boxes: [Int]
  let paths: [Path]
  let layout: LayeredLayout
  private let widths: [Double]

  init(
    _ diagram: Diagram, _ panel: Int, sizes: [(width: Double, height: Double)], rowCount: Int
  ) {
    let boxes = diagram.boxes.indices.filter { diagram.boxes[$0].panel == panel }
    var rows = [[Int]](repeating: [], count: rowCount)
    var extents: [LayeredLayout.Extent] = []
    for box in boxes {
      rows[diagram.boxes[box].row * 2].append(extents.count)
      let half = sizes[box].width / 2
      extents.append(.init(left: half, right: half, weight: 1))
    }
    var paths: [Path] = [], links: [(Int, Int)] = []
    for (index, arrow) in diagram.arrows.enumerated() {
      let ends = [arrow.source, arrow.target].compactMap { boxes.firstIndex(of: $0) }
      guard ends.count == 2 else { continue }
      let isDown = diagram.boxes[arrow.source].row < diagram.boxes[arrow.target].row
      let (upper, lower) = isDown ? (ends[0], ends[1]) : (ends[1], ends[0])
      let first = diagram.boxes[boxes[upper]].row * 2 + 1
      let last = diagram.boxes[boxes[lower]].row * 2 - 1
      var items: [Int] = [], previous = upper
      for row in first...last {
        let isLabelled = row == (isDown ? first : last)
        rows[row].append(extents.count)
        links.append((previous, extents.count))
        items.append(extents.count)
        previous = extents.count
        extents.append(DiagramLayout.extent(label: isLabelled ? arrow.label : ""))
      }
      links.append((previous, lower))
      paths.append(
        Path(arrow: index, upper: upper, lower: lower, rows: first..<last + 1, items: items))
    }
    self.boxes = boxes
    self.paths = paths
    widths = boxes.map { sizes[$0].width }
    layout = LayeredLayout(LayeredOrder(rows: rows, links: links), extents: extents)
  }

  /// Where a path leaves its upper box and meets its lower one, from the middle of each: ends are
  /// spread along an edge in the order in which lines arrive, so that they do not cross there.
  func ports(of path: Path) -> (start: Double, end: Double) {
    let starting = paths.filter { $0.upper == path.upper }
      .sorted { layout.anchors[$0.items.first!] < layout.anchors[$1.items.first!] }
    let ending = paths.filter { $0.lower == path.lower }
      .sorted { layout.anchors[$0.items.last!] < layout.anchors[$1.items.last!] }
    func port(_ paths: [Path], width: Double) -> Double {
      let place = paths.firstIndex { $0.arrow == path.arrow }!
      let distance = Swift.min(28, (width - 20) / Double(paths.count))
      return (Double(place) - Double(paths.count - 1) / 2) * distance
    }
    return (port(starting, width: widths[path.upper]), port(ending, width: widths[path.lower]))
  }
}
