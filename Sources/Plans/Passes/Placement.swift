// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension Plan {
  /// Decides which donations are safe and gives each buffer its place in the arena.
  mutating func assignMemory() {
    refuseDonationsOfWhatIsRead()
    findLifetimes()
    findSections()
    findDonorsOfBuffers()
    deferStoresOverOperands()
    placeBuffers()
  }

  /// A buffer lives during whole phases: their steps run side by side. One that is used in a
  /// single phase, which goes by rows, lives from its first use to its last. Parts of
  /// another live with it.
  private mutating func findLifetimes() {
    // The phase that uses each; one that several use is not inner.
    var isInner = [Bool](filled: true, count: buffers.count)
    for phase in phases {
      func note(_ slot: Slot, in number: Int) {
        guard case .buffer(let used) = slot else { return }
        let buffer = buffers[used].part?.whole ?? used
        if buffer != used { isInner[buffer] = false }
        if buffers[buffer].lastStep >= 0, buffers[buffer].firstStep < phase.steps.lowerBound {
          isInner[buffer] = false
        }
        buffers[buffer].firstStep = min(buffers[buffer].firstStep, number)
        buffers[buffer].lastStep = max(buffers[buffer].lastStep, number)
      }
      for number in phase.steps {
        let reads = steps[number].reads
        for read in reads.indices { note(reads[read].slot, in: number) }
        for write in steps[number].filled { note(write.slot, in: number) }
      }
    }
    let phaseOfStep = phaseOfStep
    for buffer in buffers.indices where buffers[buffer].lastStep >= 0 {
      let first = phases[phaseOfStep[buffers[buffer].firstStep]]
      if isInner[buffer], first.rows != nil {
        buffers[buffer].isInner = true
      } else {
        buffers[buffer].firstStep = first.steps.lowerBound
        let last = phases[phaseOfStep[buffers[buffer].lastStep]]
        buffers[buffer].lastStep = last.steps.upperBound - 1
      }
    }
  }

  /// Where large buffers lie decides how much memory there must be: whoever comes first takes a
  /// small piece of a gap in which a large one would have had room. So they are placed before the
  /// others, if that takes less.
  private mutating func placeBuffers() {
    placeBuffers(around: [])
    let large = largeBuffers
    if !large.isEmpty {
      var other = self
      other.placeBuffers(around: other.placeBySize(large))
      if other.arenaByteCount < arenaByteCount { self = other }
    }
    for number in buffers.indices {
      let part = buffers[number].part, holder = part?.whole ?? placeHolder(of: number)
      if holder == number { continue }
      buffers[number].offset = buffers[holder].offset + (part?.byteOffset ?? 0)
      buffers[number].firstStep = buffers[holder].firstStep
      buffers[number].lastStep = buffers[holder].lastStep
    }
  }

  /// First fit: a buffer goes to the lowest gap that is free while it lives; those that have a
  /// place keep it.
  private mutating func placeBuffers(around placed: [Tenancy]) {
    var isPlaced: Set<Int> = []
    var starts = Chains(count: buffers.count), ends = starts
    var starting = [Chains.Chain](filled: Chains.Chain(), count: steps.count), ending = starting
    for tenancy in placed { isPlaced.insert(tenancy.buffer) }
    for number in buffers.indices
    where buffers[number].lastStep >= 0 && (placed.isEmpty || !isPlaced.contains(number)) {
      starts.append(number, to: &starting[buffers[number].firstStep])
      ends.append(number, to: &ending[buffers[number].lastStep])
    }
    var gaps = FreeGaps(), innerGaps = FreeGaps()
    for phase in phases {
      for step in phase.steps {
        starts.forEach(starting[step]) {
          let byteCount = buffers[$0].byteCount(phase.rows), lifetime = buffers[$0].lifetime
          if buffers[$0].isInner {
            buffers[$0].offset = innerGaps.take(byteCount)
          } else if placed.isEmpty {
            buffers[$0].offset = gaps.take(byteCount)
          } else {
            buffers[$0].offset = gaps.take(
              byteCount, around: placed.lazy.filter { $0.lifetime.overlaps(lifetime) })
          }
        }
        ends.forEach(ending[step]) {
          let byteCount = buffers[$0].byteCount(phase.rows)
          if buffers[$0].isInner {
            innerGaps.give(buffers[$0].offset, byteCount)
          } else {
            gaps.give(buffers[$0].offset, byteCount)
          }
        }
      }
    }
    arenaByteCount = placed.reduce(gaps.end) { max($0, $1.range.upperBound) }
    rowArenaByteCount = innerGaps.end
  }

  /// The buffers by whose size it is decided where they lie, largest first: few, so that asking for
  /// each other one whether it is in their way takes little.
  private var largeBuffers: [Int] {
    var largest = 0
    for number in buffers.indices where buffers[number].isBetweenPhases {
      largest = max(largest, buffers[number].numberByteCount)
    }
    if largest < Buffer.large { return [] }
    let large = buffers.indices.filter {
      buffers[$0].isBetweenPhases && buffers[$0].numberByteCount >= largest / 8
    }
    let order = large.sorted {
      (buffers[$1].numberByteCount, $0) < (buffers[$0].numberByteCount, $1)
    }
    return Array(order.prefix(64))
  }

  /// Places buffers in this order, each where it is free of those before it while it lives.
  private mutating func placeBySize(_ large: [Int]) -> [Tenancy] {
    var placed: [Tenancy] = []
    for number in large {
      let pieces = buffers[number].pieces.map { Tenancy(buffer: number, $0) }
      var offset = 0, isFree = false
      while !isFree {
        isFree = true
        for piece in pieces {
          let start = firstOffset(
            from: offset + piece.range.lowerBound, for: piece.range.count,
            around: placed.lazy.filter { $0.lifetime.overlaps(piece.lifetime) })
          if start > offset + piece.range.lowerBound {
            offset = start - piece.range.lowerBound
            isFree = false
          }
        }
      }
      buffers[number].offset = offset
      for piece in pieces {
        let piece = piece.moved(by: offset)
        let place = placed.firstIndex { $0.range.lowerBound > piece.range.lowerBound }
        placed.insert(piece, at: place ?? placed.count)
      }
    }
    return placed
  }
}

