// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackTensors

/// What a line costs if it is calculated from the named tensors in it: the operations that are left
/// of it when it is simplified, and the bytes of its operands and its result.
struct Cost {
  private(set) var operations = 0
  private(set) var bytes = 0

  static let nothing = Cost()

  private init() {}

  /// - Parameter isKnown: where other lines are used.
  init(of value: Value, isKnown: (Node) -> Bool) {
    let order = GraphOrder(of: [value]) { $0 !== value.node && isKnown($0) }
    var replacements: [(Value, Value)] = []
    for node in order.nodes where node !== value.node && (isKnown(node) || node.isStored) {
      replacements.append((Value(node), .placeholder(node.shape, node.elementType)))
    }
    let local = Rewriting(of: [value], replacing: replacements)[value]!
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
}

extension Program.Entry {
  fileprivate var isArgument: Bool { if case .creation(.data) = operation { true } else { false } }
}
