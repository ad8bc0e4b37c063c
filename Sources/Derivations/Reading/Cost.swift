// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackTensors

/// What a line costs if it is calculated from the named tensors in it: the operations of its plan,
/// and the bytes of its operands and its result.
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
    let plan = Plan(capture.program)
    operations = plan.steps.reduce(0) { $0 + $1.floatingPointOperations }
    let read = plan.arguments.reduce(0) { $0 + $1.shape.elementCount * $1.type.byteCount }
    let written = plan.outputs.reduce(0) { $0 + $1.shape.elementCount * $1.elementType.byteCount }
    bytes = read + written
  }
}

extension Int {
  /// With three digits and a letter for the thousands: 12, 1.25k, 5.02M.
  var short: String {
    var scaled = Double(self), letters = ["", "k", "M", "G", "T"]
    while scaled >= 999.5, letters.count > 1 {
      scaled /= 1000
      letters.removeFirst()
    }
    if letters[0].isEmpty { return "\(self)" }
    let places = scaled < 9.995 ? 100.0 : scaled < 99.95 ? 10 : 1
    let rounded = (scaled * places).rounded() / places
    return (places == 1 ? "\(Int(rounded))" : "\(rounded)") + letters[0]
  }
}
