// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// Values by keys, those that were used last: bounded in number and in bytes.
///
/// Where a new one does not fit, half of them go, those that were not used for longest. The hash
/// finds candidates, the whole key decides. For one thread; several share a ``SharedRecentlyUsed``.
package struct RecentlyUsed<Value: Sendable>: Sendable {
  private struct Entry: Sendable {
    let key: [UInt64]
    let hash: UInt64
    let value: Value
    let byteCount: Int
    var lastUse: Int
  }

  private let capacity: Int
  private let byteLimit: Int
  private var entries: [Entry] = []
  /// The number of the entry that was used last: mostly it is asked for again.
  private var latest = 0
  /// Open addressing, at least twice as many places as entries: at each the number of an entry, or
  /// -1. `Dictionary` would hash the hash, and take longer than the rest of a look-up.
  private var places: [Int] = []
  private var clock = 0
  /// What values and keys take.
  package private(set) var byteCount = 0

  package init(capacity: Int, byteLimit: Int) {
    self.capacity = capacity
    self.byteLimit = byteLimit
  }

  package var count: Int { entries.count }

  /// The value that was used last.
  package var latestValue: Value? { entries.isEmpty ? nil : entries[latest].value }

  package mutating func find(_ key: [UInt64]) -> Value? {
    if !entries.isEmpty, entries[latest].key == key { return entries[latest].value }
    return find(key, hash: hash(ofWords: key))
  }

  mutating func find(_ key: [UInt64], hash: UInt64) -> Value? {
    if entries.isEmpty { return nil }
    var place = Int(truncatingIfNeeded: hash) & (places.count - 1)
    while places[place] >= 0 {
      let number = places[place]
      if entries[number].hash == hash, entries[number].key == key {
        use(number)
        return entries[number].value
      }
      place = (place + 1) & (places.count - 1)
    }
    return nil
  }

  /// Keeps a value whose key is not there, unless it alone is too large. Returns what has to go for
  /// it, to be released outside of any lock.
  package mutating func add(_ key: [UInt64], _ value: Value, byteCount: Int) -> [Value] {
    add(key, value, byteCount: byteCount, hash: hash(ofWords: key))
  }

  mutating func add(_ key: [UInt64], _ value: Value, byteCount: Int, hash: UInt64) -> [Value] {
    let size = byteCount + key.count * MemoryLayout<UInt64>.stride
    if size > byteLimit { return [] }
    var forgotten: [Value] = []
    if entries.count >= capacity || self.byteCount + size > byteLimit {
      forgotten = forgetHalf(leaving: size)
    }
    entries.append(Entry(key: key, hash: hash, value: value, byteCount: size, lastUse: 0))
    self.byteCount += size
    use(entries.count - 1)
    if places.count < 2 * entries.count {
      places = Array(repeating: -1, count: max(8, 2 * places.count))
      for number in entries.indices { note(number) }
    } else {
      note(entries.count - 1)
    }
    return forgotten
  }

  /// Forgets at least half of the entries, and so many that there is room for `size` bytes.
  private mutating func forgetHalf(leaving size: Int) -> [Value] {
    entries.sort { $0.lastUse > $1.lastUse }
    let limit = min(byteLimit / 2, byteLimit - size)
    var kept = 0
    byteCount = 0
    while kept < entries.count / 2, byteCount + entries[kept].byteCount <= limit {
      byteCount += entries[kept].byteCount
      kept += 1
    }
    let forgotten = entries[kept...].map(\.value)
    entries.removeSubrange(kept...)
    for place in places.indices { places[place] = -1 }
    for number in entries.indices { note(number) }
    return forgotten
  }

  private mutating func note(_ number: Int) {
    var place = Int(truncatingIfNeeded: entries[number].hash) & (places.count - 1)
    while places[place] >= 0 { place = (place + 1) & (places.count - 1) }
    places[place] = number
  }

  private mutating func use(_ number: Int) {
    clock += 1
    entries[number].lastUse = clock
    latest = number
  }
}

/// The same for several threads. Values are made outside the lock: where two threads make one for
/// the same key at once, the second is dropped.
package final class SharedRecentlyUsed<Value: Sendable>: Sendable {
  private struct Contents {
    var values: RecentlyUsed<Value>
    var made = 0
  }

  private let contents: Lock<Contents>
  /// Keys of more words are rarely seen twice: what is made for them is not kept.
  private let longestKey: Int

  package init(capacity: Int, byteLimit: Int, longestKey: Int = 1 << 20) {
    contents = Lock(Contents(values: RecentlyUsed(capacity: capacity, byteLimit: byteLimit)))
    self.longestKey = longestKey
  }

  package var count: Int { contents.withLock { $0.values.count } }

  package var byteCount: Int { contents.withLock { $0.values.byteCount } }

  /// How many values have been made, for tests and for `pullback bench`.
  package var made: Int { contents.withLock { $0.made } }

  /// The value of a key, if it is there.
  package func find(_ key: [UInt64]) -> Value? {
    let hash = hash(ofWords: key)
    return contents.withLock { $0.values.find(key, hash: hash) }
  }

  /// The value of a key: made, with about the bytes that it takes, if it is not there.
  package func find(_ key: [UInt64], orMake make: () -> (Value, byteCount: Int)) -> Value {
    let hash = hash(ofWords: key)
    if let known = contents.withLock({ $0.values.find(key, hash: hash) }) { return known }
    let (made, byteCount) = make()
    let (kept, forgotten) = contents.withLock { contents -> (Value, [Value]) in
      contents.made += 1
      if key.count > longestKey { return (made, []) }
      if let known = contents.values.find(key, hash: hash) { return (known, []) }
      return (made, contents.values.add(key, made, byteCount: byteCount, hash: hash))
    }
    // Released here, outside the lock: their memory goes back where others take theirs.
    withExtendedLifetime((made, forgotten)) {}
    return kept
  }
}

private func hash(ofWords key: [UInt64]) -> UInt64 {
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
