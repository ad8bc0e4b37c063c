// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// Reads the Jacobians of one line of the forward pass off its operations.
struct JacobianReader {
  private let step: LocalStep
  private let names: [String]
  private let output: String
  /// What the table of formulas begins with: the named tensors.
  private let table: FormulaTable

  init(_ step: LocalStep, of entry: Int, _ forward: ForwardReading) {
    self.step = step
    names = step.inputs.map { forward.entries[$0].name }
    output = forward.entries[entry].name
    var table = FormulaTable()
    for (standIn, name) in zip(step.standIns, names) { table[standIn.node] = .name(name) }
    table[step.result.node] = table[step.result.node] ?? .name(output)
    self.table = table
  }

  /// For each input its Jacobian; nil where there is no derivative.
  func forms() -> [JacobianForm?] {
    var reached: [UInt64: [ReverseStep.Contribution]] = [:], walked: [Node] = []
    let isInput = Set(step.standIns.map(\.node.serial))
    let ones = Value.full(step.result.shape, 1, step.result.elementType)
    let summed = step.pullback(of: ones) { reverse in
      if !isInput.contains(reverse.node.serial) { walked.append(reverse.node) }
      for contribution in reverse.contributions where isInput.contains(contribution.input.serial) {
        reached[contribution.input.serial, default: []].append(contribution)
      }
    }
    walked.reverse()
    return names.indices.map { index in
      guard let sum = summed[index] else { return nil }
      let x = step.standIns[index]
      return JacobianForm(
        output: output, input: names[index], shape: step.result.shape + x.shape,
        pattern: pattern(
          x, walked, sum: sum, contributions: reached[x.node.serial] ?? []))
    }
  }

  private func formula(_ value: Value) -> Formula {
    var table = table
    let formula = table.formula(of: value)
    // What is the same for all elements is said once.
    if case .stretched(let inner, _) = formula { return inner }
    if case .arranged(let inner, _) = formula, inner.isMadeOfNumbers { return inner }
    return formula
  }

  /// - Parameters:
  ///   - walked: the nodes that the way back came along, inputs before users.
  ///   - sum: what a cotangent of ones brings back to x, and from each of its uses.
  private func pattern(
    _ x: Value, _ walked: [Node], sum: Value, contributions: [ReverseStep.Contribution]
  ) -> JacobianPattern {
    let y = step.result
    if y.rank == 0 { return x.rank == 0 ? .slope(formula(sum)) : .gradient(formula(sum)) }
    let path = path(from: x, walked)
    let kinds = Set(path.map(\.reach))
    // Each element of x reaches one of y: entries are what a cotangent of ones brings back.
    if kinds.isSubset(of: [.same]) {
      let diagonal = formula(sum)
      return diagonal == .number(1) ? .identity : .diagonal(diagonal)
    }
    if kinds.isSubset(of: [.same, .stretched]), contributions.count == 1,
      x.shape.broadcast(with: y.shape) == y.shape
    {
      return .stretched(formula(contributions[0].stretched), agreements(x.shape, y.shape))
    }
    if kinds.isSubset(of: [.same, .reduced]) { return .reduced(formula(sum)) }
    if kinds.isSubset(of: [.same, .moved]) { return .moved(formula(sum)) }
    let others = path.filter { !$0.passesOn && !isRepeatedForBatches($0.node, x, path) }
    if others.count == 1, let special = product(others[0].node, path, x) { return special }
    if contributions.count > 1 { return .sumOfUses(contributions.count) }
    return .chain(others.map(\.node.operation.name))
  }

  /// A node through which x reaches the result, and how.
  private struct Passage {
    let node: Node
    let reach: Node.Reach
    /// True if its derivative for what comes from x is the cotangent itself.
    let passesOn: Bool
  }

  /// The nodes through which x reaches the result in a differentiable way.
  private func path(from x: Value, _ walked: [Node]) -> [Passage] {
    var depends: Set<UInt64> = [x.node.serial], path: [Passage] = []
    for node in walked {
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
  private func agreements(_ x: Shape, _ y: Shape) -> [JacobianPattern.Agreement] {
    let (own, ofOutput) = (indices(of: x, "ij"), indices(of: y, "rk"))
    let stretched = x.stretchedAxes(to: y)
    return x.indices.compactMap { axis in
      let place = axis + y.rank - x.rank
      if stretched.contains(place) || x[axis] == 1 { return nil }
      return .init(ofInput: own[axis], ofOutput: ofOutput[place])
    }
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
    guard users.count == 1, case .contraction(let batchRank, _, _) = users[0].node.operation else {
      return false
    }
    return x.shape.stretchedAxes(to: node.shape).sorted.allSatisfy { $0 < batchRank }
  }

  /// The Jacobian of a product or a gather that nothing else changes entries of.
  private func product(_ node: Node, _ path: [Passage], _ x: Value) -> JacobianPattern? {
    switch node.notation {
    case .matmul: return matrixProduct(node, path, x)
    case .chosen: return .chosen(by: written(node.inputs[1]))
    case .collected: return .collected(by: written(node.inputs[1]))
    case .words, .random, .number, .same, .named, .detached, .remark, .function, .minus, .opposite,
      .sum, .difference, .product, .quotient, .relation, .or, .and, .choice, .conversion,
      .reduction, .alongAxis, .contraction, .transposed, .reshaped, .stretched, .arranged, .placed,
      .part:
      return nil
    }
  }

  private func written(_ value: Value) -> Formula {
    var table = table
    return table.formula(of: value)
  }

  private func matrixProduct(_ node: Node, _ path: [Passage], _ x: Value) -> JacobianPattern? {
    let batchRank = node.shape.rank - 2
    let (a, b) = (node.inputs[0], node.inputs[1])
    func isRepeated(_ operand: Value) -> Bool { isRepeatedForBatches(operand.node, x, path) }
    func isX(_ operand: Value) -> Bool { operand.node === x.node || isRepeated(operand) }
    func matrix(_ operand: Value) -> Formula {
      let formula = written(operand)
      if batchRank > 0, case .stretched(let matrix, _) = formula { return matrix }
      return formula
    }
    // Rows of several matrices times one are rows of one matrix.
    let isOneMatrix = b.rank < node.shape.rank
    func batch(_ operand: Value) -> JacobianPattern.Batch {
      if batchRank == 0 { return .none }
      return isRepeated(operand) || isOneMatrix && operand.node === b.node ? .repeated : .same
    }
    let hasRow = batchRank == 0 && node.shape[0] == 1
    if isX(a), hasRow, !isX(b) { return .matrix(.transpose(matrix(b))) }
    var factors: [JacobianPattern.Factor] = []
    if isX(a) {
      factors.append(
        .init(
          operand: matrix(b), indices: "jk", agreement: .init(ofInput: "i", ofOutput: "r"),
          batch: batch(a)))
    }
    if isX(b) {
      factors.append(
        .init(
          operand: matrix(a), indices: hasRow ? "i" : "ri",
          agreement: .init(ofInput: "j", ofOutput: "k"), batch: batch(b)))
    }
    return factors.isEmpty ? nil : .product(factors)
  }
}
