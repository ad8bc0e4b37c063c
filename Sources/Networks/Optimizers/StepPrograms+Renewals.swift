// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

/// What layers keep beside what is trained, and a step gives a new value.
extension StepPrograms {
  /// The slots of nodes that hold new values: for each its place among the slots of the programs
  /// and the others behind them, and these others.
  func slots(renewedBy nodes: [Node]) -> (places: [Int], others: [LeafSlot]) {
    var others: [LeafSlot] = []
    let places = nodes.map { node in
      let slot = node.renewedSlot!
      if let place = slots.firstIndex(where: { $0 === slot }) { return place }
      if let place = others.firstIndex(where: { $0 === slot }) { return slots.count + place }
      others.append(slot)
      return slots.count + others.count - 1
    }
    return (places, others)
  }

  /// The new values that a loss and what is kept beside it reach.
  func renewals(reachedBy values: [Value]) -> [Replacement] {
    renewals(by: GraphOrder(of: values) { $0.isDetached }.nodes.filter { $0.renewedSlot != nil })
  }

  /// One for each slot. Where a layer was called several times, each call starts with what the
  /// one before left.
  func renewals(by nodes: [Node]) -> [Replacement] {
    var renewals: [Replacement] = [], seen: Set<UInt64> = []
    for node in nodes.sorted(by: { $0.inputs[2].node.serial < $1.inputs[2].node.serial }) {
      let slot = node.renewedSlot!, leaf = node.inputs[1], value = node.inputs[2]
      guard seen.insert(value.node.serial).inserted else { continue }
      if parameters.contains(where: { $0.slot === slot }) {
        Mistake(
          "minimize", "\(leaf.label) is trained, and a layer gives it a new value as well",
          fix: "list it with marked(isTrained: false)"
        ).stop(at: nil)
      }
      if let place = renewals.firstIndex(where: { $0.slot === slot }) {
        let before = renewals[place]
        renewals[place] = Replacement(
          slot: slot, number: nil, leaf: before.leaf,
          update: value.replacing(leaf, by: before.update))
      } else {
        renewals.append(Replacement(slot: slot, number: nil, leaf: leaf, update: value))
      }
    }
    return renewals
  }
}

extension Node {
  /// What the node holds a new value for, if it does.
  fileprivate var renewedSlot: LeafSlot? {
    if case .identity(.renewing(let holder)) = operation { holder as? LeafSlot } else { nil }
  }
}
