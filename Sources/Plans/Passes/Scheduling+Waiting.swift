// SPDX-License-Identifier: Apache-2.0

/// A phase by rows would take all layers on the way back, and the gradients of all their results
/// would live until the gradients of their parameters are computed from them, far from the caches
/// by then. So it ends where much waits, and what waits is done before it goes on. And it ends
/// where much memory is not needed any more that the steps behind could have: within a phase
/// threads are at different steps, and one must not write where another still reads. Lastly it ends
/// where its products have multiplied by so much that it is not near any more when the next rows
/// come, and copies of it would lie beside each other.
extension Scheduler {
  /// Bytes that may wait: a second cache.
  static let much = 1 << 20
  /// Bytes for which a phase ends so that they can be used again.
  private static let muchMemory = 1 << 19

  /// Steps that read much and leave little, such as the gradients of parameters, are put where they
  /// can first be done, so that the window shows them when what they read is at hand.
  mutating func moveUpWhatFrees() {
    countFreed()
    bufferReaderCounts = [Int](filled: 0, count: buffers.count)
    isMovedUp = [Bool](filled: false, count: steps.count)
    var lastWriters = [Int](filled: -1, count: isDone.count)
    for step in steps.indices {
      lastWriters[step] = step
      for slot in Set(steps[step].reads.map(\.slot)) {
        if case .buffer(let number) = slot { bufferReaderCounts[number] += 1 }
      }
      for whole in links[step].wholes { lastWriters[steps.count + whole] = step }
    }
    var keys: [Int] = []
    keys.reserveCapacity(steps.count)
    for step in steps.indices {
      let last = links[step].sources.map { lastWriters[$0] }.max() ?? -1
      isMovedUp[step] = last >= 0 && frees(step)
      keys.append(isMovedUp[step] ? keys[last] + 1 : 2 * step)
    }
    remaining.sort { (keys[$0], $0) > (keys[$1], $1) }
  }

  /// Counts, for each step, the bytes that it is the last to read.
  private mutating func countFreed() {
    freed = [Int](filled: 0, count: steps.count)
    let pieces = ReadPieces(steps, buffers) { buffers[$0].part == nil }
    for (buffer, pieces) in pieces.ofBuffer {
      for piece in pieces {
        freed[piece.lastStep] += piece.elements.count * buffers[buffer].elementType.byteCount
      }
    }
  }

  private func frees(_ step: Int) -> Bool {
    let (read, written) = byteCounts(of: step)
    return read > Scheduler.much / 8 && written * 4 <= read
  }

  private func byteCounts(of step: Int) -> (read: Int, written: Int) {
    (
      Set(steps[step].reads.map(\.slot)).reduce(0) { $0 + byteCount(of: $1) },
      steps[step].filled.reduce(0) { $0 + byteCount(of: $1.slot) }
    )
  }

  private func byteCount(of slot: Slot) -> Int {
    if case .buffer(let number) = slot { buffers[number].numberByteCount } else { 0 }
  }

  /// Whether so many steps, all of one phase, are all that read a slot; whoever reads the whole of
  /// a part comes later.
  private func areAllReaders(_ count: Int, of slot: Slot) -> Bool {
    guard case .buffer(let number) = slot else { return false }
    return count > 0 && buffers[number].part == nil && bufferReaderCounts[number] == count
  }

