// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

/// A training step that is written down once for each combination of batch shapes and then
/// replayed: the same bits as `minimize(loss)` on a fresh graph, without building it.
///
/// Learning rates and step counts are read at each replay; random keys are arguments. Used by one
/// thread at a time, like its optimizer.
///
/// ```swift
/// let step = optimizer.recorded { (x: Tensor<Float>, labels: Tensor<Int32>, key: RandomKey) in
///   Pass.training(key: key) { softmaxCrossEntropy(model(x), labels: labels) }
/// }
/// for batch in training.batches(of: 64, shuffledWith: order) {
///   let loss = step(batch.inputs, batch.labels, key.folding(in: UInt64(optimizer.stepCount)))
/// }
/// ```
public struct RecordedStep<each Input: RecordedInput> {
  private let optimizer: any Optimizer
  private let loss: @Sendable (repeat each Input) -> Tensor<Float>
  private let programs = RecordedPrograms<RecordedUpdate>()

  fileprivate init(
    _ optimizer: any Optimizer, _ loss: @escaping @Sendable (repeat each Input) -> Tensor<Float>
  ) {
    self.optimizer = optimizer
    self.loss = loss
  }

  /// Takes one step and returns the loss as it was before.
  @discardableResult
  public func callAsFunction(_ input: repeat each Input) -> Float {
    var arguments: [RecordedArgument] = []
    repeat arguments.append((each input).recordedInput)
    evaluate(arguments.compactMap(\.value))
    optimizer.stepCount += 1
    let program = programs.program(for: arguments) {
      record(optimizer.slots, repeat each input)
    }
    var bits = arguments.map(\.bits)
    for number in optimizer.scalars { bits.append(UInt64(Float(number).bitPattern)) }
    let numbers = Parameter.withLeaves(of: program.parameters) { leaves in
      program.program.run(
        inputs: arguments.map { $0.value?.node.numbers }, bits: bits, replacing: &leaves)
    }
    return Float(
      Tensor<Float>(Value(Node(numbers: numbers[0], elementType: .float, shape: []))))
  }

  private func record(
    _ slots: [[Parameter]], _ input: repeat each Input
  ) -> RecordedUpdate {
    let recording = Recording()
    let (made, values) = standIns(for: repeat each input)
    let traced = Recording.$current.withValue(recording) { loss(repeat each made) }
    let scalars = optimizer.scalars.indices.map {
      Tensor<Float>(
        Value(
          .creation(.scalar(0, argument: values.count + $0)), elementType: .float, shape: []))
    }
    let (replacements, replaced) = optimizer.replacements(
      for: traced.value, slots, scalars: scalars, at: nil)
    return RecordedUpdate(
      program: RecordedProgram(
        results: [traced.value], inputs: values, holders: recording.holders,
        replacing: replacements),
      parameters: replaced)
  }
}

extension Optimizer {
  /// Records a step: see ``RecordedStep``.
  public func recorded<each Input: RecordedInput>(
    _ loss: @escaping @Sendable (repeat each Input) -> Tensor<Float>
  ) -> RecordedStep<repeat each Input> {
    RecordedStep(self, loss)
  }
}

/// A recorded step with the parameters that it replaces.
struct RecordedUpdate: Sendable {
  let program: RecordedProgram
  let parameters: [Parameter]
}
