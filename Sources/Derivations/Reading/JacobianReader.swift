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
    for (standIn, name) in zip(step.standIns, names) {
      table.set(standIn.node, named: .name(name))
    }
    if table[step.result.node] == nil { table.set(step.result.node, named: .name(output)) }
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

  private func phrase(_ value: Value) -> Phrase {
    var table = table
    return table.phrase(of: value)
  }

  /// For entries: what is the same for all elements is said once.
  private func formula(_ value: Value) -> Formula {
    phrase(value).inComparison.line(of: value.shape)
  }

  /// - Parameters:
  ///   - walked: the nodes that the way back came along, inputs before users.
  ///   - sum: what a cotangent of ones brings back to x, and from each of its uses.
  private func pattern(
    _ x: Value, _ walked: [Node], sum: Value, contributions: [ReverseStep.Contribution]
  ) -> JacobianPattern {
    let y = step.result
    if y.rank == 0 {
      return x.rank == 0
        ? .slope(formula(sum)) : .gradient(phrase(sum).inPointwise.line(of: x.shape))
    }
    let path = path(from: x, walked)
    let kinds = Set(path.map(\.reach))
    // Each element of x reaches one of y: entries are what a cotangent of ones brings back.
    if kinds.isSubset(of: [.same]) {
      let diagonal = formula(sum)
      return diagonal == .number(1) ? .identity : .diagonal(diagonal)
    }
    if kinds.isSubset(of: [.same, .stretched]), let places = LinePlaces(of: x, in: y, path) {
      let entry = places.entry { standIn, result in
        var table = table
        table[standIn.node] = places.phrase(of: phrase(x))
        if table[result.node] == nil { table.set(result.node, named: .name(output)) }
        return table
      }
      return .stretched(entry, agreements(x.shape, y.shape, places.ofX))
    }
    if kinds.isSubset(of: [.same, .reduced]), keepsSameAxes(x, path) {
      return .reduced(formula(sum))
    }
    if kinds.isSubset(of: [.same, .moved]), path.allSatisfy(\.isOnlyWay) {
      // Where the zeros are, the words say.
      let moved = formula(sum)
      if case .arranged(let entry, _) = moved, entry.isMadeOfNumbers { return .moved(entry) }
      if case .shaped(let entry, _) = moved, entry.isMadeOfNumbers { return .moved(entry) }
      return .moved(moved)
    }
    let others = path.filter { !$0.passesOn && !isRepeatedForBatches($0.node, x, path) }
    // A product may have x on both sides; what comes to y beside it counts, too.
    let isOneProduct =
      others.count == 1 && path.allSatisfy { $0.isOnlyWay || $0.node === others[0].node }
    if isOneProduct, let special = product(others[0].node, path, x) { return special }
    if contributions.count > 1 { return .sumOfUses(contributions.count) }
    let names = others.map { $0.node.isCustom ? "the custom gradient" : $0.node.operation.name }
    return path.allSatisfy(\.isOnlyWay) ? .chain(names) : .ways(through: names)
  }

  /// The nodes through which x reaches the result in a differentiable way.
  private func path(from x: Value, _ walked: [Node]) -> [Passage] {
    var depends: Set<UInt64> = [x.node.serial], path: [Passage] = []
    var uses: [UInt64: Int] = [:]
    for node in walked {
      // A rule that a user wrote is of all inputs but the first, which is the result.
      let reached = node.inputs.values.enumerated().map { index, input in
        depends.contains(input.node.serial) && !(node.isCustom && index == 0)
      }
      guard reached.contains(true) else { continue }
      depends.insert(node.serial)
      for (input, isReached) in zip(node.inputs.values, reached) where isReached {
        uses[input.node.serial, default: 0] += 1
      }
      path.append(Passage(node: node, reached: reached))
    }
    for index in path.indices {
      path[index].isOnlyWay = path[index].inputs.allSatisfy { uses[$0.node.serial] == 1 }
    }
    return path
  }

  /// True if all sums on the way are over the same axes of x.
  private func keepsSameAxes(_ x: Value, _ path: [Passage]) -> Bool {
    var origins: [UInt64: [Int?]] = [
      x.node.serial: x.shape.indices.map { x.shape[$0] == 1 ? nil : $0 }
    ]
    for passage in path {
      let node = passage.node
      var own: [Int?]?
      for input in passage.inputs {
        let before = origins[input.node.serial]!
        let kept: [Int?]
        if case .reduction(_, let axes) = node.notation {
          kept = before.indices.filter { !axes.contains($0) }.map { before[$0] }
        } else if node.isUnitReshape {
          var rest = before.compactMap(\.self)[...]
          kept = node.shape.map { $0 == 1 ? nil : rest.popFirst() }
        } else {
          kept = before
        }
        if let own, own != kept { return false }
        own = kept
      }
      origins[node.serial] = own
    }
    return true
  }

  /// For x stretched to y: which index of y each axis of x shares.
  private func agreements(
    _ x: Shape, _ y: Shape, _ places: [Int?]
  ) -> [JacobianPattern.Agreement] {
    let (own, ofOutput) = (indices(of: x, "ij"), indices(of: y, "rk"))
    return x.indices.compactMap { axis in
      places[axis].map { .init(ofInput: own[axis], ofOutput: ofOutput[$0]) }
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

  private func written(_ value: Value) -> Formula { phrase(value).formula }

  private func matrixProduct(_ node: Node, _ path: [Passage], _ x: Value) -> JacobianPattern? {
    let batchRank = node.shape.rank - 2
    let (a, b) = (node.inputs[0], node.inputs[1])
    func isRepeated(_ operand: Value) -> Bool { isRepeatedForBatches(operand.node, x, path) }
    func isX(_ operand: Value) -> Bool { operand.node === x.node || isRepeated(operand) }
    let hasRow = batchRank == 0 && node.shape[0] == 1
    func matrix(_ operand: Value) -> Formula {
      let phrase = phrase(operand)
      if batchRank > 0, case .stretched(let matrix, _) = phrase.formula { return matrix }
      return hasRow ? phrase.formula : phrase.complete(in: operand.shape).formula
    }
    // Rows of several matrices times one are rows of one matrix.
    let isOneMatrix = b.rank < node.shape.rank
    func batch(_ operand: Value) -> JacobianPattern.Batch {
      if batchRank == 0 { return .none }
      return isRepeated(operand) || isOneMatrix && operand.node === b.node ? .repeated : .same
    }
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
