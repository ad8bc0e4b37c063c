// SPDX-License-Identifier: Apache-2.0

extension Plan {
  /// Bytes of what the steps that the first result comes from leave to the others: in a training
  /// step, whose first result is the loss, the activations that the backward pass reads.
  /// Of a buffer within one phase threads hold only the rows that they work on; all are counted.
  package var keptByteCount: Int {
    // What is filled in parts is read as a whole.
    func whole(_ slot: Slot) -> Slot {
      guard case .buffer(let number) = slot, let part = buffers[number].part else { return slot }
      return .buffer(part.whole)
    }
    let reads = steps.map { $0.reads.map { whole($0.slot) } }
    let writes = steps.map { $0.writes.map(whole) }
    var needed: Set<Slot> = [.output(results[0])], left: Set<Slot> = []
    var isForward = [Bool](filled: false, count: steps.count)
    for number in steps.indices.reversed()
    where writes[number].contains(where: needed.contains) {
      isForward[number] = true
      needed.formUnion(reads[number])
    }
    for number in steps.indices where isForward[number] { left.formUnion(writes[number]) }
    var kept: Set<Slot> = []
    for number in steps.indices where !isForward[number] {
      kept.formUnion(reads[number].filter(left.contains))
    }
    return kept.reduce(0) { sum, slot in
      if case .buffer(let number) = slot { sum + buffers[number].numberByteCount } else { sum }
    }
  }
}
