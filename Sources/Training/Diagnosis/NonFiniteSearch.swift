// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// Finds where a number that is not finite came from: the first node with such a number, on a way to the
/// result that has one, that is computed of finite numbers alone.
struct NonFiniteSearch {
  private let graph: StepGraph
  private let summaries: [NumberSummary]
  private let formula: WrittenFormula

  init(_ graph: StepGraph) {
    self.graph = graph
    summaries = graph.order.nodes.map { NumberSummary(of: Value($0)) }
    formula = WrittenFormula(
      order: graph.order,
      names: graph.parameters.merging(
        graph.examples.map { ($0.position, $0.name) }, uniquingKeysWith: { _, name in name }))
  }

  /// What was found; nil if the loss and all gradients are finite.
  func origin() -> (origin: NonFiniteOrigin, rows: [Int]?)? {
    let results = [graph.lossPosition] + graph.gradients.map(\.position)
    guard let result = results.first(where: { !summaries[$0].isFinite }) else { return nil }
    let position = source(of: result)
    return (origin(at: position), rows(at: position))
  }

  /// The nodes that are not finite on the ways to a result, the first one first.
  private func nonFinite(below result: Int) -> [Int] {
    var found: Set = [result], pending = [result]
    while let position = pending.popLast() {
      for input in graph.inputs(of: position) where !summaries[input].isFinite {
        if found.insert(input).inserted { pending.append(input) }
      }
    }
    return found.sorted()
  }

  private func source(of result: Int) -> Int {
    let found = nonFinite(below: result)
    // An infinite number that was written down is meant: a mask.
    let made = found.first { position in
      !isWritten(position) && graph.inputs(of: position).allSatisfy { summaries[$0].isFinite }
    }
    // With such numbers alone, where they first made a NaN.
    let firstNaN = found.first { position in
      summaries[position].hasNaN && graph.inputs(of: position).allSatisfy { !summaries[$0].hasNaN }
    }
    return made ?? firstNaN ?? found[0]
  }

  private func isWritten(_ position: Int) -> Bool {
    if case .number = graph.order[position].notation { true } else { false }
  }

  private func origin(at position: Int) -> NonFiniteOrigin {
    let node = graph.order[position], inputs = graph.inputs(of: position)
    let faults = Value(node).doubles.filter(isFault(at: position))
    let forward = graph.differentiated(position)
    let written = formula(position)
    return NonFiniteOrigin(
      phase: inputs.isEmpty ? .data : forward == nil ? .forward : .backward,
      layer: graph.layers[forward ?? position],
      operation: inputs.isEmpty ? "data" : node.operation.name,
      formula: forward.map { "\(written), for the gradient of \(formula($0))," } ?? written,
      shape: node.shape, count: faults.count, value: faults.first ?? .nan,
      inputs: inputs.map {
        .init(
          formula: formula($0), shape: graph.order[$0].shape, range: summaries[$0].range)
      })
  }

  /// The places in the batch of the examples that have the numbers; nil if they cannot be told.
  private func rows(at position: Int) -> [Int]? {
    guard graph.hasRows[position] else { return nil }
    let numbers = Value(graph.order[position]).doubles, width = numbers.count / graph.count
    let isFault = isFault(at: position)
    return (0..<graph.count).filter { row in
      numbers[row * width..<(row + 1) * width].contains(where: isFault)
    }
  }

  /// What of a node's numbers is in question: where infinite ones come in, those that are none any more.
  private func isFault(at position: Int) -> (Double) -> Bool {
    graph.inputs(of: position).allSatisfy { summaries[$0].isFinite }
      ? { !$0.isFinite } : { $0.isNaN }
  }
}
