// SPDX-License-Identifier: Apache-2.0

import CPullbackAllocations
import Pullback
import Testing

/// What a replayed step allocates, counted in front of malloc.
@Suite(.enabled(if: pb_counts_allocations() == 1)) struct AllocationTests {
  /// How much `steps` calls allocate on this thread, after some that prepare everything.
  private func allocations(steps: Int, _ step: () -> Void) -> Int {
    for _ in 0..<10 { step() }
    let before = pb_allocation_count()
    for _ in 0..<steps { step() }
    return pb_allocation_count() - before
  }

  @Test func theCounterCounts() {
    var arrays: [[Int]] = []
    let count = allocations(steps: 100) { arrays = [[Int](repeating: arrays.count, count: 50)] }
    #expect(count >= 100)
  }

  @Test(
    "A recorded step allocates nothing",
    arguments: ["SGD", "SGD with momentum", "Adam", "AdamW", "clipped and averaged"])
  func recordedStep(kind: String) {
    let model = Sequential([Linear(20, 16), Activation { relu($0) }, Dropout(0.5), Linear(16, 5)])
      .initialized(seed: 1)
    let optimizer: Optimizer<AnyRule> =
      switch kind {
      case "Adam": Optimizer(AnyRule(Adam()), for: model.parameters)
      case "AdamW": Optimizer(AnyRule(AdamW()), for: model.parameters)
      case "SGD": Optimizer(AnyRule(SGD(learningRate: 0.1)), for: model.parameters)
      default: Optimizer(AnyRule(SGD(learningRate: 0.1, momentum: 0.9)), for: model.parameters)
      }
    if kind == "clipped and averaged" {
      optimizer.clipping = .globalNorm(0.1)
      optimizer.add(WeightAverage(of: model, .exponential(decay: 0.9)))
    }
    let step = optimizer.recorded {
      (x: Tensor<Float>, labels: Tensor<Int32>, key: RandomKey) in
      Pass.training(key: key) { softmaxCrossEntropy(model(x), labels: labels) }
    }
    let x = Tensor<Float>.normal([8, 20], key: RandomKey(seed: 2))
    let labels = Tensor<Int32>([0, 1, 2, 3, 4, 0, 1, 2])
    evaluate(x, labels)
    let key = RandomKey(seed: 3)
    let count = allocations(steps: 1000) { _ = step(x, labels, key) }
    #expect(count <= 1000 * AllocationTests.unoptimised)
  }

  /// In a debug build, lists of arguments and the like are not yet optimised away.
  #if DEBUG
    private static let unoptimised = 16
  #else
    private static let unoptimised = 0
  #endif

  @Test func aFreshStepAllocatesItsGraphAndLittleMore() {
    let model = Sequential([Linear(20, 16), Activation { relu($0) }, Linear(16, 5)])
      .initialized(seed: 1)
    let optimizer = Optimizer(SGD(learningRate: 0.1), for: model.parameters)
    let x = Tensor<Float>.normal([8, 20], key: RandomKey(seed: 2))
    let labels = Tensor<Int32>([0, 1, 2, 3, 4, 0, 1, 2])
    evaluate(x, labels)
    let step = { _ = softmaxCrossEntropy(model(x), labels: labels) }
    let graph = allocations(steps: 100, step)
    let whole = allocations(steps: 100) {
      optimizer.minimize(softmaxCrossEntropy(model(x), labels: labels))
    }
    // The loss's numbers and their holder, and lists of one element.
    #expect(whole - graph <= 100 * (8 + 6 * AllocationTests.unoptimised), "\(whole) \(graph)")
  }
}
