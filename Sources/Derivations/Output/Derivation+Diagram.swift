// SPDX-License-Identifier: Apache-2.0

import PullbackDrawing
import PullbackTensors

extension Derivation {
  /// A picture: the forward pass, and beside it the backward pass, shapes on the arrows.
  public var svg: String { diagram.svg }

  /// The same in the language of Graphviz: `dot -Tsvg`.
  public var dot: String { diagram.dot }

  /// Each x.g stands in the row of its x, so that one pass runs down and the other up.
  package var diagram: Diagram {
    var diagram = Diagram(panels: ["forward ↓", "backward ↑"])
    let rows = rows
    let wanted = Set(backward.compactMap(\.owner))
    var boxes: [String: Int] = [:], derivatives: [String: Int] = [:]
    for input in inputs {
      let kind: Diagram.Kind = wanted.contains(input.name) ? .wanted : .given
      boxes[input.name] = diagram.add(
        .init([input.name], note: "\(input.shape)", kind: kind, panel: 0, row: rows[input.name]!))
    }
    for line in forward {
      boxes[line.name] = diagram.add(
        .init([line.equation], note: line.note, kind: .calculated, panel: 0, row: rows[line.name]!))
    }
    // Parts of a formula stand in the box that they are for.
    var parts: [String] = []
    let inputNames = Set(inputs.map(\.name))
    for line in backward {
      parts.append(line.equation)
      guard let owner = line.owner else { continue }
      let kind: Diagram.Kind = inputNames.contains(owner) ? .answer : .derivative
      derivatives[owner] = diagram.add(
        .init(parts, note: line.note, kind: kind, panel: 1, row: rows[owner]!))
      parts = []
    }
    let shapes = Dictionary(
      inputs.map { ($0.name, $0.shape) } + forward.map { ($0.name, $0.shape) },
      uniquingKeysWith: { first, _ in first })
    func connect(_ line: Line, _ target: Int, _ sources: [String: Int]) {
      for source in line.sources {
        diagram.add(.init(from: sources[source]!, to: target, shapes[source]!.description))
      }
    }
    for line in forward { connect(line, boxes[line.name]!, boxes) }
    for line in backward {
      if let owner = line.owner { connect(line, derivatives[owner]!, derivatives) }
    }
    if let loss = forward.last?.name, let derivative = derivatives[loss] {
      diagram.add(.init(from: boxes[loss]!, to: derivative, ""))
    }
    return diagram
  }

  /// The row of each tensor: one below what it follows from; inputs just above their first use.
  private var rows: [String: Int] {
    var rows: [String: Int] = [:]
    var firstUses: [String: Int] = [:]
    for line in forward {
      let row = 1 + (line.sources.compactMap { rows[$0] }.max() ?? 0)
      rows[line.name] = row
      for source in line.sources { firstUses[source] = Swift.min(firstUses[source] ?? row, row) }
    }
    for input in inputs { rows[input.name] = (firstUses[input.name] ?? 1) - 1 }
    return rows
  }
}

extension Derivation.Line {
  fileprivate var note: String {
    var note = "\(shape)  \(operations.abbreviated) FLOP"
    if let check { note += "  error \(check.relativeError.asError)" }
    if let check, !check.kinks.isEmpty { note += " (kink)" }
    return note
  }
}
