// SPDX-License-Identifier: Apache-2.0

extension Plan {
  /// Bytes of what the steps that the first result comes from leave to the others: in a training step, whose
  /// first result is the loss, the activations that the backward pass reads.
  /// Of a buffer within one phase threads hold only the rows that they work on; all are counted.
  package var keptByteCount: Int {
    var needed: Set<Slot> = [.output(results[0])], left: Set<Slot> = []
    var isForward = [Bool](filled: false, count: steps.count)
    for number in steps.indices.reversed()
    where steps[number].writes.contains(where: needed.contains) {
      isForward[number] = true
      needed.formUnion(steps[number].reads.map(\.slot))
    }
    for number in steps.indices where isForward[number] { left.formUnion(steps[number].writes) }
    var kept: Set<Slot> = []
    for number in steps.indices where !isForward[number] {
      kept.formUnion(steps[number].reads.map(\.slot).filter(left.contains))
    }
    return kept.reduce(0) { sum, slot in
      if case .buffer(let number) = slot { sum + buffers[number].numberByteCount } else { sum }
    }
  }
}
