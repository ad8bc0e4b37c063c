// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackPlans
import PullbackTensors
import Testing

/// What batches of a dataset cost, counted: not more because they come from a source.
struct BatchCostTests {
  private let data = Dataset(
    inputs: Tensor<Float>((0..<60).map { Float($0) }).reshaped(to: [20, 3]),
    labels: Tensor((0..<20).map { Int32($0) }))

  /// A look at the positions and a copy of the rows, as a gather written by hand takes.
  @Test func aShuffledBatchIsOneGather() throws {
    evaluate(data.inputs, data.labels)
    let order = BatchOrder(size: 8, key: RandomKey(seed: 1))
    func check(_ source: some BatchSource<Int32>) throws {
      var reader = try source.batches(in: order)
      while let batch = try reader.next() {
        let positions = Tensor<Int32>(batch.positions.map { Int32($0) })
        let plans = [Plan(evaluating: batch.inputs), Plan(evaluating: batch.labels)]
        let byHand = [
          Plan(evaluating: data.inputs.gathered(positions)),
          Plan(evaluating: data.labels.gathered(positions)),
        ]
        #expect(plans.map { "\($0)" } == byHand.map { "\($0)" })
        #expect(plans.map(\.steps.count) == [2, 2])
      }
    }
    try check(data)
    try check(data.balanced(by: data.labels.scalars))
  }

  @Test func aBatchInOrderIsAView() {
    evaluate(data.inputs, data.labels)
    for batch in data.batches(of: 8) {
      #expect(batch.inputs.value.node.knownPart != nil)
      #expect(batch.labels.value.node.knownPart != nil)
    }
  }
}
