// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// The Jacobian that a line of the backward pass stands for: its shape, and what its entries are.
/// It is never built; the line is what is left of it after contraction with the upstream gradient.
public struct JacobianForm: Sendable {
  /// What is differentiated, and by what.
  public let output: String, input: String
  /// The axes of the output, then those of the input.
  public let shape: Shape
  /// The entries in words: "a0_i where j = k, else 0".
  public let entries: String

  /// True if the output is a scalar: the Jacobian is a gradient, and there is nothing to contract.
  let isGradient: Bool

  /// "∂s1/∂W1: [1, 2, 2, 2], a0_i where j = k, else 0; contracted, never built".
  public var description: String {
    "∂\(output)/∂\(input): \(shape), \(entries)"
      + (isGradient ? "" : "; contracted, never built")
  }
}

/// Reads the Jacobians of one line of the forward pass off its operations.
struct JacobianReader {
  private let step: LocalStep
  private let names: [String]
  private let output: String
  private let order: GraphOrder

  init(_ step: LocalStep, of entry: Int, _ forward: ForwardReading) {
    self.step = step
    names = step.inputs.map { forward.entries[$0].name }
    output = forward.entries[entry].name
    let standIns = Set(step.standIns.map(\.node.serial))
    order = GraphOrder(of: [step.result]) { standIns.contains($0.serial) }
  }

  /// For each input its Jacobian; nil where there is no derivative.
  func forms() -> [JacobianForm?] {
    var reached: [[ReverseStep.Contribution]] = Array(repeating: [], count: names.count)
    var visited: Set<UInt64> = []
    let ones = Value.full(step.result.shape, 1, step.result.elementType)
    let summed = step.pullback(of: ones) { walked in
      visited.insert(walked.node.serial)
      for contribution in walked.contributions {
        if let index = step.standIns.firstIndex(where: { $0.node === contribution.input }) {
          reached[index].append(contribution)
        }
      }
    }
    return names.indices.map { index in
      guard let sum = summed[index] else { return nil }
      return JacobianForm(
        output: output, input: names[index],
        shape: step.result.shape + step.standIns[index].shape,
        entries: entries(index, visited, sum: sum, contributions: reached[index]),
        isGradient: step.result.rank == 0)
    }
  }

  private var table: FormulaTable {
    var table = FormulaTable()
    for (standIn, name) in zip(step.standIns, names) { table[standIn.node] = .name(name) }
    table[step.result.node] = table[step.result.node] ?? .name(output)
    return table
  }

  private func text(_ value: Value) -> String {
    var table = table
    let formula = table.formula(of: value)
    // What is the same for all elements is said once.
    if case .stretched(let inner, _) = formula { return inner.text }
    if case .arranged(let inner, _) = formula, inner.isMadeOfNumbers { return inner.text }
    return formula.text
  }

  private func entries(
    _ index: Int, _ visited: Set<UInt64>, sum: Value, contributions: [ReverseStep.Contribution]
  ) -> String {
    let x = step.standIns[index], y = step.result
    if y.rank == 0 { return x.rank == 0 ? text(sum) : "the gradient itself, \(text(sum))" }
    let path = path(from: x, visited)
    let kinds = Set(path.map(\.reach))
    // Each element of x reaches one of y: entries are what a cotangent of ones brings back.
    if kinds.isSubset(of: [.same]) {
      let diagonal = text(sum)
      return diagonal == "1" ? "the identity" : "diagonal, \(diagonal)"
    }
    if kinds.isSubset(of: [.same, .stretched]), contributions.count == 1,
      x.shape.broadcast(with: y.shape) == y.shape
    {
      return text(contributions[0].stretched) + agreement(x.shape, y.shape)
    }
    if kinds.isSubset(of: [.same, .reduced]) {
      return "\(text(sum)) where the axes kept agree, else 0"
    }
    if kinds.isSubset(of: [.same, .moved]) {
      return "\(text(sum)) where the element came from, else 0"
    }
    let others = path.filter { !$0.passesOn && !isRepeatedForBatches($0.node, x, path) }
    if others.count == 1, let special = product(others[0].node, path, x) { return special }
    if contributions.count > 1 { return "the sum of those of its \(contributions.count) uses" }
    let names = others.map(\.node.operation.name)
    return names.count == 1
      ? "that of \(names[0])" : "the product of those of \(names.joined(separator: ", "))"
  }

  /// A node through which x reaches the result, and how.
  private struct Passage {
    let node: Node
    let reach: Node.Reach
    /// True if its derivative for what comes from x is the cotangent itself.
    let passesOn: Bool
  }

