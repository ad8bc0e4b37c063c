// SPDX-License-Identifier: Apache-2.0

import CPullbackProcesses
import PullbackRuntime
import PullbackTestSupport
import Synchronization
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

struct PrefetchTests {
  private struct Refusal: Error, Equatable { let number: Int }

  /// The numbers 0 ..< count, each after a pause, then an error if there is to be one.
  private func numbers(
    _ count: Int, depth: Int, pause: UInt32 = 0, failing: Bool = false
  ) -> Prefetch<Int> {
    Prefetch(depth: depth) {
      var number = -1
      return {
        if pause > 0 { usleep(UInt32.random(in: 0...pause)) }
        number += 1
        if number < count { return number }
        if failing { throw Refusal(number: number) }
        return nil
      }
    }
  }

  @Test(arguments: [1, 2, 3, 100], [0, 1, 2, 50])
  func valuesComeInOrder(depth: Int, count: Int) throws {
    for pause: UInt32 in [0, 300] {
      let prefetch = numbers(count, depth: depth, pause: pause)
      var found: [Int] = []
      while let number = try prefetch.next() {
        if pause > 0, number % 7 == 0 { usleep(500) }
        found.append(number)
      }
      #expect(found == Array(0..<count))
      #expect(try prefetch.next() == nil)
    }
  }

  @Test(arguments: [1, 3]) func anErrorComesAfterTheValuesBefore(depth: Int) throws {
    let prefetch = numbers(4, depth: depth, failing: true)
    for number in 0..<4 { #expect(try prefetch.next() == number) }
    #expect(throws: Refusal(number: 4)) { try prefetch.next() }
    #expect(try prefetch.next() == nil)
    let none = Prefetch<Int>(depth: depth) { throw Refusal(number: -1) }
    #expect(throws: Refusal(number: -1)) { try none.next() }
    #expect(try none.next() == nil)
  }

  @Test(arguments: [1, 4]) func noMoreAreMadeThanMayWait(depth: Int) throws {
    let made = Counter()
    let prefetch = Prefetch<Int>(depth: depth) { { made.next() } }
    for taken in 1...5 {
      _ = try prefetch.next()
      usleep(20_000)
      // Those that wait, and one that has no room yet.
      #expect(made.count.load(ordering: .relaxed) <= taken + depth + 1)
    }
  }

  /// What the thread holds is released once nobody takes values any more.
  @Test(arguments: [0, 1, 3]) func theThreadEnds(taken: Int) throws {
    weak var held: Counter?
    do {
      let counter = Counter()
      held = counter
      let prefetch = Prefetch<Int>(depth: 2) { { counter.next() } }
      for _ in 0..<taken { _ = try prefetch.next() }
    }
    for _ in 0..<5000 where held != nil { usleep(2000) }
    #expect(held == nil)
  }

  #if os(Linux)
    /// The system has no memory for the stack of another thread.
    @Test func withoutAThreadValuesAreMadeWhereTheyAreTaken() async {
      await #expect(processExitsWith: .success) {
        limitMemory(toAnother: 6 << 20)
        let threads = pb_thread_count()
        let prefetch = PrefetchTests().numbers(3, depth: 2, failing: true)
        precondition(pb_thread_count() == threads, "there is a thread")
        var taken: [Int?] = []
        for _ in 0..<3 { taken.append(try prefetch.next()) }
        do {
          _ = try prefetch.next()
          preconditionFailure("no error")
        } catch is Refusal {}
        taken.append(try prefetch.next())
        let none = PrefetchTests().numbers(0, depth: 1)
        for _ in 0..<2 { taken.append(try none.next()) }
        precondition(taken == [0, 1, 2, nil, nil, nil])
      }
    }

    private static let forked = PrefetchTests().numbers(.max, depth: 2)

    /// It would wait for ever for a thread that it does not have.
    @Test func theChildOfAForkIsTold() async {
      let outcome = await #expect(
        processExitsWith: .success, observing: [\.standardErrorContent]
      ) {
        let first = try PrefetchTests.forked.next()
        let status = pb_run_in_child(
          {
            _ = try? PrefetchTests.forked.next()
            return 0
          }, 60)
        let second = try PrefetchTests.forked.next()
        precondition(status == -1 && first == 0 && second == 1)
      }
      let text = String(decoding: outcome?.standardErrorContent ?? [], as: UTF8.self)
      #expect(
        text.contains(
          "next: the program has forked in the middle of a pass, and its child has no such thread. "
            + "Fix: begin a pass of its own in the child."), "\(text)")
    }
  #endif

  /// More tasks wait than there are threads for tasks.
  @Test func noTaskWaitsForAnother() async throws {
    let sums = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<64 {
        group.addTask {
          let prefetch = numbers(20, depth: 1, pause: 500)
          var sum = 0
          while let number = try prefetch.next() { sum += number }
          return sum
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(sums == Array(repeating: 190, count: 64))
  }
}

private final class Counter: Sendable {
  let count = Atomic<Int>(0)
  func next() -> Int { count.wrappingAdd(1, ordering: .relaxed).newValue }
}
