// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// A graph written down once more with other values in place of some.
struct Rewriting {
  private let order: GraphOrder
  private var written: [Value] = []

  /// - Parameters:
  ///   - replacements: a value of the graph, and what to compute with in its place.
  ///   - write: how a node is written on its new inputs.
  init(
    of results: [Value], replacing replacements: [(Value, Value)],
    writing write: (Node, [Value]) -> Value = Rewriting.copy
  ) {
    let replaced = Dictionary(
      replacements.map { ($0.0.node.serial, $0.1) }, uniquingKeysWith: { first, _ in first })
    order = GraphOrder(of: results) { replaced[$0.serial] != nil }
    written.reserveCapacity(order.count)
    for (position, node) in order.nodes.enumerated() {
      let inputs = (0..<order.inputCount(at: position)).map {
        written[order.input($0, at: position)]
      }
      written.append(replaced[node.serial] ?? write(node, inputs))
    }
  }

  /// What a value became; nil if it is not part of the graph.
  subscript(value: Value) -> Value? { order.position(of: value).map { written[$0] } }

  /// All nodes, inputs before users, with what they became.
  var pairs: [(node: Node, value: Value)] {
    order.nodes.enumerated().map { ($0.element, written[$0.offset]) }
  }

  /// The same operation on the new inputs; the node itself if there is nothing new.
  static func copy(_ node: Node, _ inputs: [Value]) -> Value {
    let isSame = zip(inputs, node.inputs.values).allSatisfy { $0.node === $1.node }
    if isSame { return Value(node) }
    return Value(
      node.operation, Inputs(inputs), elementType: node.elementType, shape: node.shape)
  }

  /// The same operation in Double where it was in Float. Random numbers stay those of Float: in
  /// Double the same key gives others.
  static func inDouble(_ node: Node, _ inputs: [Value]) -> Value {
    let type = node.elementType == .float ? .double : node.elementType
    // Also a leaf that shares the numbers of another, or a scalar whose history has ended.
    if node.isStored { return Value(node).converted(to: type) }
    if case .random = node.operation { return Value(node).converted(to: type) }
    if case .conversion = node.operation, inputs[0].elementType != type {
      return inputs[0].converted(to: type)
    }
    // Between Float and Double there is nothing left to do, but it stays a tensor of its own. A
    // custom rule is written for Float: derivatives have been taken before, the result is input 0.
    if case .conversion = node.operation { return inputs[0].named("") }
    if case .identity(.custom) = node.operation { return inputs[0].named("") }
    if inputs.isEmpty, type == node.elementType { return Value(node) }
    return Value(node.operation, Inputs(inputs), elementType: type, shape: node.shape)
  }
}

extension Value {
  /// The numbers of a tensor of any type as doubles.
  var doubles: [Double] { Tensor<Double>(converted(to: .double)).scalars }
}
