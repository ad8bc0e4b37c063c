// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackTensors

/// Plans by the structure of the graph they were made for. The hash finds candidates, the whole key
/// decides. Bounded in number and in bytes: the plans that were not used for longest go first.
package final class PlanCache: Sendable {
  package static let shared = PlanCache()
  package static let capacity = 256
  /// Bytes that the plans kept may take.
  package static let byteLimit = 1 << 28
  /// Graphs beyond this many words of key are planned each time: they are rarely seen twice.
  static let longestKey = 1 << 20

  private struct Entry {
    let key: [UInt64]
    let executable: Executable
    var lastUse: Int
    var byteCount: Int { key.count * MemoryLayout<UInt64>.stride + executable.byteCount }
  }

  private struct Contents {
    var entries: [Entry] = []
    var byteCount = 0
    /// Open addressing, twice as many places as entries: the hash of each entry and its number.
    /// `Dictionary` would hash the hash, and take longer than the rest of a look-up.
    private var places = [(hash: UInt64, entry: Int)](
      repeating: (0, -1), count: 2 * PlanCache.capacity)
    var clock = 0
    var misses = 0

    mutating func find(_ key: [UInt64], _ hash: UInt64) -> Executable? {
      var place = Int(truncatingIfNeeded: hash) & (places.count - 1)
      while places[place].entry >= 0 {
        let number = places[place].entry
        if places[place].hash == hash, entries[number].key == key {
          clock += 1
          entries[number].lastUse = clock
          return entries[number].executable
        }
        place = (place + 1) & (places.count - 1)
      }
      return nil
    }

    /// Keeps a plan; if there are too many or too large ones, forgets half of them, those that were
    /// not used for longest, and returns these.
    mutating func add(_ key: [UInt64], _ hash: UInt64, _ executable: Executable) -> [Executable] {
      let added = Entry(key: key, executable: executable, lastUse: clock + 1)
      var forgotten: [Executable] = []
      if entries.count >= PlanCache.capacity || byteCount + added.byteCount > PlanCache.byteLimit {
        entries.sort { $0.lastUse > $1.lastUse }
        var kept = 0, keptBytes = 0
        while kept < entries.count / 2, keptBytes <= PlanCache.byteLimit / 2 {
          keptBytes += entries[kept].byteCount
          kept += 1
        }
        forgotten = entries[kept...].map(\.executable)
        entries.removeSubrange(kept...)
        byteCount = keptBytes
        for place in places.indices { places[place].entry = -1 }
        for number in entries.indices { note(number, PlanCache.hash(entries[number].key)) }
      }
      clock += 1
      byteCount += added.byteCount
      entries.append(added)
      note(entries.count - 1, hash)
      return forgotten
    }

    private mutating func note(_ number: Int, _ hash: UInt64) {
      var place = Int(truncatingIfNeeded: hash) & (places.count - 1)
      while places[place].entry >= 0 { place = (place + 1) & (places.count - 1) }
      places[place] = (hash, number)
    }
  }

  private let contents = Lock(Contents())

  /// How many plans have been made, for tests and for `pullback bench`.
  package var misses: Int { contents.withLock { $0.misses } }

  package var count: Int { contents.withLock { $0.entries.count } }

  package var byteCount: Int { contents.withLock { $0.byteCount } }

  /// The plan of a key, if it has been made.
  func known(_ key: [UInt64]) -> Executable? {
    let hash = PlanCache.hash(key)
    return contents.withLock { $0.find(key, hash) }
  }

  func executable(for capture: borrowing Capture) -> Executable {
    let hash = PlanCache.hash(capture.key)
    if let known = contents.withLock({ $0.find(capture.key, hash) }) { return known }
    // Planned outside the lock; if two threads plan the same graph, the second plan is dropped.
    let made = Executable(Plan(capture.program))
    let (kept, forgotten) = contents.withLock { contents -> (Executable, [Executable]) in
      contents.misses += 1
      if capture.key.count > PlanCache.longestKey { return (made, []) }
      if let known = contents.find(capture.key, hash) { return (known, []) }
      return (made, contents.add(capture.key, hash, made))
    }
    // Released here, outside the lock: their memory goes back where others take theirs.
    withExtendedLifetime(forgotten) {}
    return kept
  }

  private static func hash(_ key: [UInt64]) -> UInt64 {
    // A polynomial of the words at each of two points, side by side: one multiplication would wait
    // for the other. The full comparison makes collisions harmless.
    var (even, odd) = (UInt64(key.count), UInt64(0))
    var index = 0
    while index + 1 < key.count {
      even = even &* 0x9E37_79B9_7F4A_7C15 &+ key[index]
      odd = odd &* 0xD6E8_FEB8_6659_FD93 &+ key[index + 1]
      index += 2
    }
    if index < key.count { even = even &* 0x9E37_79B9_7F4A_7C15 &+ key[index] }
    // High bits of words only ever reach high bits; places are found by the low ones.
    let mixed = (even ^ (odd >> 29 | odd << 35)) &* 0x9E37_79B9_7F4A_7C15
    return mixed ^ mixed >> 32
  }
}
