// SPDX-License-Identifier: Apache-2.0

import Foundation
import PullbackPlans
import PullbackRuntime
import PullbackTensors
import Testing
import PullbackTestSupport

@Suite(.serialized) struct ThreadPoolTests {
  /// Large enough to be shared out: products, reductions along both axes, pointwise steps,
  /// random numbers, gathering.
  private static func work(_ seed: Int) -> [Value] {
    var choice = SplitMix(seed: seed)
    let x = Tensor<Float>.normal([300, 400], key: RandomKey(seed: choice.next()))
    let w = Tensor<Float>.normal([400, 70], key: RandomKey(seed: choice.next()))
    evaluate(x, w)
    let rows = Tensor(choice.integers(500, in: 0...299))
    let y = tanh(x • w + Tensor<Float>.normal([70], key: RandomKey(seed: 5)))
    let noise = Tensor<Float>.uniform([300, 400], key: RandomKey(seed: UInt64(seed)))
    let picked = (x * noise).gathered(rows)
    let long = Tensor<Float>.normal([200_001], key: RandomKey(seed: 9))
    return [
      y.value, (y.transposed() • x).sum(along: 1).value, x.sum(along: 0).value,
      (x * x + 1).sum(along: 1).value,
      picked.max(along: 1).value, picked.sum().value, exp(long).sum().value, long.max().value,
      x.argmax(along: 0).value, gradient(of: (y * y).sum(), withRespectTo: w).value,
    ]
  }

  private static func bits(_ values: [Value]) -> [[UInt32]] {
    evaluate(values)
    return values.map { value in
      value.elementType == .float
        ? Tensor<Float>(value).scalars.map(\.bitPattern)
        : Tensor<Int32>(value).scalars.map { UInt32(bitPattern: $0) }
    }
  }

  private static func bits(threads: Int, seed: Int) -> [[UInt32]] {
    let limit = Threads.limit
    Threads.limit = threads
    defer { Threads.limit = limit }
    return bits(work(seed))
  }

  @Test("The same bits on any number of threads", arguments: 1...3)
  func sameBits(seed: Int) {
    let expected = ThreadPoolTests.bits(threads: 1, seed: seed)
    for threads in [2, 3, 7, 64] {
      #expect(ThreadPoolTests.bits(threads: threads, seed: seed) == expected)
    }
  }

  @Test func limitIsKept() {
    let limit = Threads.limit
    defer { Threads.limit = limit }
    for (wanted, set) in [(1, 1), (5, 5), (0, 1), (-3, 1), (1000, 64)] {
      Threads.limit = wanted
      #expect(Threads.limit == set)
    }
  }

  @Test func oneThreadIsOneThread() async {
    await #expect(processExitsWith: .success) {
      Threads.limit = 1
      evaluate(ThreadPoolTests.work(1))
      guard Threads.highestUsed == 1 else { fatalError("\(Threads.highestUsed) threads") }
      Threads.limit = 3
      // Whether a worker comes in time is up to the system; more than the limit never come.
      for seed in 0..<20 { evaluate(ThreadPoolTests.work(seed)) }
      guard (2...3).contains(Threads.highestUsed) else {
        fatalError("\(Threads.highestUsed) threads")
      }
    }
  }

  @Test func environmentSetsTheLimit() async {
    // The variable is read when the limit is first asked for.
    await #expect(processExitsWith: .success) {
      setenv("PULLBACK_THREADS", "3", 1)
      guard Threads.limit == 3 else { fatalError("the limit is \(Threads.limit)") }
    }
    await #expect(processExitsWith: .success) {
      setenv("PULLBACK_THREADS", "none", 1)
      guard Threads.limit >= 1 else { fatalError("the limit is \(Threads.limit)") }
    }
  }

  @Test("Many tasks at once get their own numbers", arguments: [1, 2, 7])
  func concurrentTasks(threads: Int) async {
    let limit = Threads.limit
    Threads.limit = threads
    defer { Threads.limit = limit }
    let expected = (0..<3).map { ThreadPoolTests.bits(ThreadPoolTests.work($0)) }
    await withTaskGroup(of: (Int, [[UInt32]]).self) { group in
      for task in 0..<24 {
        group.addTask {
          let values = ThreadPoolTests.work(task % 3)
          if task.isMultiple(of: 2) { evaluate(values) }
          return (task % 3, ThreadPoolTests.bits(values))
        }
      }
      for await (seed, bits) in group { #expect(bits == expected[seed]) }
    }
  }

  @Test func manyThreadsReadOneTensor() {
    let x = Tensor<Float>(range: 0..<50_000)
    let y = (x * 2 + 1).squared()
    let expected = (0..<50_000).map { index -> Float in
      let number = Float(2 * index + 1)
      return number * number
    }
    let wrong = NSLock()
    nonisolated(unsafe) var failures = 0
    DispatchQueue.concurrentPerform(iterations: 32) { index in
      // Some ask for the tensor itself, others for what is computed from it meanwhile.
      let numbers = index.isMultiple(of: 2) ? y.scalars : (y - 1).scalars.map { $0 + 1 }
      let isRight =
        index.isMultiple(of: 2) ? numbers == expected : numbers == expected.map { ($0 - 1) + 1 }
      if !isRight { wrong.withLock { failures += 1 } }
    }
    #expect(failures == 0)
  }

  @Test func detachedTensorsAreEvaluatedByManyThreads() {
    for round in 0..<50 {
      let x = Tensor<Float>([Float(round), 2])
      let y = (x * 3).detached()
      DispatchQueue.concurrentPerform(iterations: 4) { index in
        let numbers = index.isMultiple(of: 2) ? y.scalars : (y * 1).scalars
        if numbers != [Float(round) * 3, 6] { fatalError("\(numbers)") }
      }
    }
  }
}
