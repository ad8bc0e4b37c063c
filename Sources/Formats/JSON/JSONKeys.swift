// SPDX-License-Identifier: Apache-2.0

/// The keys of a JSON object by where they stand in its text: some ten bytes for each, so that an
/// object of millions of short members takes not much more than its text.
///
/// Many keys are found by an open-addressed table of their positions. Keys are compared byte for
/// byte, with their escapes replaced.
struct JSONKeys: Sendable {
  /// Where the keys begin, at their quotation marks, in the order of the text.
  private(set) var positions: ContiguousArray<UInt32> = []
  /// Positions, each where the hash of its key says or in the next free place behind; 0, where no
  /// key can stand, marks a free place. Empty if there are few keys.
  private var slots: ContiguousArray<UInt32> = []

  /// Adds the key at a position. False if it is there already.
  mutating func insert(at position: Int, in text: JSONScanner) throws(FileError) -> Bool {
    let key = try text.text(at: position)
    if try self.position(of: key, in: text) != nil { return false }
    positions.append(UInt32(position))
    // A quarter of the places stays free.
    if positions.count > 8 && 4 * positions.count > 3 * slots.count {
      try grow(in: text)
    } else if !slots.isEmpty {
      place(key, position)
    }
    return true
  }

  /// Where a key stands; nil if there is none.
  func position(of key: Bytes.SubSequence, in text: JSONScanner) throws(FileError) -> Int? {
    if slots.isEmpty {
      for position in positions where try text.text(at: Int(position)) == key {
        return Int(position)
      }
      return nil
    }
    var slot = firstSlot(of: key)
    while slots[slot] != 0 {
      if try text.text(at: Int(slots[slot])) == key { return Int(slots[slot]) }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  private mutating func grow(in text: JSONScanner) throws(FileError) {
    let count = max(16, 2 * slots.count)
    // First the old memory goes.
    slots = []
    slots = ContiguousArray(repeating: 0, count: count)
    for position in positions { place(try text.text(at: Int(position)), Int(position)) }
  }

  private mutating func place(_ key: Bytes.SubSequence, _ position: Int) {
    var slot = firstSlot(of: key)
    while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
    slots[slot] = UInt32(position)
  }

  /// `Hasher` is seeded anew in each process: no file can make keys meet.
  private func firstSlot(of key: Bytes.SubSequence) -> Int {
    var hasher = Hasher()
    for byte in key { hasher.combine(byte) }
    // The number of places is a power of two.
    return hasher.finalize() & (slots.count - 1)
  }
}
