// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

// Where buffers are, and when.

extension Plan {
  /// Buffers lie in the arena, inner ones in that of their thread, live while they are used, and
  /// share bytes with none that lives at the same time.
  func checkBuffers() throws(Illegality) {
    try checkLifetimes()
    let phaseOfStep = phaseOfStep
    try checkParts()
    let used = buffers.filter { $0.firstStep <= $0.lastStep && $0.part == nil }
    var places = OccupiedPlaces(), innerPlaces = OccupiedPlaces()
    for buffer in used.sorted(by: { $0.firstStep < $1.firstStep }) {
      let byteCount = buffer.byteCount(phases[phaseOfStep[buffer.firstStep]].rows)
      if byteCount == 0 { continue }
      let end = buffer.isInner ? rowArenaByteCount : arenaByteCount
      try require(
        buffer.offset >= 0 && buffer.offset % 64 == 0 && buffer.offset + byteCount <= end,
        "a buffer lies outside the arena")
      if buffer.isInner {
        try innerPlaces.occupy(buffer, byteCount)
      } else {
        try places.occupy(buffer, byteCount)
      }
    }
  }

  /// Parts lie within their whole, which is none, has no other elements, and lives as long; none
  /// overlaps another.
  private func checkParts() throws(Illegality) {
    var ends: [Int: [(start: Int, end: Int)]] = [:]
    for buffer in buffers {
      guard let part = buffer.part else { continue }
      let whole = buffers[part.whole], end = part.byteOffset + buffer.numberByteCount
      try require(
        whole.part == nil && whole.elementType == buffer.elementType && !whole.isInner
          && !buffer.isInner && part.byteOffset >= 0 && part.byteOffset % 64 == 0
          && end <= whole.numberByteCount && buffer.offset == whole.offset + part.byteOffset
          && buffer.firstStep == whole.firstStep && buffer.lastStep == whole.lastStep,
        "a part does not lie in its whole")
      ends[part.whole, default: []].append((part.byteOffset, end))
    }
    for (whole, parts) in ends {
      var last = 0
      for part in parts.sorted(by: { $0.start < $1.start }) {
        try require(part.start == last, "parts do not fill their whole")
        last = part.end
      }
      try require(last == buffers[whole].numberByteCount, "parts do not fill their whole")
    }
  }

  /// A buffer's memory is its own during all phases that use it, that of an inner one during all
  /// steps, which are of one phase.
  private func checkLifetimes() throws(Illegality) {
    for phase in phases {
      for number in phase.steps {
        for case .buffer(let index) in steps[number].reads.map(\.slot) + steps[number].writes {
          let buffer = buffers[index]
          if buffer.isInner {
            try require(
              phase.rows.map { buffer.elementCount.isMultiple(of: $0.count) } == true
                && phase.steps.contains(buffer.firstStep)
                && phase.steps.contains(buffer.lastStep)
                && buffer.firstStep <= number && number <= buffer.lastStep,
              "inner buffer \(index) is used when it does not live")
          } else {
            try require(
              buffer.firstStep <= phase.steps.lowerBound
                && buffer.lastStep >= phase.steps.upperBound - 1,
              "buffer \(index) is used when it does not live")
          }
        }
      }
    }
  }
}

/// Who has which bytes of the arena: places that do not overlap, in order of their offsets.
private struct OccupiedPlaces {
  private var places: [(offset: Int, end: Int, lastStep: Int)] = []

  /// Gives a buffer its bytes, which nobody may have who still lives.
  mutating func occupy(_ buffer: Plan.Buffer, _ byteCount: Int) throws(Illegality) {
    let end = buffer.offset + byteCount
    var low = 0, high = places.count
    while low < high {
      let middle = (low + high) / 2
      if places[middle].end <= buffer.offset { low = middle + 1 } else { high = middle }
    }
    // From here on places end behind the buffer's offset.
    var next = low
    while next < places.count, places[next].offset < end {
      try require(places[next].lastStep < buffer.firstStep, "two living buffers overlap")
      next += 1
    }
    let place = (offset: buffer.offset, end: end, lastStep: buffer.lastStep)
    places.replaceSubrange(low..<next, with: CollectionOfOne(place))
  }
}
