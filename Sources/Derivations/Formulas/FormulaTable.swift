// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// The formulas of values, by node. Walks keep no stack: graphs may be deep.
struct FormulaTable {
  private var formulas: [UInt64: Formula] = [:]
  /// For numbers that are the same everywhere what to call them where a matrix is wanted.
  private var matrices: [UInt64: Formula] = [:]

  /// Beyond this a formula stands for nothing that a person reads.
  private static let largest = 40

  subscript(node: Node) -> Formula? {
    get { formulas[node.serial] }
    set { formulas[node.serial] = newValue }
  }

  /// A number that products of matrices call by a name.
  mutating func set(_ node: Node, number: Formula, named name: Formula) {
    formulas[node.serial] = number
    matrices[node.serial] = name
  }

  /// The formula of a value in terms of those that are in the table.
  mutating func formula(of value: Value) -> Formula {
    for node in missing(for: value) { formulas[node.serial] = written(node) }
    return formulas[value.node.serial]!
  }

  /// The nodes whose formulas that of a value wants and the table lacks, inputs before users.
  func missing(for value: Value) -> [Node] {
    GraphOrder(of: [value]) { formulas[$0.serial] != nil }.nodes
      .filter { formulas[$0.serial] == nil }
  }

  /// The formula of a node whose inputs are in the table.
  func written(_ node: Node) -> Formula {
    if node.isStored { return .name("numbers") }
    let isProduct = if case .contraction = node.operation { true } else { false }
    let inputs = node.inputs.values.map { input in
      (isProduct ? matrices[input.node.serial] : nil) ?? formulas[input.node.serial]!
    }
    let formula = Formula(of: node, inputs: inputs)
    return formula.size > FormulaTable.largest ? .name("…") : formula.withMeans(node)
  }
}

extension Formula {
  /// A sum over axes, divided by their extent, is a mean.
  fileprivate func withMeans(_ node: Node) -> Formula {
    guard case .quotient = node.notation,
      case .quotient(.reduced(.elements(.sum), let x, let axes), .number(let count)) = self,
      let summed = node.inputs[0].summedNode
    else { return self }
    let extent = summed.inputs[0].shape.elementCount / Swift.max(node.shape.elementCount, 1)
    return Double(extent) == count ? .reduced(.mean, x, over: axes) : self
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
