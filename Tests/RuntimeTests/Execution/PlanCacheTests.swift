// SPDX-License-Identifier: Apache-2.0

import Foundation
import PullbackPlans
import PullbackRuntime
import PullbackTensors
import Testing

/// Counted in processes of their own: other tests plan at the same time.
struct PlanCacheTests {
  /// Stops with a message if `work` plans more or less often than that.
  private static func expectPlans(
    _ count: Int, _ name: String, _ work: () -> Void
  ) {
    let before = PlanCache.shared.misses
    work()
    let made = PlanCache.shared.misses - before
    if made != count { fatalError("\(name): \(made) plans instead of \(count)") }
  }

  private static func step(_ x: [Float], rate: Double, key: UInt64) -> [Float] {
    let w: Tensor<Float> = [[0.5, 0.25], [1, 2]]
    let y = (Tensor([x]) • w + Tensor<Float>.normal([2], key: RandomKey(seed: key))).squared().sum()
    let slope = gradient(of: y, withRespectTo: w)
    return (w - slope * Float(rate)).scalars
  }

  /// Operations by themselves are looked up without a walk of their graph.
  @Test func operationsAlone() async {
    await #expect(processExitsWith: .success) {
      let x: Tensor<Float> = [[1, 2], [3, 4]], y: Tensor<Float> = [[5, 6], [7, 8]]
      let condition: Tensor<Bool> = [[true, false], [false, true]]
      PlanCacheTests.expectPlans(6, "six structures, each seen twice") {
        for _ in 0..<2 {
          if (x • y).scalars != [19, 22, 43, 50] { fatalError("x • y") }
          // One argument, not two.
          if (x • x).scalars != [7, 10, 15, 22] { fatalError("x • x") }
          if (x - y).scalars != [-4, -4, -4, -4] { fatalError("x - y") }
          if (y - x).scalars != [4, 4, 4, 4] { fatalError("y - x is x - y of others") }
          if select(condition, x, y).scalars != [1, 6, 7, 4] { fatalError("select") }
          if select(condition, x, x).scalars != [1, 2, 3, 4] { fatalError("select of one") }
          if x.sum(along: 0).scalars != [4, 6] { fatalError("sum") }
        }
      }
      PlanCacheTests.expectPlans(1, "an operation on something that is not known yet") {
        if ((x - y) • x).scalars != [-16, -24, -16, -24] { fatalError("(x - y) • x") }
      }
    }
  }

  @Test func numbersDoNotReplan() async {
    await #expect(processExitsWith: .success) {
      let first = PlanCacheTests.step([1, 2], rate: 0.1, key: 7)
      PlanCacheTests.expectPlans(0, "the same step") {
        if PlanCacheTests.step([1, 2], rate: 0.1, key: 7) != first { fatalError("other numbers") }
      }
      PlanCacheTests.expectPlans(0, "another learning rate") {
        if PlanCacheTests.step([1, 2], rate: 0.3, key: 7) == first { fatalError("same numbers") }
      }
      PlanCacheTests.expectPlans(0, "another key") {
        if PlanCacheTests.step([1, 2], rate: 0.1, key: 8) == first { fatalError("same numbers") }
      }
      PlanCacheTests.expectPlans(0, "other inputs") {
        if PlanCacheTests.step([3, 4], rate: 0.1, key: 7) == first { fatalError("same numbers") }
      }
    }
  }

  @Test func structureReplans() async {
    await #expect(processExitsWith: .success) {
      let x: Tensor<Float> = [1, 2, 3, 4], y: Tensor<Float> = [1, 2, 3, 4]
      func plans(_ count: Int, _ name: String, _ value: @autoclosure () -> Tensor<Float>) {
        PlanCacheTests.expectPlans(count, name) { _ = value().scalars }
      }
      plans(1, "a sum", x + y)
      plans(0, "the same sum", y + x)
      plans(1, "one leaf twice", x + x)
      plans(1, "another operation", x - y)
      plans(1, "another shape", x.reshaped(to: [2, 2]) + y.reshaped(to: [2, 2]))
      plans(1, "transposed", x.reshaped(to: [2, 2]).transposed() + y.reshaped(to: [2, 2]))
      plans(1, "a slice", x[0..<2] + y[0..<2])
      plans(0, "another slice of known numbers", x[1..<3] + y[0..<2])
      plans(1, "a slice of what is computed", (x + y)[0..<2])
      plans(1, "another slice of it", (x + y)[1..<3])
      plans(1, "times two", x * 2)
      plans(1, "times one half: a number of its own", x * 0.5)
      plans(1, "times three: any number", x * 3)
      plans(0, "times seven", x * 7)
      plans(1, "along an axis", x.reshaped(to: [2, 2]).sum(along: 0))
      plans(1, "along the other", x.reshaped(to: [2, 2]).sum(along: 1))
      plans(1, "another element type", Tensor<Float>(Tensor<Double>(x) + Tensor<Double>(y)))
      PlanCacheTests.expectPlans(0, "what is known") { _ = x.scalars }
      PlanCacheTests.expectPlans(1, "two results") { evaluate(x * y, x / y) }
      PlanCacheTests.expectPlans(1, "in another order") { evaluate(x / y, x * y) }
    }
  }

  @Test func cacheAndMemoryAreBounded() async {
    await #expect(processExitsWith: .success) {
      func evaluateShapes(_ count: Int) {
        for rows in 1...count {
          let x = Tensor<Float>.ones([rows, 40])
          if Float(((x + 1) • x.transposed()).sum()) <= 0 { fatalError("not positive") }
          guard PlanCache.shared.count <= PlanCache.capacity else {
            fatalError("\(PlanCache.shared.count) plans are kept")
          }
        }
      }
      evaluateShapes(500)
      let before = residentByteCount()
      for _ in 0..<3 { evaluateShapes(500) }
      let grown = residentByteCount() - before
      guard grown < 64 << 20 else { fatalError("\(grown >> 20) MiB more") }
    }
  }

  @Test func plansOfOneGraphMadeAtOnceAreOnePlan() async {
    await #expect(processExitsWith: .success) {
      let x: Tensor<Float> = [1, 2]
      let before = PlanCache.shared.count
      DispatchQueue.concurrentPerform(iterations: 16) { _ in
        _ = (tanh(x) * 2 + exp(x)).scalars
      }
      guard PlanCache.shared.count == before + 1 else {
        fatalError("\(PlanCache.shared.count - before) plans")
      }
    }
  }
}
