// SPDX-License-Identifier: Apache-2.0

/// Serial number -> position, open addressing: about 3 ns a look-up where `Dictionary` takes 30.
/// Emptying it costs nothing: entries of another generation count as free places.
package struct PositionTable {
  private struct Entry {
    var serial: UInt64 = 0
    var generation: UInt32 = 0
    var position: Int32 = 0
  }

  private var entries = [Entry](repeating: Entry(), count: 64)
  private var generation: UInt32 = 1
  private var count = 0

  package init() {}

  package subscript(serial: UInt64) -> Int? {
    get {
      let entry = entries[place(of: serial)]
      return entry.generation == generation ? Int(entry.position) : nil
    }
    set {
      if count * 2 >= entries.count { grow() }
      let place = place(of: serial)
      if entries[place].generation != generation { count += 1 }
      entries[place] = Entry(
        serial: serial, generation: generation, position: Int32(newValue!))
    }
  }

  package mutating func removeAll() {
    count = 0
    if generation == .max {
      self = PositionTable()
    } else {
      generation += 1
    }
  }

  /// Where the serial is, or the free place where it belongs.
  private func place(of serial: UInt64) -> Int {
    let mask = entries.count - 1
    // Serials are close together; a multiplication by 2^64 / golden ratio spreads them.
    var place = Int(truncatingIfNeeded: serial &* 0x9E37_79B9_7F4A_7C15 >> 20) & mask
    while entries[place].generation == generation, entries[place].serial != serial {
      place = (place + 1) & mask
    }
    return place
  }

  private mutating func grow() {
    let old = entries
    entries = [Entry](repeating: Entry(), count: old.count * 2)
    for entry in old where entry.generation == generation {
      entries[place(of: entry.serial)] = entry
    }
  }
}
