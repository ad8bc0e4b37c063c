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
  /// Counts a step of the optimizer and gives what it has written down.
  private let begin: () -> StepPrograms
  private let loss: @Sendable (repeat each Input) -> Tensor<Float>
  private let call = Call()

  /// What a call needs, kept for the next one.
  private final class Call {
    @exclusivity(unchecked) var arguments: [RecordedArgument] = []
    @exclusivity(unchecked) var key: [UInt64] = []
    @exclusivity(unchecked) var inputs: [Storage?] = []
    @exclusivity(unchecked) var bits: [UInt64] = []
    @exclusivity(unchecked) var results = [Storage(scalarOf: .float)]
    /// The programs for the shapes of arguments, as the optimizer's rules were.
    @exclusivity(unchecked) var programs = RecordedPrograms()
    @exclusivity(unchecked) var steps: StepPrograms?
  }

  fileprivate init(
    _ begin: @escaping () -> StepPrograms,
    _ loss: @escaping @Sendable (repeat each Input) -> Tensor<Float>
  ) {
    self.begin = begin
    self.loss = loss
  }

  /// Takes one step and returns the loss as it was before.
  @discardableResult
  public func callAsFunction(_ input: repeat each Input) -> Float {
    call.arguments.removeAll(keepingCapacity: true)
    call.key.removeAll(keepingCapacity: true)
    repeat call.arguments.append((each input).recordedInput)
    evaluate(call.arguments)
    let steps = begin()
    if steps !== call.steps {
      call.steps = steps
      call.programs = RecordedPrograms()
    }
    for argument in call.arguments { argument.addShape(to: &call.key) }
    let program = call.programs.find(call.key) ?? record(repeat each input, by: steps)
    call.bits.removeAll(keepingCapacity: true)
    for argument in call.arguments {
      call.inputs.append(argument.value?.node.numbers)
      call.bits.append(argument.bits)
    }
    call.bits.append(contentsOf: steps.scalars.bits)
    program.run(inputs: call.inputs, bits: call.bits, into: &call.results)
    call.arguments.removeAll(keepingCapacity: true)
    call.inputs.removeAll(keepingCapacity: true)
    return call.results[0].firstFloat
  }

  /// Runs the plan of the last call again, whose inputs must still be there: what a call takes
  /// beyond this is its front end.
  package func rerunPlan() { call.programs.latest?.rerun() }

  private func record(_ input: repeat each Input, by steps: StepPrograms) -> RecordedProgram {
    let recording = Recording()
    let (made, given) = standIns(for: repeat each input)
    let traced = recording.trace { loss(repeat each made) }
    let program = steps.program(recorded: traced.value, given, in: recording)
    call.programs.add(call.key, program)
    return program
  }
}

extension Optimizer {
  /// Records a step: see ``RecordedStep``.
  public func recorded<each Input: RecordedInput>(
    _ loss: @escaping @Sendable (repeat each Input) -> Tensor<Float>
  ) -> RecordedStep<repeat each Input> {
    RecordedStep({ self.beginStep() }, loss)
  }
}
