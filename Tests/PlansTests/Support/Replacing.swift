// SPDX-License-Identifier: Apache-2.0

import PullbackNetworks
import PullbackPlans
import PullbackRuntime
import PullbackTensors

extension Replacement {
  /// In a slot of its own.
  init(leaf: Value, update: Value) {
    let slot = LeafSlot()
    slot.leaf = leaf
    self.init(slot: slot, number: nil, leaf: leaf, update: update)
  }
}

/// Runs a step whose graph nobody else holds while it runs, so that donations are used.
func replayed(
  _ make: () -> (results: [Value], replacements: [Replacement])
) -> (results: [[UInt64]], slots: [LeafSlot]) {
  let (program, types, slots) = recorded(make())
  var results = program.memoryForResults()
  program.run(inputs: [], bits: [], into: &results)
  let values = zip(results, types).map { numbers, type in
    Value(Node(numbers: numbers, elementType: type.0, shape: type.1))
  }
  return (values.map(\.bits), slots)
}

private func recorded(
  _ step: (results: [Value], replacements: [Replacement])
) -> (RecordedProgram, [(ElementType, Shape)], [LeafSlot]) {
  let program = RecordedProgram(
    results: step.results, inputs: ReplayInputs(), replacing: step.replacements)
  return (
    program, step.results.indices.map(program.resultType), step.replacements.map(\.slot)
  )
}
