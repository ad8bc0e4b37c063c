// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackRuntime
import PullbackTensors

/// A training step that is written down once for each combination of batch shapes and then
/// replayed: the same bits as `minimize(loss)` on a fresh graph, without building it.
///
/// Learning rates and step counts are read at each replay; random keys are arguments. A number
/// may be given where the function takes a tensor, and another number is no new recording; a
/// `Bool` or an `Int` has a recording for each of its values. Used by one thread at a time,
/// like its optimizer.
///
/// ```swift
/// let step = optimizer.recorded { (x: Tensor<Float>, labels: Tensor<Int32>, key: RandomKey) in
///   Pass.training(key: key) { softmaxCrossEntropy(model(x), labels: labels) }
/// }
/// for batch in training.batches(of: 64, shuffledWith: order) {
///   let loss = step(batch.inputs, batch.labels, key.folding(in: UInt64(optimizer.stepCount)))
/// }
/// ```
///
/// What stands beside the loss is given as well, as it was before the step:
///
/// ```swift
/// let w = Parameter(value: [4])
/// let optimizer = Optimizer(SGD(learningRate: 0.25), for: ["w": w])
/// let step = optimizer.recorded { (x: Tensor<Float>, pull: Tensor<Float>) in
///   let y = w.value * x
///   return (y.sum() + pull * w.value.squared().sum(), y)
/// }
/// let (loss, y) = step([1], 0.5)
/// print(loss, y, w.value)   // 12.0 [4.] [2.75]
/// ```
public struct RecordedStep<each Input: RecordedInput, Results> {
  /// Counts a step of the optimizer and gives what it has written down.
  private let begin: () -> StepPrograms
  private let trace: @Sendable (repeat each Input) -> TracedStep
  private let results: any StepResults<Results>
  private let call = Call()

  /// What a call needs, kept for the next one.
  private final class Call {
    @exclusivity(unchecked) var arguments: [RecordedArgument] = []
    @exclusivity(unchecked) var key: [UInt64] = []
    @exclusivity(unchecked) var inputs: [Storage?] = []
    @exclusivity(unchecked) var bits: [UInt64] = []
    @exclusivity(unchecked) var results = [Storage(scalarOf: .float)]
    /// The programs for the optimizer's steps and shapes of arguments.
    @exclusivity(unchecked) var programs = RecordedPrograms()
  }

  fileprivate init<Traced>(
    _ begin: @escaping () -> StepPrograms,
    _ body: @escaping @Sendable (repeat each Input) -> Traced,
    _ results: some StepResults<Results>, _ take: @escaping @Sendable (Traced) -> TracedStep
  ) {
    self.begin = begin
    self.results = results
    trace = { (input: repeat each Input) in take(body(repeat each input)) }
  }

  /// Takes one step and returns the loss as it was before, and what was asked for beside it.
  @discardableResult
  public func callAsFunction(_ input: repeat each Input) -> Results {
    call.arguments.removeAll(keepingCapacity: true)
    repeat call.arguments.append((each input).recordedInput)
    return replay()
  }

  /// The same with numbers where the function takes a `Tensor<Float>`.
  @_disfavoredOverload @discardableResult
  public func callAsFunction<each Given: RecordedGiven>(_ input: repeat each Given) -> Results
  where repeat (each Given).Input == each Input {
    call.arguments.removeAll(keepingCapacity: true)
    repeat call.arguments.append((each input).recordedInput)
    return replay()
  }

  /// The same with Doubles where the function takes a `Tensor<Double>`.
  @_disfavoredOverload @discardableResult
  public func callAsFunction<each Given: RecordedGivenDouble>(
    _ input: repeat each Given
  ) -> Results
  where repeat (each Given).Wide == each Input {
    call.arguments.removeAll(keepingCapacity: true)
    repeat call.arguments.append((each input).wideInput)
    return replay()
  }

