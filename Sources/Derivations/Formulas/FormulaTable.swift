// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// The formulas of values, by node. Walks keep no stack: graphs may be deep.
struct FormulaTable {
  private var phrases: [UInt64: Phrase] = [:]
  /// For numbers that are the same everywhere what to call them where a matrix is wanted.
  private var matrices: [UInt64: Formula] = [:]

  /// Beyond this a formula stands for nothing that a person reads.
  private static let largest = 40

  subscript(node: Node) -> Phrase? {
    get { phrases[node.serial] }
    set { phrases[node.serial] = newValue }
  }

  /// What has a line is called by its name.
  mutating func set(_ node: Node, named name: Formula) {
    phrases[node.serial] = Phrase(name, of: node.shape)
  }

  /// A number that products of matrices call by a name.
  mutating func set(_ node: Node, number: Formula, named name: Formula) {
    phrases[node.serial] = .number(number)
    matrices[node.serial] = name
  }

  /// The formula of a value in terms of those that are in the table.
  mutating func phrase(of value: Value) -> Phrase {
    for node in missing(for: value) { phrases[node.serial] = written(node) }
    return phrases[value.node.serial]!
  }

  /// The nodes whose formulas that of a value wants and the table lacks, inputs before users.
  func missing(for value: Value) -> [Node] {
    GraphOrder(of: [value]) { phrases[$0.serial] != nil }.nodes
      .filter { phrases[$0.serial] == nil }
  }

  /// The formula of a node whose inputs are in the table.
  func written(_ node: Node) -> Phrase {
    let isProduct = if case .contraction = node.operation { true } else { false }
    let inputs = node.inputs.values.map { input in
      (isProduct ? matrices[input.node.serial] : nil).map { Phrase($0, of: input.shape) }
        ?? phrases[input.node.serial]!
    }
    let phrase = Phrase(of: node, inputs: inputs)
    return phrase.formula.size > FormulaTable.largest
      ? Phrase(.unnamed("…"), of: node.shape) : phrase.withMeans(node)
  }
}

extension Phrase {
  /// A sum over axes, divided by their extent, is a mean.
  fileprivate func withMeans(_ node: Node) -> Phrase {
    guard case .quotient = node.notation,
      case .quotient(.reduced(.elements(.sum), let x, let axes), .number(let count)) = formula,
      let summed = node.inputs[0].summedNode
    else { return self }
    let extent = summed.inputs[0].shape.elementCount / Swift.max(node.shape.elementCount, 1)
    return Double(extent) == count ? with(.reduced(.mean, x, over: axes)) : self
  }
}

extension Value {
  /// The reduction behind a reshape, if any.
  fileprivate var summedNode: Node? {
    var summed = node
    if case .reshaped = node.notation { summed = node.inputs[0].node }
    return summed.isSum ? summed : nil
  }
}
