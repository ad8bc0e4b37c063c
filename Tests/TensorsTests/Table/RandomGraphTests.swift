// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors
import PullbackTestSupport
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

  /// Extents around the length of a tile, and enough work for several threads.
  @Test("Large results", arguments: 2001...2060)
  func largeResults(seed: UInt64) {
    var graph = RandomGraph(
      seed: seed, operations: 6 + Int(seed % 20), extents: [1, 3, 17, 64, 511, 513, 5000],
      limit: 60_000)
    let results = graph.results()
    let expected = evaluatedStepByStep(results)
    evaluate(results)
    for (result, expected) in zip(results, expected) {
      #expect(areSame(result.numbers, expected), "\(result.label)")
    }
  }

  /// Each leaf is replaced by a value of its shape, over its own memory where that is safe.
  @Test("Replaced leaves", arguments: 3001...3200)
  func replacedLeaves(seed: UInt64) {
    let graph = RandomGraph(seed: seed, operations: 4 + Int(seed % 20))
    let updates = graph.leaves.map { leaf in graph.values.last { $0.shape == leaf.shape }! }
    let expected = evaluatedStepByStep(updates)
    let (program, slots) = Self.program(replacing: graph, by: updates)
    var none: [Storage] = []
    program.run(inputs: [], bits: [], into: &none)
    for (slot, expected) in zip(slots, expected) {
      #expect(areSame(slot.leaf!.numbers, expected))
    }
  }

  /// On copies of the leaves, which nobody else holds.
  private static func program(
    replacing graph: RandomGraph, by updates: [Value]
  ) -> (RecordedProgram, [LeafSlot]) {
    let fresh = graph.leaves.map { Value.leaf($0.shape, $0.numbers) }
    let order = GraphOrder(of: updates) { _ in false }
    var copies: [Value] = []
    for node in order.nodes {
      if let leaf = graph.leaves.firstIndex(where: { $0.node === node }) {
        copies.append(fresh[leaf])
      } else if node.inputs.isEmpty {
        copies.append(Value(node))
      } else {
        let inputs = node.inputs.values.map { copies[order.position(of: $0)!] }
        copies.append(
          Value(node.operation, Inputs(inputs), elementType: node.elementType, shape: node.shape))
      }
    }
    let slots = fresh.map { leaf in
      let slot = LeafSlot()
      slot.leaf = leaf
      return slot
    }
    let replacements = slots.indices.map { index in
      Replacement(
        slot: slots[index], number: nil, leaf: fresh[index],
        update: copies[order.position(of: updates[index])!])
    }
    let program = RecordedProgram(
      results: [], inputs: ReplayInputs(), replacing: replacements)
    return (program, slots)
  }
}
