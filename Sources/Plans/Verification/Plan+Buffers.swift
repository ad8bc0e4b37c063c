// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

// Where buffers are, and when.

extension Plan {
  /// Buffers lie in the arena, live while they are used, and share bytes with none that lives at the
  /// same time; but in a phase that goes by rows each row of one may take the place of the same row of
  /// another that is done with.
  func checkBuffers() throws(Illegality) {
    try checkLifetimes()
    let phaseOfStep = phaseOfStep
    let used = buffers.filter { $0.firstStep <= $0.lastStep && $0.byteCount > 0 }
    var places = OccupiedPlaces()
    for buffer in used.sorted(by: { $0.start < $1.start }) {
      try require(
        buffer.offset >= 0 && buffer.offset % 64 == 0
          && buffer.offset + buffer.byteCount <= arenaByteCount,
        "a buffer lies outside the arena")
      try places.occupy(buffer) { other in
        guard let before = other.rowSteps, let after = buffer.rowSteps,
          other.numberByteCount == buffer.numberByteCount
        else { return false }
        let phase = phaseOfStep[before.lowerBound]
        return before.upperBound < after.lowerBound && phaseOfStep[after.lowerBound] == phase
          && phases[phase].rows != nil
      }
    }
  }

  /// A buffer's memory is its own during all phases that use it.
  private func checkLifetimes() throws(Illegality) {
    for phase in phases {
      for number in phase.steps {
        for case .buffer(let index) in steps[number].reads.map(\.slot) + steps[number].writes {
          let buffer = buffers[index]
          try require(
            buffer.firstStep <= phase.steps.lowerBound
              && buffer.lastStep >= phase.steps.upperBound - 1,
            "buffer \(index) is used when it does not live")
          if let rows = buffer.rowSteps {
            try require(rows.contains(number), "buffer \(index) is used beyond its rows")
          }
        }
      }
    }
  }
}

extension Plan.Buffer {
  /// In which order buffers come to life.
  fileprivate var start: (Int, Int) { (firstStep, rowSteps?.lowerBound ?? firstStep) }
}

/// Who has which bytes of the arena: places that do not overlap, in order of their offsets.
private struct OccupiedPlaces {
  private struct Place {
    let offset: Int
    let end: Int
    /// The last of those that took it over from each other, row by row.
    var holder: Plan.Buffer
    /// When all of them are done.
    var lastStep: Int
  }

  private var places: [Place] = []

  /// Gives a buffer its bytes, which nobody may have who still lives, but one that the buffer can follow
  /// in its place.
  mutating func occupy(
    _ buffer: Plan.Buffer, canFollow: (Plan.Buffer) -> Bool
  ) throws(Illegality) {
    let end = buffer.offset + buffer.byteCount
    var low = 0, high = places.count
    while low < high {
      let middle = (low + high) / 2
      if places[middle].end <= buffer.offset { low = middle + 1 } else { high = middle }
    }
    // From here on places end behind the buffer's offset.
    var next = low
    while next < places.count, places[next].offset < end {
      let place = places[next]
      if place.lastStep >= buffer.firstStep {
        try require(
          place.offset == buffer.offset && place.end == end && canFollow(place.holder),
          "two living buffers overlap")
        places[next].holder = buffer
        places[next].lastStep = max(place.lastStep, buffer.lastStep)
        return
      }
      next += 1
    }
    let place = Place(
      offset: buffer.offset, end: end, holder: buffer, lastStep: buffer.lastStep)
    places.replaceSubrange(low..<next, with: CollectionOfOne(place))
  }
}
