// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// Several slots at once: no step that replaces any of them is half done meanwhile.
///
/// A step holds all slots that it replaces until it ends. All who take more than one take them in
/// one order, so that two who want the same ones do not wait for each other.
extension LeafSlot {
  /// The leaves of one moment; nil where there is none yet.
  package static func leaves(of slots: [LeafSlot]) -> [Value?] {
    taking(slots) { slots.map(\.heldLeaf) }
  }

  /// Gives each slot a leaf; of one that stands there twice the last one stays.
  package static func setLeaves(of slots: [LeafSlot], to leaves: [Value]) {
    let former = taking(slots) {
      zip(slots, leaves).map { slot, leaf in slot.exchangeHeld(for: leaf) }
    }
    // Released here: they may free more than themselves.
    withExtendedLifetime(former) {}
  }

  /// Takes the slots that a step replaces, and gives the numbers of the others that it reads,
  /// all of one moment.
  static func take(_ replaced: [LeafSlot], reading read: [LeafSlot]) -> [Storage] {
    let kept = Set(replaced.map(\.number))
    let all = inOrder(replaced + read)
    for slot in all { slot.take() }
    defer { for slot in all where !kept.contains(slot.number) { slot.give() } }
    return read.map(\.heldNumbers)
  }

  /// Each slot once, in the order in which they are taken.
  static func inOrder(_ slots: [LeafSlot]) -> [LeafSlot] {
    let sorted = slots.sorted { $0.number < $1.number }
    return sorted.indices.filter { $0 == 0 || sorted[$0] !== sorted[$0 - 1] }.map { sorted[$0] }
  }

  private static func taking<Result>(_ slots: [LeafSlot], _ body: () -> Result) -> Result {
    let all = inOrder(slots)
    for slot in all { slot.take() }
    defer { for slot in all { slot.give() } }
    return body()
  }
}
