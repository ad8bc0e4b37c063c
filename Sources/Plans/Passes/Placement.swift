// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension Plan {
  /// Decides which donations are safe and gives each buffer its place in the arena.
  mutating func assignMemory() {
    refuseDonationsOfWhatIsRead()
    deferStoresOverOperands()
    findLifetimes()
    placeBuffers()
  }

  /// A result may be written over an argument of its shape and type if no other step reads the
  /// argument at the same time or later, and the writing step reads it only at the position that
  /// it is about to write.
  private mutating func refuseDonationsOfWhatIsRead() {
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
      let reads = steps[number].reads
      let readsElsewhere = reads.indices.contains {
        !reads[$0].isInStep && reads[$0].slot == .argument(donor)
      }
      // Steps follow each other phase by phase.
      let reader = readers[donor].last == number ? readers[donor].other : readers[donor].last
      let isReadLater = reader >= 0 && phase[reader] >= phase[number]
      if !isAlike || readsElsewhere || isReadLater || isGiven[donor] {
        outputs[output].donor = nil
      } else {
        isGiven[donor] = true
      }
    }
  }

  private mutating func deferStoresOverOperands() {
    let donors = outputs.map(\.donor)
    if donors.allSatisfy({ $0 == nil }) { return }
    for number in steps.indices
    where steps[number].body.stores.contains(where: { store in
      if case .output(let output) = store.slot { donors[output] != nil } else { false }
    }) {
      steps[number].body.deferStores { output in donors[output].map { .argument($0) } }
    }
  }

  /// A buffer lives during whole phases: their steps run side by side.
  private mutating func findLifetimes() {
    var uses = [ClosedRange<Int>?](filled: nil, count: buffers.count)
    for phase in phases {
      for number in phase.steps {
        func note(_ slot: Slot) {
          guard case .buffer(let buffer) = slot else { return }
          buffers[buffer].firstStep = min(buffers[buffer].firstStep, phase.steps.lowerBound)
          buffers[buffer].lastStep = max(buffers[buffer].lastStep, phase.steps.upperBound - 1)
          uses[buffer] = (uses[buffer]?.lowerBound ?? number)...number
        }
        let reads = steps[number].reads
        for read in reads.indices { note(reads[read].slot) }
        for write in steps[number].filled { note(write.slot) }
      }
    }
    let phaseOfStep = phaseOfStep
    for buffer in buffers.indices {
      guard let used = uses[buffer] else { continue }
      if phases[phaseOfStep[used.lowerBound]].rows != nil { buffers[buffer].rowSteps = used }
    }
  }

  /// For each buffer the one whose memory it has, which may be its own: in a phase that goes by rows
  /// a thread is alone with its rows, so the next numbers can have the place of the ones before.
  private func holders() -> [Int] {
    let phaseOfStep = phaseOfStep
    let byFirstUse = buffers.indices.filter { buffers[$0].rowSteps != nil }
      .sorted { (buffers[$0].rowSteps!.lowerBound, $0) < (buffers[$1].rowSteps!.lowerBound, $1) }
    var holder = Array(buffers.indices)
    // What was last in each holder's memory, in the phase at hand.
    var last: [(holder: Int, buffer: Int)] = [], phase = -1
    for buffer in byFirstUse {
      let first = buffers[buffer].rowSteps!.lowerBound
      if phaseOfStep[first] != phase {
        phase = phaseOfStep[first]
        last = []
      }
      // One that is read after the phase never comes before another.
      let free = last.firstIndex {
        buffers[$0.buffer].rowSteps!.upperBound < first
          && buffers[$0.buffer].numberByteCount == buffers[buffer].numberByteCount
      }
      if let free {
        holder[buffer] = last[free].holder
        last[free].buffer = buffer
      } else {
        last.append((buffer, buffer))
      }
    }
    return holder
  }

  /// First fit: a buffer goes to the lowest gap that is free while it lives.
  private mutating func placeBuffers() {
    let holder = holders()
    var lastStep = buffers.map(\.lastStep)
    for number in buffers.indices {
      lastStep[holder[number]] = max(lastStep[holder[number]], buffers[number].lastStep)
    }
    var starts = Chains(count: buffers.count), ends = starts
    var starting = [Chains.Chain](filled: Chains.Chain(), count: steps.count), ending = starting
    for number in buffers.indices where buffers[number].lastStep >= 0 && holder[number] == number {
      starts.append(number, to: &starting[buffers[number].firstStep])
      ends.append(number, to: &ending[lastStep[number]])
    }
    var gaps = FreeGaps()
    for step in steps.indices {
      starts.forEach(starting[step]) {
        buffers[$0].offset = gaps.take(buffers[$0].byteCount)
      }
      ends.forEach(ending[step]) { gaps.give(buffers[$0].offset, buffers[$0].byteCount) }
    }
    for number in buffers.indices { buffers[number].offset = buffers[holder[number]].offset }
    arenaByteCount = gaps.end
  }
}

/// The unused ranges of an arena, in order of their offsets.
private struct FreeGaps {
  private var gaps: [(offset: Int, byteCount: Int)] = []
  /// Where the arena ends so far.
  private(set) var end = 0

  mutating func take(_ byteCount: Int) -> Int {
    if byteCount == 0 { return 0 }
    if let index = gaps.firstIndex(where: { $0.byteCount >= byteCount }) {
      let offset = gaps[index].offset
      gaps[index].offset += byteCount
      gaps[index].byteCount -= byteCount
      if gaps[index].byteCount == 0 { gaps.remove(at: index) }
      return offset
    }
    // A gap at the end grows.
    if let last = gaps.last, last.offset + last.byteCount == end {
      gaps.removeLast()
      end = last.offset + byteCount
      return last.offset
    }
    end += byteCount
    return end - byteCount
  }

  mutating func give(_ offset: Int, _ byteCount: Int) {
    if byteCount == 0 { return }
    var low = 0, high = gaps.count
    while low < high {
      let middle = (low + high) / 2
      if gaps[middle].offset < offset { low = middle + 1 } else { high = middle }
    }
    gaps.insert((offset, byteCount), at: low)
    if low + 1 < gaps.count, offset + byteCount == gaps[low + 1].offset {
      gaps[low].byteCount += gaps.remove(at: low + 1).byteCount
    }
    if low > 0, gaps[low - 1].offset + gaps[low - 1].byteCount == offset {
      gaps[low - 1].byteCount += gaps.remove(at: low).byteCount
    }
  }
}
