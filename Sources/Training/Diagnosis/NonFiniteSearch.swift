// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// Finds where a number that is not finite came from: the first node with such a number, on a way
/// to the result that has one, that is computed of finite numbers alone.
struct NonFiniteSearch {
  private let order: GraphOrder
  private let summaries: [NumberSummary]
  let formula: WrittenFormula

  /// - Parameters:
  ///   - order: of nodes that all have their numbers.
  ///   - names: what leaves are called, by their positions.
  init(_ order: GraphOrder, names: [Int: String]) {
    self.order = order
    summaries = order.nodes.map { NumberSummary(of: Value($0)) }
    formula = WrittenFormula(order: order, names: names)
  }

  /// Whether all numbers of the node at a position are finite.
  func isFinite(_ position: Int) -> Bool { summaries[position].isFinite }

  /// Where a result that is not finite became so.
  func source(of result: Int) -> Int {
    let found = nonFinite(below: result)
    // An infinite number that was written down is meant: a mask.
    let made = found.first { position in
      !isWritten(position) && order.inputs(of: position).allSatisfy { summaries[$0].isFinite }
    }
    // With such numbers alone, where they first made a NaN.
    let firstNaN = found.first { position in
      summaries[position].hasNaN && order.inputs(of: position).allSatisfy { !summaries[$0].hasNaN }
    }
    return made ?? firstNaN ?? found[0]
  }

  /// The nodes that are not finite on the ways to a result, the first one first.
  private func nonFinite(below result: Int) -> [Int] {
    var found: Set = [result], pending = [result]
    while let position = pending.popLast() {
      for input in order.inputs(of: position) where !summaries[input].isFinite {
        if found.insert(input).inserted { pending.append(input) }
      }
    }
    return found.sorted()
  }

  private func isWritten(_ position: Int) -> Bool {
    if case .number = order[position].notation { true } else { false }
  }

  /// What there is to say of a source.
  ///
  /// - Parameter purpose: what the operation is for, if it is not the loss.
  func origin(
    at position: Int, in phase: NonFiniteOrigin.Phase, layer: String?, purpose: String? = nil
  ) -> NonFiniteOrigin {
    let node = order[position], inputs = order.inputs(of: position)
    let faults = Value(node).doubles.filter(isFault(at: position)), written = formula(position)
    return NonFiniteOrigin(
      phase: inputs.isEmpty ? .data : phase, layer: layer,
      operation: inputs.isEmpty ? "data" : node.operation.name,
      formula: purpose.map { "\(written), for \($0)," } ?? written, shape: node.shape,
      count: faults.count, value: faults.first ?? .nan,
      inputs: inputs.map {
        .init(formula: formula($0), shape: order[$0].shape, range: summaries[$0].range)
      })
  }

  /// What of a node's numbers is in question: where infinite ones come in, those that
  /// are none any more.
  func isFault(at position: Int) -> (Double) -> Bool {
    order.inputs(of: position).allSatisfy { summaries[$0].isFinite }
      ? { !$0.isFinite } : { $0.isNaN }
  }
}

extension GraphOrder {
  /// The inputs of a node, by position.
  func inputs(of position: Int) -> [Int] {
    (0..<inputCount(at: position)).map { input($0, at: position) }
  }
}

extension StepGraph {
  /// Where the first number came from that is not finite, and the places in the batch of the
  /// examples that have it, if they can be told; nil if the loss and all gradients are finite.
  func nonFiniteOrigin() -> (origin: NonFiniteOrigin, rows: [Int]?)? {
    let search = NonFiniteSearch(
      order,
      names: parameters.merging(
        examples.map { ($0.position, $0.name) }, uniquingKeysWith: { _, name in name }))
    let results = [lossPosition] + gradients.map(\.position)
    guard let result = results.first(where: { !search.isFinite($0) }) else { return nil }
    let position = search.source(of: result), forward = differentiated(position)
    let origin = search.origin(
      at: position, in: forward == nil ? .forward : .backward,
      layer: layers[forward ?? position],
      purpose: forward.map { "the gradient of \(search.formula($0))" })
    return (origin, rows(at: position, where: search.isFault(at: position)))
  }

  private func rows(at position: Int, where isFault: (Double) -> Bool) -> [Int]? {
    guard hasRows[position] else { return nil }
    let numbers = Value(order[position]).doubles, width = numbers.count / count
    return (0..<count).filter { row in
      numbers[row * width..<(row + 1) * width].contains(where: isFault)
    }
  }
}