  private func replay() -> Results {
    call.key.removeAll(keepingCapacity: true)
    evaluate(call.arguments)
    let steps = begin()
    call.key.append(steps.number)
    for argument in call.arguments { argument.addShape(to: &call.key) }
    let program = steps.noting(call.programs.find(call.key) ?? record(by: steps))
    call.bits.removeAll(keepingCapacity: true)
    for argument in call.arguments {
      call.inputs.append(argument.value?.node.numbers)
      call.bits.append(argument.bits)
    }
    call.bits.append(contentsOf: steps.scalars.bits)
    defer {
      call.arguments.removeAll(keepingCapacity: true)
      call.inputs.removeAll(keepingCapacity: true)
    }
    if program.hasOutputs {
      var numbers = program.memoryForResults()
      program.run(inputs: call.inputs, bits: call.bits, into: &numbers)
      return results.results(numbers[0].firstFloat, program.outputs(of: numbers[1...]))
    }
    program.run(inputs: call.inputs, bits: call.bits, into: &call.results)
    return results.results(call.results[0].firstFloat, [])
  }

  /// Runs the plan of the last call again, whose inputs must still be there: what a call takes
  /// beyond this is its front end.
  package func rerunPlan() { call.programs.latest?.rerun() }

  /// The plan of the last call.
  package var plan: Plan? { call.programs.latest?.plan }

  private func record(by steps: StepPrograms) -> RecordedProgram {
    let recording = Recording()
    let (made, given) = standIns(repeat (each Input).self, for: call.arguments)
    let traced = recording.trace { trace(repeat each made) }
    let program = steps.program(recorded: traced, given, in: recording)
    call.programs.add(call.key, program)
    return program
  }
}

extension Optimizer {
  /// Records a step: see ``RecordedStep``.
  public func recorded<each Input: RecordedInput>(
    _ loss: @escaping @Sendable (repeat each Input) -> Tensor<Float>
  ) -> RecordedStep<repeat each Input, Float> {
    RecordedStep({ self.beginStep() }, loss, LossAlone()) { TracedStep($0) }
  }

  /// Records a step that gives a tensor or an array of tensors beside the loss: see
  /// ``RecordedStep``.
  public func recorded<each Input: RecordedInput, Kept: RecordedOutput>(
    _ lossAndKept: @escaping @Sendable (repeat each Input) -> (Tensor<Float>, Kept)
  ) -> RecordedStep<repeat each Input, (loss: Float, kept: Kept)> {
    RecordedStep({ self.beginStep() }, lossAndKept, LossAndOne<Kept>()) {
      TracedStep($0.0, $0.1.recordedTensors)
    }
  }

  /// Records a step that gives two things beside the loss: see ``RecordedStep``.
  public func recorded<each Input: RecordedInput, First: RecordedOutput, Second: RecordedOutput>(
    _ lossAndKept: @escaping @Sendable (repeat each Input) -> (Tensor<Float>, First, Second)
  ) -> RecordedStep<repeat each Input, (loss: Float, First, Second)> {
    RecordedStep({ self.beginStep() }, lossAndKept, LossAndTwo<First, Second>()) {
      TracedStep($0.0, $0.1.recordedTensors, $0.2.recordedTensors)
    }
  }

  /// Records a step that gives three things beside the loss: see ``RecordedStep``.
  public func recorded<
    each Input: RecordedInput, First: RecordedOutput, Second: RecordedOutput, Third: RecordedOutput
  >(
    _ lossAndKept: @escaping @Sendable (repeat each Input) -> (Tensor<Float>, First, Second, Third)
  ) -> RecordedStep<repeat each Input, (loss: Float, First, Second, Third)> {
    RecordedStep({ self.beginStep() }, lossAndKept, LossAndThree<First, Second, Third>()) {
      TracedStep($0.0, $0.1.recordedTensors, $0.2.recordedTensors, $0.3.recordedTensors)
    }
  }
}
