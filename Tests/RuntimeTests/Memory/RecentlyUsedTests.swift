// SPDX-License-Identifier: Apache-2.0

import Foundation
import PullbackRuntime
import PullbackTestSupport
import Synchronization
import Testing

/// The cache that plans, recorded programs and shared steps are kept in, against a list of keys in
/// the order of their use.
struct RecentlyUsedTests {
  /// Keys of few bits and different lengths, many of them alike.
  private static func key(_ number: Int) -> [UInt64] {
    Array(repeating: UInt64(number) << 32, count: number % 5) + [UInt64(number / 3)]
  }

  @Test("What is asked for is what was added", arguments: [1, 2, 3, 64])
  func valuesOfKeys(capacity: Int) {
    var cache = RecentlyUsed<Int>(capacity: capacity, byteLimit: 1 << 20)
    var generator = SplitMix(seed: 7)
    var order: [Int] = []
    for _ in 0..<20_000 {
      let number = Int.random(in: 0..<(3 * capacity), using: &generator)
      let key = RecentlyUsedTests.key(number)
      let found = cache.find(key)
      #expect(found == (order.contains(number) ? number : nil))
      if found == nil {
        let forgotten = cache.add(key, number, byteCount: 8)
        if order.count == capacity {
          // The half that was used last stays.
          let kept = order.suffix(capacity / 2)
          #expect(Set(forgotten) == Set(order).subtracting(kept))
          order = Array(kept)
        } else {
          #expect(forgotten.isEmpty)
        }
      }
      order.removeAll { $0 == number }
      order.append(number)
      #expect(cache.count == order.count && cache.latestValue == number)
    }
  }

  @Test func bytesAreBounded() {
    var cache = RecentlyUsed<Int>(capacity: 1000, byteLimit: 10_000)
    var generator = SplitMix(seed: 8)
    for number in 0..<2000 {
      _ = cache.add([UInt64(number)], number, byteCount: .random(in: 0..<5000, using: &generator))
      #expect(cache.byteCount <= 10_000)
      #expect(cache.find([UInt64(number)]) == number)
    }
    // What is too large by itself is not kept, and drives out nothing.
    let count = cache.count
    #expect(cache.add([1 << 40], -1, byteCount: 10_000).isEmpty)
    #expect(cache.find([1 << 40]) == nil && cache.count == count)
    // The key counts: 8 bytes.
    #expect(cache.add([1 << 40], -1, byteCount: 9992).count == count)
    #expect(cache.find([1 << 40]) == -1 && cache.byteCount == 10_000)
  }

  @Test func manyThreadsShareOne() {
    let cache = SharedRecentlyUsed<Int>(capacity: 64, byteLimit: 1 << 20)
    let calls = Atomic<Int>(0), wrong = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: 8) { thread in
      for step in 0..<2000 {
        let number = (step * (thread + 1)) % 40
        let value = cache.find([UInt64(number)]) {
          calls.add(1, ordering: .relaxed)
          // Work that uses the cache itself: no lock is held meanwhile.
          _ = cache.find([1000]) { (-1, 8) }
          return (number, 8)
        }
        if value != number { wrong.add(1, ordering: .relaxed) }
      }
    }
    #expect(wrong.load(ordering: .relaxed) == 0)
    #expect(cache.count == 41 && cache.byteCount == 41 * 16)
    // Some perhaps by two threads at once.
    #expect((40...320).contains(calls.load(ordering: .relaxed)))
  }

  @Test func valuesThatGoAreReleasedOutsideTheLock() {
    /// Takes the cache's lock when it goes.
    final class Asking: Sendable {
      let cache: SharedRecentlyUsed<Asking>
      init(_ cache: SharedRecentlyUsed<Asking>) { self.cache = cache }
      deinit { _ = cache.count }
    }
    let cache = SharedRecentlyUsed<Asking>(capacity: 4, byteLimit: 1 << 20)
    for number in 0..<50 { _ = cache.find([UInt64(number)]) { (Asking(cache), 8) } }
    #expect(cache.count <= 4 && cache.made == 50)
  }

  @Test func longKeysAreNotKept() {
    let cache = SharedRecentlyUsed<Int>(capacity: 4, byteLimit: 1 << 20, longestKey: 3)
    for _ in 0..<2 { #expect(cache.find([1, 2, 3, 4]) { (5, 8) } == 5) }
    #expect(cache.made == 2 && cache.count == 0)
  }
}
