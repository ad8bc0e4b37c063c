// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// One line of the forward pass as a function of the named tensors in it: what its Jacobians
/// belong to.
struct LocalStep {
  /// The entries that the line uses, each once.
  let inputs: [Int]
  /// Leaves without numbers in their places.
  let standIns: [Value]
  let result: Value

  init(_ entry: Int, of forward: ForwardReading) {
    let node = forward.entries[entry].value.node
    let order = GraphOrder(of: [Value(node)]) {
      $0 !== node && forward.entry(of: $0) != nil
    }
    var inputs: [Int] = [], standIns: [Value] = [], replacements: [(Value, Value)] = []
    var known: [Int: Value] = [:]
    for used in order.nodes where used !== node {
      guard let input = forward.entry(of: used) else { continue }
      if known[input] == nil {
        let standIn = Value.placeholder(used.shape, used.elementType)
        known[input] = standIn
        inputs.append(input)
        standIns.append(standIn)
      }
      replacements.append((Value(used), known[input]!))
    }
    self.inputs = inputs
    self.standIns = standIns
    result = Rewriting(of: [Value(node)], replacing: replacements)[Value(node)]!
  }

  /// The way back through the line from a cotangent; nil for inputs it does not depend on.
  func pullback(
    of cotangent: Value, observing observe: ((ReverseStep) -> Void)? = nil
  ) -> [Value?] {
    PullbackTensors.pullback(
      of: result, cotangent: cotangent, withRespectTo: standIns, observing: observe)
  }
}
