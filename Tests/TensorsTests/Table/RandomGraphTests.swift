// SPDX-License-Identifier: Apache-2.0

import PullbackTensors
import PullbackRuntime
import Testing

/// Whole graphs against their nodes evaluated one at a time: fusing, views and shared memory must
/// not change a bit.
@Suite struct RandomGraphTests {
  @Test("Results", arguments: 1...400)
  func results(seed: UInt64) {
    var graph = RandomGraph(seed: seed, operations: 8 + Int(seed % 40))
    let results = graph.results()
    let expected = evaluatedStepByStep(results)
    evaluate(results)
    for (result, expected) in zip(results, expected) {
      #expect(areSame(result.numbers, expected), "\(result.label)")
    }
  }

  @Test("Gradients", arguments: 1001...1200)
  func gradients(seed: UInt64) {
    let graph = RandomGraph(seed: seed, operations: 8 + Int(seed % 20))
    let loss = (graph.values.last!.unary(.tanh)).sum
    let results = PullbackTensors.gradients(of: loss, withRespectTo: graph.leaves)
    let expected = evaluatedStepByStep(results)
    evaluate(results)
    for (result, expected) in zip(results, expected) {
      #expect(areSame(result.numbers, expected), "\(result.label)")
    }
  }
}