extension Plan {
  /// The lowest offset, in the arena or behind it, at which so many bytes lie beside all buffers
  /// that live during a phase.
  package func freeOffset(for byteCount: Int, during phase: Phase) -> Int {
    let lifetime = phase.steps.lowerBound...phase.steps.upperBound - 1
    var living: [Tenancy] = []
    for number in buffers.indices {
      let buffer = buffers[number]
      if !buffer.isBetweenPhases || buffer.part != nil || buffer.donor != nil { continue }
      for piece in buffer.pieces where piece.lifetime.overlaps(lifetime) {
        living.append(Tenancy(buffer: number, piece).moved(by: buffer.offset))
      }
    }
    living.sort { $0.range.lowerBound < $1.range.lowerBound }
    return firstOffset(from: 0, for: byteCount, around: living)
  }
}

extension Plan.Buffer {
  /// Plans of small steps are made often, and have nothing to win.
  fileprivate static let large = 1 << 16
  var isLarge: Bool { numberByteCount >= Self.large }
  var isBetweenPhases: Bool { lastStep >= 0 && !isInner }
  fileprivate var lifetime: ClosedRange<Int> { firstStep...lastStep }

  /// It has no time of its own any more: it lives with another.
  mutating func leaveTime() { (firstStep, lastStep) = (.max, -1) }
}

/// Whole cache lines of the arena that a buffer has while it, or a section of it, lives.
private struct Tenancy {
  let buffer: Int
  private(set) var range: Range<Int>
  let lifetime: ClosedRange<Int>

  /// Of a buffer that begins where the arena does.
  init(buffer: Int, _ section: Plan.Buffer.Section) {
    self.buffer = buffer
    range = section.bytes.lowerBound & ~63..<Plan.padded(section.bytes.upperBound)
    lifetime = section.lifetime
  }

  func moved(by offset: Int) -> Tenancy {
    var moved = self
    moved.range = range.lowerBound + offset..<range.upperBound + offset
    return moved
  }
}

/// The lowest offset from one on where so many bytes lie beside those of others, which are
/// in the order in which they begin.
private func firstOffset(
  from start: Int, for byteCount: Int, around others: some Sequence<Tenancy>
) -> Int {
  var offset = start
  for other in others where other.range.upperBound > offset {
    if other.range.lowerBound >= offset + byteCount { break }
    offset = other.range.upperBound
  }
  return offset
}

/// The unused ranges of an arena, in order of their offsets.
private struct FreeGaps {
  private var gaps: [(offset: Int, byteCount: Int)] = []
  /// Where the arena ends so far.
  private(set) var end = 0

  mutating func take(
    _ byteCount: Int, around others: some Sequence<Tenancy> = EmptyCollection<Tenancy>()
  ) -> Int {
    if byteCount == 0 { return 0 }
    for index in gaps.indices where gaps[index].byteCount >= byteCount {
      let gap = gaps[index], offset = firstOffset(from: gap.offset, for: byteCount, around: others)
      let behind = gap.offset + gap.byteCount - offset - byteCount
      if behind < 0 { continue }
      gaps[index].byteCount = offset - gap.offset
      if behind > 0 { gaps.insert((offset + byteCount, behind), at: index + 1) }
      if gaps[index].byteCount == 0 { gaps.remove(at: index) }
      return offset
    }
    // A gap at the end grows.
    if let last = gaps.last, last.offset + last.byteCount == end {
      gaps.removeLast()
      end = last.offset
    }
    let offset = firstOffset(from: end, for: byteCount, around: others)
    if offset > end { gaps.append((end, offset - end)) }
    end = offset + byteCount
    return offset
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
