// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

// What is written over something else: results over arguments, buffers over buffers.
//
// That is safe if the two have one form, no other step reads the old numbers at the same time or
// later, but the same rows before it, and the writing step reads them only at the position that it
// is about to write.

extension Plan {
  /// Decides which of the donations that are wished for are safe.
  mutating func refuseDonationsOfWhatIsRead() {
    if outputs.allSatisfy({ $0.donor == nil }) { return }
    let phase = phaseOfStep
    // For each argument the last two steps that read it, and for each output the one that fills it.
    var readers = [(last: Int, other: Int)](filled: (-1, -1), count: arguments.count)
    var writer = [Int](filled: -1, count: outputs.count)
    for number in steps.indices {
      for read in steps[number].reads.indices {
        if case .argument(let argument) = steps[number].reads[read].slot,
          readers[argument].last != number
        {
          readers[argument] = (last: number, other: readers[argument].last)
        }
      }
      for write in steps[number].filled {
        if case .output(let output) = write.slot { writer[output] = number }
      }
    }
    var isGiven = [Bool](filled: false, count: arguments.count)
    for output in outputs.indices {
      guard let donor = outputs[output].donor else { continue }
      let number = writer[output], taken = arguments[donor]
      let isAlike =
        taken.type == outputs[output].elementType && taken.shape == outputs[output].shape
      // Steps follow each other phase by phase.
      let reader = readers[donor].last == number ? readers[donor].other : readers[donor].last
      let isReadLater =
        reader > number
        || reader >= 0 && phase[reader] == phase[number]
          && !isRead(
            .argument(donor), of: taken.shape.elementCount, rowByRowBefore: number,
            in: phases[phase[number]])
      if !isAlike || steps[number].readsElsewhere(.argument(donor)) || isReadLater || isGiven[donor]
      {
        outputs[output].donor = nil
      } else {
        isGiven[donor] = true
      }
    }
  }

  /// Whether steps of a phase before the step `number` read, of a slot of `count` elements, only
  /// the rows that they are at.
  private func isRead(
    _ slot: Slot, of count: Int, rowByRowBefore number: Int, in phase: Phase
  ) -> Bool {
    guard let rows = phase.rows else { return false }
    return steps[phase.steps.lowerBound..<number].allSatisfy {
      $0.reads(slot, byRows: rows.count, of: count)
    }
  }

  /// Lets large buffers take the place of others that nobody needs any more when they are
  /// made.
  mutating func findDonorsOfBuffers() {
    if !buffers.contains(where: { $0.isBetweenPhases && $0.isLarge }) { return }
    // Where there are parts and sections, others are read, written or given up apart.
    var canShare = buffers.map {
      $0.isBetweenPhases && $0.isLarge && $0.part == nil && $0.sections.isEmpty
    }
    for buffer in buffers {
      if let part = buffer.part { canShare[part.whole] = false }
    }
    var readers: [Int: [Int]] = [:]
    for number in steps.indices {
      for case .buffer(let buffer) in steps[number].reads.lazy.map(\.slot) where canShare[buffer] {
        readers[buffer, default: []].append(number)
      }
    }
    var takers: [Int] = []
    for phase in phases {
      for number in phase.steps {
        for store in steps[number].body.stores {
          guard case .buffer(let taker) = store.slot, canShare[taker],
            buffers[taker].firstStep == phase.steps.lowerBound
          else { continue }
          for read in steps[number].reads {
            guard case .buffer(let donor) = read.slot, canShare[donor],
              isFree(
                donor, readBy: readers[donor] ?? [], for: taker, readAs: read, by: number,
                in: phase)
            else { continue }
            buffers[taker].donor = donor
            canShare[donor] = false
            takers.append(taker)
            break
          }
        }
      }
    }
    // What takes a place lives there with all that had it before.
    for taker in takers {
      let first = placeHolder(of: taker)
      buffers[first].lastStep = max(buffers[first].lastStep, buffers[taker].lastStep)
    }
    for taker in takers { buffers[taker].leaveTime() }
  }

  /// Whether a buffer is like another, which the step `number` makes, and nobody needs it when it
  /// is read there.
  private func isFree(
    _ donor: Int, readBy readers: [Int], for taker: Int, readAs read: Read, by number: Int,
    in phase: Phase
  ) -> Bool {
    let slot = Slot.buffer(donor)
    guard read.isInStep, !steps[number].readsElsewhere(slot),
      buffers[donor].elementType == buffers[taker].elementType,
      buffers[donor].elementCount == buffers[taker].elementCount,
      buffers[donor].firstStep < phase.steps.lowerBound,
      buffers[donor].lastStep == phase.steps.upperBound - 1
    else { return false }
    let others = readers.reversed().prefix { $0 >= phase.steps.lowerBound }
      .filter { $0 != number }
    return others.isEmpty
      || others.allSatisfy { $0 < number }
        && isRead(slot, of: buffers[donor].elementCount, rowByRowBefore: number, in: phase)
  }

  /// The buffer that first had the place of another.
  func placeHolder(of buffer: Int) -> Int {
    var holder = buffer
    while let donor = buffers[holder].donor { holder = donor }
    return holder
  }

  /// What a step still reads when it writes over it is written when all of it is read.
  mutating func deferStoresOverOperands() {
    for number in steps.indices
    where steps[number].body.stores.contains(where: { donor(of: $0.slot) != nil }) {
      let donors = steps[number].body.stores.map { donor(of: $0.slot) }
      steps[number].body.deferStores(over: donors)
    }
  }

  /// What a slot takes the place of.
  package func donor(of slot: Slot) -> Slot? {
    switch slot {
    case .output(let output): outputs[output].donor.map { .argument($0) }
    case .buffer(let buffer): buffers[buffer].donor.map { .buffer($0) }
    case .argument, .parameter: nil
    }
  }
}

extension Step {
  /// Whether it reads a slot at other positions than the one that it is about to write.
  fileprivate func readsElsewhere(_ slot: Slot) -> Bool {
    reads.indices.contains { !reads[$0].isInStep && reads[$0].slot == slot }
  }
}