  /// The first of the steps `chosen`, which go by rows, after which much waits, can be used again
  /// or was multiplied by, and the steps that wait for them; all of `chosen` if it is not much.
  func part(
    of chosen: [Int], among window: [Int]
  ) -> (steps: ArraySlice<Int>, readers: [Int]) {
    if !takesMuch { return (chosen[...], []) }
    let readers = readers(of: chosen, among: window)
    let made = made(by: chosen, for: readers)
    let reusable = reusable(after: chosen, making: made)
    let shared = byteCountsOfShared(by: chosen)
    func waiting(after place: Int) -> Int {
      made.reduce(0) { $0 + ($1.waits <= place ? $1.byteCount : 0) }
    }
    // What would leave the caches only to pass from one part to the other: little beside what
    // waits or is free, or nothing is gained.
    func crossing(_ place: Int) -> Int {
      made.reduce(0) {
        let crosses = $1.isInner && $1.filled <= place && $1.lastRead > place
        return $0 + (crosses ? $1.byteCount : 0)
      }
    }
    let last = chosen.indices.first {
      let waiting = waiting(after: $0)
      return waiting > Scheduler.much && crossing($0) * 4 <= waiting
        || reusable[$0] > Scheduler.muchMemory && crossing($0) * 4 <= reusable[$0]
        || shared[$0] >= Scheduler.much && crossing($0) * 4 <= shared[$0]
    }
    guard let last else { return (chosen[...], []) }
    return (chosen[...last], readers.filter { $0.place <= last }.map(\.step))
  }

  /// After each of the steps `chosen` the bytes that were needed until then and that those behind
  /// it fill for others, the lesser of both; none where it is little beside all that they fill, for
  /// each end of a phase takes time.
  private func reusable(after chosen: [Int], making made: [Made]) -> [Int] {
    var later = [Int](filled: 0, count: chosen.count), free = later
    for buffer in made {
      if buffer.isInner {
        // Not memory that others could have.
        free[buffer.lastRead] -= buffer.byteCount
      } else {
        later[buffer.filled] += buffer.byteCount
      }
    }
    let all = later.reduce(0, +)
    var freeSoFar = 0, stillToCome = all
    return chosen.indices.map { place in
      freeSoFar += freed[chosen[place]] + free[place]
      stillToCome -= later[place]
      let reusable = min(freeSoFar, stillToCome)
      return 4 * reusable > all ? reusable : 0
    }
  }

  /// The first of the steps `chosen`, each by itself, up to where their products multiply by much.
  func near(_ chosen: [Int]) -> ArraySlice<Int> {
    if chosen.count == 1 { return chosen[...] }
    let last = byteCountsOfShared(by: chosen).firstIndex { $0 >= Scheduler.much }
    return chosen[...(last ?? chosen.count - 1)]
  }

  /// After each of the steps `chosen` the bytes that their products multiplied all rows by.
  private func byteCountsOfShared(by chosen: [Int]) -> [Int] {
    var seen: Set<SharedMatrix> = [], sum = 0
    return chosen.map { step in
      if let matrix = steps[step].readByAllRows, seen.insert(matrix).inserted {
        sum += matrix.byteCount
      }
      return sum
    }
  }

  /// Steps outside of `chosen` that need nothing else and leave no more than they read, with the
  /// place in it of the last step that they need.
  private func readers(
    of chosen: [Int], among window: [Int]
  ) -> [(step: Int, place: Int)] {
    window.compactMap { step in
      if chosen.contains(step) { return nil }
      var place = -1
      for writer in links[step].sources where !isDone[writer] {
        guard let index = chosen.firstIndex(of: writer) else { return nil }
        place = max(place, index)
      }
      let (read, written) = byteCounts(of: step)
      return written <= read ? (step, place) : nil
    }
  }

  /// A buffer that a step of the phase fills, by places among its steps.
  private struct Made {
    let byteCount: Int
    let filled: Int
    let lastRead: Int
    /// Whether only steps of the phase read it.
    let isInner: Bool
    /// From where on a step outside waits; `Int.max` if none does.
    let waits: Int
  }

  private func made(by chosen: [Int], for readers: [(step: Int, place: Int)]) -> [Made] {
    chosen.indices.flatMap { place in
      steps[chosen[place]].filled.map { write in
        func reads(_ step: Int) -> Bool { steps[step].reads.contains { $0.slot == write.slot } }
        let places = chosen.indices.filter { reads(chosen[$0]) }
        return Made(
          byteCount: byteCount(of: write.slot), filled: place,
          lastRead: places.last ?? place,
          isInner: areAllReaders(places.count, of: write.slot),
          waits: readers.filter { reads($0.step) }.map(\.place).min() ?? .max)
      }
    }
  }
}