  /// The nodes through which x reaches the result in a differentiable way.
  ///
  /// - Parameter visited: where the way back came along: not behind detached tensors.
  private func path(from x: Value, _ visited: Set<UInt64>) -> [Passage] {
    var depends: Set<UInt64> = [x.node.serial], path: [Passage] = []
    for node in order.nodes where visited.contains(node.serial) {
      let reached = node.inputs.values.map { depends.contains($0.node.serial) }
      if reached.contains(true) {
        depends.insert(node.serial)
        path.append(
          Passage(node: node, reach: node.reach(from: reached), passesOn: node.passesOn(reached)))
      }
    }
    return path
  }

  /// For x stretched to y: which index of y each axis of x shares.
  private func agreement(_ x: Shape, _ y: Shape) -> String {
    let (own, ofOutput) = (indices(of: x, "ij"), indices(of: y, "rk"))
    let stretched = x.stretchedAxes(to: y)
    let shared = x.indices.compactMap { axis -> String? in
      let place = axis + y.rank - x.rank
      if stretched.contains(place) || x[axis] == 1 { return nil }
      return "\(own[axis]) = \(ofOutput[place])"
    }
    return shared.isEmpty ? "" : " where " + shared.joined(separator: ", ") + ", else 0"
  }

  /// i, j for an input and r, k for an output, counted from the last axis.
  private func indices(of shape: Shape, _ letters: String) -> [String] {
    let last = Array(letters).suffix(Swift.min(2, shape.rank)).map(String.init)
    let leading = (0..<Swift.max(shape.rank - 2, 0)).map { "\(letters.first!)\($0)" }
    return leading + last
  }

  /// True for x repeated for each matrix of a batch, for nothing but a product.
  private func isRepeatedForBatches(_ node: Node, _ x: Value, _ path: [Passage]) -> Bool {
    guard case .stretched = node.notation, node.inputs[0].node === x.node else {
      return false
    }
    let users = path.filter { $0.node.inputs.values.contains { $0.node === node } }
    guard users.count == 1, case .contraction(let batchRank) = users[0].node.operation else {
      return false
    }
    return x.shape.stretchedAxes(to: node.shape).sorted.allSatisfy { $0 < batchRank }
  }

  /// The Jacobian of a product or a gather that nothing else changes entries of.
  private func product(_ node: Node, _ path: [Passage], _ x: Value) -> String? {
    var table = table
    switch node.notation {
    case .matmul:
      let batchRank = node.shape.rank - 2
      let (a, b) = (node.inputs[0], node.inputs[1])
      func isRepeated(_ operand: Value) -> Bool { isRepeatedForBatches(operand.node, x, path) }
      func isX(_ operand: Value) -> Bool { operand.node === x.node || isRepeated(operand) }
      func element(_ operand: Value) -> Formula {
        let formula = table.formula(of: operand)
        if batchRank > 0, case .stretched(let matrix, _) = formula { return matrix }
        return formula
      }
      func written(_ operand: Value, _ indices: String) -> String {
        let formula = element(operand)
        switch formula {
        case .name(let name): return "\(name)_\(indices)"
        case .transposed(.name(let name)): return "\(name)_\(String(indices.reversed()))"
        default: return "(\(formula.text))_\(indices)"
        }
      }
      func batch(_ operand: Value) -> (of: String, same: String) {
        if batchRank == 0 { return ("", "") }
        return isRepeated(operand) ? (" of y's matrix", "") : ("", " in the same matrix")
      }
      let hasRow = batchRank == 0 && node.shape[0] == 1
      var uses: [String] = []
      if isX(a), hasRow, !isX(b) { return Formula.transpose(element(b)).text }
      if isX(a) {
        uses.append("\(written(b, "jk"))\(batch(a).of) where i = r\(batch(a).same), else 0")
      }
      if isX(b) {
        uses.append(
          "\(written(a, hasRow ? "i" : "ri"))\(batch(b).of) where j = k\(batch(b).same), else 0")
      }
      return uses.isEmpty ? nil : uses.joined(separator: ", plus ")
    case .chosen:
      return "1 where \(table.formula(of: node.inputs[1]).text) chose the row, else 0"
    case .collected:
      return "1 where \(table.formula(of: node.inputs[1]).text) sent the row, else 0"
    case .words, .random, .number, .same, .named, .detached, .remark, .function, .minus, .opposite,
      .sum, .difference, .product, .quotient, .relation, .or, .and, .choice, .conversion,
      .reduction, .transposed, .reshaped, .stretched, .arranged, .placed, .part:
      return nil
    }
  }
}
