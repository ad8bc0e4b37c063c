// SPDX-License-Identifier: Apache-2.0

/// Boxes in rows, and arrows between them, in panels that stand side by side.
package struct Diagram {
  package struct Box {
    /// The lines of text, wrapped; the first is the heading.
    package let lines: [String]
    /// A line below in small letters.
    package let note: String
    package let kind: Kind
    package let panel: Int
    /// Counted from the top, across all panels.
    package let row: Int

    package init(_ texts: [String], note: String, kind: Kind, panel: Int, row: Int) {
      lines = texts.flatMap { TextMetrics.wrapped($0, columns: 34) }
      self.note = note
      self.kind = kind
      self.panel = panel
      self.row = row
    }
  }

  package enum Kind: Sendable { case given, wanted, calculated, derivative, answer }

  /// An arrow between boxes of one panel in different rows, or of two panels in one row.
  package struct Arrow {
    package let source, target: Int
    package let label: String

    package init(from source: Int, to target: Int, _ label: String) {
      self.source = source
      self.target = target
      self.label = label
    }
  }

  package let panels: [String]
  package private(set) var boxes: [Box] = []
  package private(set) var arrows: [Arrow] = []

  /// - Parameter panels: their titles, from left to right.
  package init(panels: [String]) { self.panels = panels }

  /// Adds a box and gives its number.
  package mutating func add(_ box: Box) -> Int {
    precondition(panels.indices.contains(box.panel) && box.row >= 0)
    boxes.append(box)
    return boxes.count - 1
  }

  package mutating func add(_ arrow: Arrow) {
    let (source, target) = (boxes[arrow.source], boxes[arrow.target])
    precondition((source.panel == target.panel) == (source.row != target.row))
    arrows.append(arrow)
  }
}
