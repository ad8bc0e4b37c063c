// SPDX-License-Identifier: Apache-2.0

#if os(Linux)
  import Foundation
  import Pullback
  import PullbackRuntime
  import Testing

  /// What is kept for the next run is bounded, whichever way it came. Each test has a
  /// process of its own.
  @Suite(.serialized) struct IdleMemoryTests {
    /// Arenas, tensors that were given back and plans have a limit each: 512, 256 and 256 MiB.
    private static let limit = 1100 << 20

    private static func network() -> @Sendable (Tensor<Float>) -> Tensor<Float> {
      let hidden = Tensor<Float>.normal([64, 2048], key: RandomKey(seed: 1)) * 0.05
      let output = Tensor<Float>.normal([2048, 10], key: RandomKey(seed: 2)) * 0.05
      evaluate(hidden, output)
      return { x in
        // Read twice, and once whole: it does not fit into a thread's memory.
        let y = relu(x • hidden)
        return (y / (1 + y.sum(along: 0))) • output
      }
    }

    private static func expectGrowth(
      below limit: Int, _ name: String, _ work: () -> Void
    ) {
      let before = residentByteCount()
      work()
      let grown = residentByteCount() - before
      precondition(grown < limit, "\(name): \(grown >> 20) MiB")
    }

    @Test(arguments: [false, true])
    func manyBatchSizes(seenTwice: Bool) async {
      await #expect(processExitsWith: .success) { [seenTwice = seenTwice as Bool] in
        let network = IdleMemoryTests.network()
        IdleMemoryTests.expectGrowth(below: IdleMemoryTests.limit, "250 batch sizes") {
          for _ in 0..<(seenTwice ? 2 : 1) {
            for size in 1...250 {
              _ = network(Tensor<Float>.ones([size * 8, 64])).scalars
            }
          }
        }
      }
    }

    /// A plan's first run leaves its memory to the next: fresh pages take longer than the work.
    @Test func plansThatRunOnceShareTheirPages() async {
      await #expect(processExitsWith: .success) {
        Threads.limit = 1
        let hidden = Tensor<Float>.ones([784, 50]), output = Tensor<Float>.ones([50, 784])
        evaluate(hidden, output)
        func predict(sizes: ClosedRange<Int>) {
          for size in sizes {
            _ = (relu(Tensor<Float>.ones([size, 784]) • hidden) • output).sum().scalars
          }
        }
        predict(sizes: 1...20)
        let before = IdleMemoryTests.pageFaults()
        predict(sizes: 21...120)
        let taken = IdleMemoryTests.pageFaults() - before
        // Panels of the weights alone are 80 pages for each size.
        precondition(taken < 5000, "\(taken) page faults")
      }
    }

    private static func pageFaults() -> Int {
      var usage = rusage()
      precondition(getrusage(Int32(RUSAGE_SELF.rawValue), &usage) == 0)
      return usage.ru_minflt
    }

    @Test func manyThreadsWithOnePlan() async {
      await #expect(processExitsWith: .success) {
        let network = IdleMemoryTests.network()
        let x = Tensor<Float>.ones([4000, 64])
        evaluate(x, network(x))
        IdleMemoryTests.expectGrowth(below: 400 << 20, "32 threads") {
          DispatchQueue.concurrentPerform(iterations: 32) { _ in
            for _ in 0..<3 { _ = network(x).scalars }
          }
        }
      }
    }

    @Test func manyDeepPlans() async {
      await #expect(processExitsWith: .success) {
        IdleMemoryTests.expectGrowth(below: 400 << 20, "deep plans") {
          let w = Tensor<Float>.ones([4, 4]) / 4
          for plan in 0..<60 {
            var x = Tensor<Float>.ones([1, 4])
            for _ in 0..<(3000 + plan) { x = tanh(x • w) }
            _ = x.scalars
          }
          precondition(PlanCache.shared.byteCount <= PlanCache.byteLimit)
          precondition(PlanCache.shared.count > 20)
        }
      }
    }
  }
#endif
