// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

/// A function of as many tensors as it takes, written down once and replayed.
struct WrittenFunction {
  private let program: RecordedProgram

  /// A function of tensors of these shapes.
  init(of shapes: [Shape], _ body: ([Tensor<Float>]) -> [Tensor<Float>]) {
    let inputs = shapes.map { Value.placeholder($0, .float) }
    let results = Recording().trace { body(inputs.map { Tensor($0) }) }
    var given = ReplayInputs()
    given.leaves = inputs.map(\.node)
    program = RecordedProgram(results: results.map(\.value), inputs: given)
  }

  /// A function of what slots hold, already traced.
  init(reading slots: [(leaf: Value, slot: LeafSlot)], results: [Value]) {
    program = RecordedProgram(results: results, inputs: ReplayInputs().reading(slots))
  }

  /// What it gives, as tensors without history.
  func callAsFunction(_ inputs: [Tensor<Float>] = []) -> [Tensor<Float>] {
    var results = program.memoryForResults()
    program.run(inputs: inputs.map { $0.value.node.numbers }, bits: [], into: &results)
    return results.enumerated().map { index, numbers in
      let (type, shape) = program.resultType(index)
      return Tensor(Value(Node(numbers: numbers, elementType: type, shape: shape)))
    }
  }
}
