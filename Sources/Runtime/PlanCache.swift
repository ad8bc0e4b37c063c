// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import Synchronization

/// Plans by the structure of the graph they were made for. The hash finds candidates, the whole key
/// decides. Bounded: the plans that were not used for longest go first.
package final class PlanCache: Sendable {
  package static let shared = PlanCache()
  package static let capacity = 256
  /// Bytes that plans which are not running may keep for their next run.
  static let idleByteLimit = 1 << 29
  /// Graphs beyond this many words of key are planned each time: they are rarely seen twice.
  static let longestKey = 1 << 20

  private struct Entry {
    let key: [UInt64]
    let executable: Executable
    var lastUse: Int
  }

  private struct Contents {
    var entries: [UInt64: [Entry]] = [:]
    var count = 0
    var clock = 0
    var misses = 0

    /// Takes memory from the plans that were not used for longest.
    mutating func limitIdleBytes() {
      let byAge = entries.values.joined().sorted { $0.lastUse > $1.lastUse }
      var held = 0
      for entry in byAge {
        held += entry.executable.idleByteCount
        if held > PlanCache.idleByteLimit { entry.executable.dropIdleArenas() }
      }
    }

    mutating func find(_ key: [UInt64], _ hash: UInt64) -> Executable? {
      guard let index = entries[hash]?.firstIndex(where: { $0.key == key }) else { return nil }
      clock += 1
      entries[hash]![index].lastUse = clock
      return entries[hash]![index].executable
    }

    /// Forgets the half of the plans that was not used for longest.
    mutating func dropOldest() {
      let uses = entries.values.flatMap { $0.map(\.lastUse) }.sorted()
      let oldest = uses[uses.count / 2]
      for (hash, candidates) in entries {
        let kept = candidates.filter { $0.lastUse > oldest }
        count -= candidates.count - kept.count
        entries[hash] = kept.isEmpty ? nil : kept
      }
    }
  }

  private let contents = Mutex(Contents())

  /// How many plans have been made, for tests and for `pullback bench`.
  package var misses: Int { contents.withLock { $0.misses } }

  package var count: Int { contents.withLock { $0.count } }

  func executable(for capture: borrowing Capture) -> Executable {
    let hash = PlanCache.hash(capture.key)
    if let known = contents.withLock({ $0.find(capture.key, hash) }) { return known }
    // Planned outside the lock; if two threads plan the same graph, the second plan is dropped.
    let made = Executable(Plan(capture.program))
    return contents.withLock { contents in
      contents.misses += 1
      if capture.key.count > PlanCache.longestKey { return made }
      if let known = contents.find(capture.key, hash) { return known }
      if contents.count >= PlanCache.capacity { contents.dropOldest() }
      contents.limitIdleBytes()
      contents.clock += 1
      contents.entries[hash, default: []].append(
        Entry(key: capture.key, executable: made, lastUse: contents.clock))
      contents.count += 1
      return made
    }
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
    return even ^ (odd >> 29 | odd << 35)
  }
}
