// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

// Large buffers of which each piece is made, or read for the last time, at a time of its own: the
// product that drives all positions of a recurrence, the gradients that they leave. Their pieces
// make room for others one after the other.

extension Plan {
  /// Finds the sections of large buffers, whose lifetimes are known.
  mutating func findSections() {
    if !buffers.contains(where: { $0.isBetweenPhases && $0.isLarge }) { return }
    let phaseOfStep = phaseOfStep
    func steps(of step: Int) -> Range<Int> { phases[phaseOfStep[step]].steps }
    var sections: [Int: [Buffer.Section]] = [:]
    for number in self.steps.indices {
      for write in self.steps[number].filled {
        guard case .buffer(let buffer) = write.slot, let part = buffers[buffer].part,
          buffers[part.whole].isLarge
        else { continue }
        let end = part.byteOffset + buffers[buffer].numberByteCount
        sections[part.whole, default: []].append(
          Buffer.Section(
            bytes: part.byteOffset..<end, firstStep: steps(of: number).lowerBound,
            lastStep: buffers[part.whole].lastStep))
      }
    }
    let pieces = ReadPieces(self.steps, buffers) {
      buffers[$0].isLarge && buffers[$0].isBetweenPhases && sections[$0] == nil
    }
    for (number, pieces) in pieces.ofBuffer {
      let buffer = buffers[number], size = buffer.elementType.byteCount
      var end = 0
      func add(to next: Int, until lastStep: Int) {
        if next == end { return }
        sections[number, default: []].append(
          Buffer.Section(
            bytes: end..<next, firstStep: buffer.firstStep, lastStep: lastStep))
        end = next
      }
      // What nobody reads is written all the same.
      let unread = steps(of: buffer.firstStep).upperBound - 1
      for piece in pieces {
        add(to: piece.elements.lowerBound * size, until: unread)
        add(to: piece.elements.upperBound * size, until: steps(of: piece.lastStep).upperBound - 1)
      }
      add(to: buffer.numberByteCount, until: unread)
    }
    for (number, sections) in sections {
      buffers[number].sections = joined(
        sections.sorted { $0.bytes.lowerBound < $1.bytes.lowerBound })
    }
  }

  /// Those beside each other that live equally long are one; if all are, there are none.
  private func joined(_ sections: [Buffer.Section]) -> [Buffer.Section] {
    var joined: [Buffer.Section] = []
    for section in sections {
      if let last = joined.last, last.lifetime == section.lifetime {
        joined[joined.count - 1].bytes = last.bytes.lowerBound..<section.bytes.upperBound
      } else {
        joined.append(section)
      }
    }
    return joined.count > 1 ? joined : []
  }
}

/// The pieces of buffers that are read apart from each other, in order, and which step reads each
/// last.
struct ReadPieces {
  struct Piece {
    var elements: Range<Int>
    var lastStep: Int
  }

  private(set) var ofBuffer: [Int: [Piece]] = [:]

  init(_ steps: [Step], _ buffers: [Plan.Buffer], where isWanted: (Int) -> Bool) {
    for (number, step) in steps.enumerated() {
      for read in step.reads {
        guard case .buffer(let buffer) = read.slot, isWanted(buffer) else { continue }
        ofBuffer[buffer, default: []].append(
          Piece(elements: read.elements(of: buffers[buffer].elementCount), lastStep: number))
      }
    }
    for buffer in ofBuffer.keys {
      let reads = ofBuffer[buffer]!.sorted { $0.elements.lowerBound < $1.elements.lowerBound }
      var pieces: [Piece] = []
      for read in reads where !read.elements.isEmpty {
        guard let last = pieces.last, read.elements.lowerBound < last.elements.upperBound else {
          pieces.append(read)
          continue
        }
        let end = max(last.elements.upperBound, read.elements.upperBound)
        pieces[pieces.count - 1] = Piece(
          elements: last.elements.lowerBound..<end, lastStep: max(last.lastStep, read.lastStep))
      }
      ofBuffer[buffer] = pieces
    }
  }
}

extension Read {
  /// The elements from the lowest to the highest that are read, of a slot of `count`; all if that
  /// is not known.
  func elements(of count: Int) -> Range<Int> {
    guard let space else { return 0..<count }
    if space.elementCount == 0 { return 0..<0 }
    var lowest = access.view.offset, highest = lowest
    for axis in 0..<space.rank {
      let reach = (space[axis] - 1) * access.view.strides[axis]
      lowest += min(reach, 0)
      highest += max(reach, 0)
    }
    return lowest..<highest + 1
  }
}
