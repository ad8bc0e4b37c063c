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
    let used = usedBuffers.sorted { $0.firstStep < $1.firstStep }
    var innerPlaces = OccupiedPlaces(), pieces: [(offset: Int, piece: Buffer.Section)] = []
    for buffer in used {
      let byteCount = buffer.byteCount(phases[phaseOfStep[buffer.firstStep]].rows)
      if byteCount == 0 { continue }
      let end = buffer.isInner ? rowArenaByteCount : arenaByteCount
      try require(
        buffer.offset >= 0 && buffer.offset % 64 == 0 && buffer.offset + byteCount <= end,
        "a buffer lies outside the arena")
      if buffer.isInner {
        let whole = Buffer.Section(
          bytes: 0..<byteCount, firstStep: buffer.firstStep, lastStep: buffer.lastStep)
        try innerPlaces.occupy(buffer.offset, whole)
      } else {
        try checkSections(of: buffer)
        for piece in buffer.pieces { pieces.append((buffer.offset, piece)) }
      }
    }
    var places = OccupiedPlaces()
    for (offset, piece) in pieces.sorted(by: { $0.piece.firstStep < $1.piece.firstStep }) {
      try places.occupy(offset, piece)
    }
  }

  /// Sections follow each other, are all of their buffer, and live while it does.
  private func checkSections(of buffer: Buffer) throws(Illegality) {
    var end = 0
    for piece in buffer.pieces {
      try require(
        piece.bytes.lowerBound == end && piece.firstStep >= buffer.firstStep
          && piece.lastStep <= buffer.lastStep,
        "sections are not their buffer")
      end = piece.bytes.upperBound
    }
    try require(end == buffer.numberByteCount, "sections are not their buffer")
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

  /// A buffer's memory, and of sections that which is read or written, is its own during all phases
  /// that use it, that of an inner one during all steps, which are of one phase.
  private func checkLifetimes() throws(Illegality) {
    for phase in phases {
      for number in phase.steps {
        for read in steps[number].reads {
          guard case .buffer(let index) = read.slot else { continue }
          try checkLife(of: index, read.elements(of: buffers[index].elementCount), number, phase)
        }
        for case .buffer(let index) in steps[number].writes {
          try checkLife(of: index, 0..<buffers[index].elementCount, number, phase)
        }
      }
    }
  }

  private func checkLife(
    of index: Int, _ elements: Range<Int>, _ number: Int, _ phase: Phase
  ) throws(Illegality) {
    let buffer = buffers[index]
    if buffer.isInner {
      try require(
        phase.rows.map { buffer.elementCount.isMultiple(of: $0.count) } == true
          && phase.steps.contains(buffer.firstStep)
          && phase.steps.contains(buffer.lastStep)
          && buffer.firstStep <= number && number <= buffer.lastStep,
        "inner buffer \(index) is used when it does not live")
      return
    }
    let size = buffer.elementType.byteCount, start = buffer.part?.byteOffset ?? 0
    let bytes = start + elements.lowerBound * size..<start + elements.upperBound * size
    for piece in buffers[buffer.part?.whole ?? index].pieces where piece.bytes.overlaps(bytes) {
      try require(
        piece.firstStep <= phase.steps.lowerBound
          && piece.lastStep >= phase.steps.upperBound - 1,
        "buffer \(index) is used when it does not live")
    }
  }
}

/// Who has which bytes of the arena: places that do not overlap, in order of their offsets.
private struct OccupiedPlaces {
  private var places: [(start: Int, end: Int, lastStep: Int)] = []

  /// Gives a piece of a buffer at an offset its bytes, which nobody may have who still lives.
  mutating func occupy(
    _ offset: Int, _ piece: Plan.Buffer.Section
  ) throws(Illegality) {
    let start = offset + piece.bytes.lowerBound, end = offset + piece.bytes.upperBound
    var low = 0, high = places.count
    while low < high {
      let middle = (low + high) / 2
      if places[middle].end <= start { low = middle + 1 } else { high = middle }
    }
    // From here on places end behind the start.
    var next = low
    while next < places.count, places[next].start < end {
      try require(places[next].lastStep < piece.firstStep, "two living buffers overlap")
      next += 1
    }
    let place = (start: start, end: end, lastStep: piece.lastStep)
    places.replaceSubrange(low..<next, with: CollectionOfOne(place))
  }
}
