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
  private let programs = RecordedPrograms()
  private let call = Call()

  /// What a call needs, kept for the next one.
  private final class Call {
    @exclusivity(unchecked) var arguments: [RecordedArgument] = []
    @exclusivity(unchecked) var inputs: [Storage?] = []
    @exclusivity(unchecked) var bits: [UInt64] = []
    @exclusivity(unchecked) var results = [Storage(scalarOf: .float)]
    /// What the call before ran: mostly it is the same again.
    @exclusivity(unchecked) var last: RecordedPrograms.Entry?
  }

  fileprivate init(
    _ optimizer: any Optimizer, _ loss: @escaping @Sendable (repeat each Input) -> Tensor<Float>
  ) {
    self.optimizer = optimizer
    self.loss = loss
  }

  /// Takes one step and returns the loss as it was before.
  @discardableResult
  public func callAsFunction(_ input: repeat each Input) -> Float {
    call.arguments.removeAll(keepingCapacity: true)
    repeat call.arguments.append((each input).recordedInput)
    evaluate(call.arguments)
    optimizer.countStep()
    if call.last?.fits(call.arguments) != true {
      call.last = programs.entry(for: call.arguments) { record(repeat each input) }
    }
    call.bits.removeAll(keepingCapacity: true)
    for argument in call.arguments {
      call.inputs.append(argument.value?.node.numbers)
      call.bits.append(argument.bits)
    }
    for scalar in optimizer.scalars { call.bits.append(UInt64(Float(scalar).bitPattern)) }
    call.last!.program.run(inputs: call.inputs, bits: call.bits, into: &call.results)
    call.arguments.removeAll(keepingCapacity: true)
    call.inputs.removeAll(keepingCapacity: true)
    return call.results[0].firstFloat
  }

  /// Runs the plan of the last call again, whose inputs must still be there: what a call takes
  /// beyond this is its front end.
  package func rerunPlan() { call.last?.program.rerun() }

  private func record(_ input: repeat each Input) -> RecordedProgram {
    let recording = Recording()
    let (made, given) = standIns(for: repeat each input)
    let traced = recording.trace { loss(repeat each made) }
    return RecordedProgram(
      results: [traced.value], inputs: given.reading(recording.slots),
      replacing: optimizer.replacements(
        for: traced.value, optimizer.slots, scalarsFrom: given.leaves.count, in: recording,
        at: nil))
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
