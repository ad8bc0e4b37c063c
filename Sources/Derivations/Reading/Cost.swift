// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackTensors

/// What a line costs if it is calculated from the named tensors in it: the operations that are left
/// of it when it is simplified, and the bytes of its operands and its result.
struct Cost {
  /// A tensor that other lines are of: named, or a number that is written in its place.
  enum Known {
    case named
    case number(Double)

    var number: Double? { if case .number(let number) = self { number } else { nil } }
  }

  private(set) var operations = 0
  private(set) var bytes = 0

  static let nothing = Cost()

  private init() {}

  /// - Parameter known: what stands in a line for a node that other lines are of; nil for others.
  init(of value: Value, known: (Node) -> Known?) {
    let order = GraphOrder(of: [value]) { $0 !== value.node && known($0) != nil }
    var replacements: [(Value, Value)] = []
    for node in order.nodes where node !== value.node && (known(node) != nil || node.isStored) {
      replacements.append((Value(node), .placeholder(node.shape, node.elementType)))
    }
    let rewriting = Rewriting(of: [value], replacing: replacements) { node, inputs in
      Cost.written(node, inputs) { $0 === value.node ? nil : known($0)?.number }
    }
    let local = rewriting[value]!
    let capture = stopping(at: nil) { () throws(Mistake) in
      try Capture(of: [local], placeholders: replacements.map(\.1.node))
    }
    let program = capture.program, simplified = program.simplified().entries
    for entry in simplified {
      let inputs = (0..<entry.inputs.count).map { simplified[entry.inputs[$0]].shape }
      operations += entry.operation.floatingPointOperations(on: inputs, result: entry.shape)
    }
    let results = program.results.map { program.entries[$0] }
    for entry in results + program.entries.filter(\.isArgument) {
      bytes += entry.shape.elementCount * entry.elementType.byteCount
    }
  }

  /// An operation as its formula has it, which leaves out what decides about NaN alone.
  private static func written(
    _ node: Node, _ inputs: [Value], _ number: (Node) -> Double?
  ) -> Value {
    var inputs = inputs
    // In a product of matrices such a number goes by its name.
    let isProduct = if case .contraction = node.operation { true } else { false }
    for (index, input) in node.inputs.values.enumerated() {
      if !isProduct, let number = number(input.node) {
        inputs[index] = .full(input.shape, number, input.elementType)
      }
    }
    if case .selection = node.operation {
      if node.choosesAllButNaN { return inputs[1].expanded(to: node.shape) }
      if node.choosesElseRelu { inputs[2] = .full(inputs[2].shape, 0, node.elementType) }
    }
    return Rewriting.copy(node, inputs)
  }
}

extension Program.Entry {
  fileprivate var isArgument: Bool { if case .creation(.data) = operation { true } else { false } }
}
