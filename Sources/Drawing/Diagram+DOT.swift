// SPDX-License-Identifier: Apache-2.0

extension Diagram {
  /// The diagram in the language of Graphviz, a cluster for each panel.
  package var dot: String {
    var lines = [
      "digraph {", "  rankdir=TB;",
      "  node [shape=box, style=\"rounded,filled\", "
        + "fontname=\"monospace\", fontsize=11];", "  edge [fontname=\"monospace\", fontsize=9];",
    ]
    for (panel, title) in panels.enumerated() {
      lines.append("  subgraph cluster_\(panel) {")
      lines.append("    label=\(quoted(title)); color=\"#d1d5db\";")
      for (index, box) in boxes.enumerated() where box.panel == panel {
        let text = (box.lines + (box.note.isEmpty ? [] : [box.note])).joined(separator: "\n")
        lines.append(
          "    n\(index) [label=\(quoted(text)), color=\"\(box.kind.ink)\", "
            + "fillcolor=\"\(box.kind.paper)\"];")
      }
      lines.append("  }")
    }
    for arrow in arrows {
      let color = boxes[arrow.target].kind.ink
      let isUp = boxes[arrow.source].row > boxes[arrow.target].row
      // Ranks go down: an arrow that goes up is written from its end.
      let (first, second) = isUp ? (arrow.target, arrow.source) : (arrow.source, arrow.target)
      let isAcross = boxes[arrow.source].panel != boxes[arrow.target].panel
      lines.append(
        "  n\(first) -> n\(second) [label=\(quoted(arrow.label)), color=\"\(color)\""
          + "\(isUp ? ", dir=back" : "")\(isAcross ? ", constraint=false" : "")];")
    }
    return (lines + ["}"]).joined(separator: "\n")
  }

  private func quoted(_ text: String) -> String {
    var quoted = "\""
    for character in text {
      switch character {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      default: quoted.append(character)
      }
    }
    return quoted + "\""
  }
}
