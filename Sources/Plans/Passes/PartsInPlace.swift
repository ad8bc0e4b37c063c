// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// Decides which wholes need not be put together: who makes their parts writes them
/// where they belong.
///
/// That holds for a buffer of parts side by side, each of which follows itself in memory, if
/// at least half of it is made by groups that nobody wants anywhere else. What is left is
/// copied, part by part.
struct PartsInPlace {
  /// A part of a whole: where it stands there, and who makes it; nil for one to be copied.
  struct Part {
    let number: Int
    let offset: Int
    let extents: Shape
    let maker: Int?
  }

  /// By the entries of the wholes.
  private(set) var ofWhole: [Int: [Part]] = [:]

  init(_ program: Program, _ fusion: Fusion, _ slots: [Slot?]) {
    // Who writes into a whole, and what is one: no part has parts.
    var isTaken: Set<Int> = []
    for group in fusion.groups.indices {
      guard let whole = fusion.groups[group].core, case .buffer = slots[whole],
        case .movement(.placed(let places)) = program.entries[whole].operation, places.count > 1,
        !isTaken.contains(whole)
      else { continue }
      let space = program.entries[whole].shape, type = program.entries[whole].elementType
      var parts: [Part] = [], made = 0, end = 0, areSideBySide = true
      var makers: Set<Int> = []
      parts.reserveCapacity(places.count)
      for (number, place) in places.enumerated() {
        let input = program.entries[whole].inputs[number], extents = program.entries[input].shape
        // Each begins where memory of its own would.
        guard let offset = place.offsetOfRun(extents, in: space), offset == end,
          offset * type.byteCount % 64 == 0
        else {
          areSideBySide = false
          break
        }
        end += extents.elementCount
        if extents.elementCount == 0 { continue }
        var maker = fusion.maker(of: input, for: whole, slots)
        if let base = maker, isTaken.contains(base) || ofWhole[base] != nil { maker = nil }
        if let base = maker, !makers.insert(base).inserted { maker = nil }
        if maker != nil { made += extents.elementCount }
        parts.append(Part(number: number, offset: offset, extents: extents, maker: maker))
      }
      if areSideBySide, end == space.elementCount, end > 0, 2 * made >= end {
        ofWhole[whole] = parts
        isTaken.formUnion(makers)
      }
    }
  }
}

extension Fusion {
  /// The entry that a group makes in a buffer of its own and whose elements, all of them in order,
  /// are those of an input.
  fileprivate func maker(of input: Int, for reader: Int, _ slots: [Slot?]) -> Int? {
    let shape = program.entries[input].shape
    guard case .entry(let base, let view) = source(of: input, for: reader), groupOf[base] >= 0,
      case .buffer = slots[base], view.isRowMajor(shape),
      program.entries[base].shape.elementCount == shape.elementCount,
      program.entries[base].elementType == program.entries[reader].elementType
    else { return nil }
    return base
  }
}

extension Place {
  /// Where a part begins whose elements follow each other in the memory of its whole;
  /// nil if they do not.
  fileprivate func offsetOfRun(_ extents: Shape, in whole: Shape) -> Int? {
    var offset = 0, stride = 1, isWhole = true
    for axis in whole.indices.reversed() {
      // In front of an axis that is not filled there is one index.
      if !isWhole, extents[axis] != 1 { return nil }
      if extents[axis] > 1, self.stride(axis) != 1 { return nil }
      if extents[axis] != whole[axis] { isWhole = false }
      offset += starts[axis] * stride
      stride *= whole[axis]
    }
    return offset
  }
}
