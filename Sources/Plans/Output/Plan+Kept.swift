// SPDX-License-Identifier: Apache-2.0

extension Plan {
  /// Bytes of what the steps that the first result comes from leave to the others: in a training step, whose
  /// first result is the loss, the activations that the backward pass reads.
  ///
  /// - Parameter threads: how many run the plan; of a buffer within one phase each holds the rows that it
  ///   works on, and no more are counted.
  package func keptByteCount(threads: Int) -> Int {
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
    let phaseOfStep = phaseOfStep
    return kept.reduce(0) { sum, slot in
      guard case .buffer(let number) = slot else { return sum }
      let buffer = buffers[number], rows = phases[phaseOfStep[buffer.firstStep]].rows
      return sum + (buffer.isInner ? threads * buffer.byteCount(rows) : buffer.numberByteCount)
    }
  }
}
