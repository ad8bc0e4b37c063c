// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackRuntime
import PullbackTensors

/// The steps of an optimizer, written down: a loss of the same structure as an earlier one needs no
/// new gradients, only the numbers of its leaves. Optimizers of one structure and rule share them.
final class StepPrograms {
  /// What the rule writes down for the parameter of a number: from the leaves of the parameter and
  /// of its state, the gradient and the scalars of all rules to new values of parameter and state.
  typealias Update = (
    _ number: Int, _ leaves: [Tensor<Float>], _ gradient: Tensor<Float>, _ scalars: [Tensor<Float>]
  ) -> [Tensor<Float>]

  private static let shared = SharedRecentlyUsed<RecordedForm>(capacity: 256, byteLimit: 1 << 28)

  /// What recorded steps know these by.
  let number = Node.reserveSerials(1)
  let tree: Parameters
  let parameters: [Parameter]
  /// What is kept for each parameter.
  let state: [[Parameter]]
  /// The numbers of the next run.
  @exclusivity(unchecked) var scalars: StepScalars
  private let scalarCount: Int
  /// Those that hold the parameters and their state: a parameter, its state, the next parameter,
  /// ...
  let slots: [LeafSlot]
  private let trained: [LeafSlot]
  /// Where the slots of each parameter begin.
  private let firstSlots: [Int]
  private let structure: UInt64
  private let update: Update
  @exclusivity(unchecked) private var known = RecordedPrograms()
  @exclusivity(unchecked) private var former: FormerValues

  /// - Parameters:
  ///   - scalars: with the numbers of a step.
  ///   - structure: a number of all that `update` depends on, beside its arguments.
  init(
    _ tree: Parameters, state: [[Parameter]], scalars: StepScalars, structure: UInt64,
    update: @escaping Update
  ) {
    self.tree = tree
    parameters = tree.distinct
    self.state = state
    self.structure = structure
    self.update = update
    self.scalars = scalars
    scalarCount = scalars.bits.count
    slots = zip(parameters, state).flatMap { [$0.slot] + $1.map(\.slot) }
    trained = parameters.map(\.slot)
    former = FormerValues(of: trained.map(\.number))
    var count = 0
    firstSlots = state.map { state in
      defer { count += 1 + state.count }
      return count
    }
  }

  /// Computes the numbers for a step; false if they are others than what is written down expects.
  func update(for step: Int) -> Bool {
    scalars.update(for: step)
    return scalars.bits.count == scalarCount
  }

  /// Takes a step with the first value as the loss; the others get their numbers too.
  func minimize(_ values: [Value], at site: CallSite) -> Float {
    let borrowed = Signature.take()
    for number in trained.indices {
      borrowed.reader.train(
        trained[number].serial ?? parameters[number].leaf.node.serial, number)
    }
    borrowed.reader.read(values, &former)
    let program = program(for: borrowed.reader, values, at: site)
    for word in scalars.bits { borrowed.reader.add(bits: word) }
    // The graph goes; what is still shared after that has other holders.
    borrowed.reader.forgetGraph()
    values[0].node.endHistory()
    var results = program.memoryForResults()
    program.run(
      inputs: borrowed.reader.text.numbers, bits: borrowed.reader.text.bits,
      expecting: borrowed.reader.trainedSerials, into: &results)
    for index in values.indices { values[index].node.keep(results[index]) }
    Signature.give(borrowed)
    return results[0].firstFloat
  }

  private func program(
    for signature: borrowing Signature, _ values: [Value], at site: CallSite
  ) -> RecordedProgram {
    let words = signature.text.words
    guard signature.text.isReusable else {
      return RecordedProgram(write(values, signature, at: site), slots: slots)
    }
    if let program = known.find(words) { return program }
    let form = StepPrograms.shared.find(words + [structure]) {
      let form = write(values, signature, at: site)
      return (form, form.byteCount)
    }
    let program = RecordedProgram(form, slots: slots)
    known.add(words, program)
    return program
  }

  private func write(
    _ values: [Value], _ signature: borrowing Signature, at site: CallSite
  ) -> RecordedForm {
    var given = ReplayInputs()
    given.leaves = signature.nodesOfNumbers
    given.bits = signature.nodesOfBits
    let leaves = leaves
    // A parameter may be read where no derivative reaches it: it is an input like any other.
    return RecordedForm(
      results: values, inputs: given.reading(Array(zip(leaves, slots))),
      replacing: replacements(
        for: values[0], leaves, scalarsFrom: given.bits.count, isRecorded: false, at: site),
      slots: slots)
  }

  /// What the slots hold now.
  private var leaves: [Value] {
    zip(parameters, state).flatMap { [$0.leaf] + $1.map(\.leaf) }
  }

  /// The plan that a step would run.
  func plan(minimizing loss: Value, at site: CallSite) -> Plan {
    PullbackRuntime.plan(
      [loss],
      replacing: replacements(for: loss, leaves, scalarsFrom: 0, isRecorded: false, at: site))
  }

  /// A program for a step that was traced in a recording, whose inputs are given.
  func program(
    recorded traced: TracedStep, _ given: ReplayInputs, in recording: Recording
  ) -> RecordedProgram {
    let leaves = zip(leaves, slots).map { recording.standIn(for: $0, in: $1) }
    let inputs = given.reading(recording.slots)
    return RecordedProgram(
      results: [traced.loss] + traced.kept.flatMap { $0.map(\.value) },
      counts: traced.kept.map(\.count), inputs: inputs,
      replacing: replacements(
        for: traced.loss, leaves, scalarsFrom: given.leaves.count, isRecorded: true, at: nil))
  }

  /// The update of each parameter that the loss depends on, and of its state.
  ///
  /// - Parameters:
  ///   - leaves: what the slots hold, or what stands for it.
  ///   - firstScalar: the number that replays know the first scalar by.
  private func replacements(
    for loss: Value, _ leaves: [Value], scalarsFrom firstScalar: Int, isRecorded: Bool,
    at site: CallSite?
  ) -> [Replacement] {
    let found = gradientsIfReached(
      of: loss, withRespectTo: firstSlots.map { leaves[$0] }, at: site)
    if found.allSatisfy({ $0 == nil }) {
      Mistake(
        "minimize",
        "the loss \(loss.label) depends on no current value of any of the "
          + "\(parameters.count) parameters",
        fix: isRecorded
          ? "read the model inside the recorded function"
          : "compute the loss from the model after the last step"
      ).stop(at: site)
    }
    for number in found.indices where found[number] == nil {
      refuseFormerValue(of: number, in: loss, isRecorded: isRecorded, at: site)
    }
    let scalars = (0..<scalarCount).map {
      let scalar = Operation.creation(.scalar(0, argument: firstScalar + $0))
      return Tensor<Float>(Value(scalar, elementType: .float, shape: []))
    }
    return found.enumerated().flatMap { number, gradient -> [Replacement] in
      guard let gradient else { return [] }
      let first = firstSlots[number]
      let old = leaves[first...first + state[number].count]
      let new = update(number, old.map { Tensor($0) }, Tensor(gradient), scalars)
      return zip(old.indices, new).compactMap { slot, new in
        // What the rule leaves as it is stays where it is.
        new.value.node === leaves[slot].node
          ? nil
          : Replacement(
            slot: slots[slot], number: slot == first ? number : nil, leaf: leaves[slot],
            update: new.value)
      }
    }
  }

  /// Stops if a loss that does not reach a parameter as it is now reaches it as it was before: the
  /// parameter would be left out silently.
  private func refuseFormerValue(
    of number: Int, in loss: Value, isRecorded: Bool, at site: CallSite?
  ) {
    let parameter = parameters[number]
    let former = GraphOrder(of: [loss]) { $0.isDetached }.nodes.filter {
      $0.holder == parameter.slot.number
    }
    if former.isEmpty { return }
    // An ended history is a number like any other here: the loss's own gradient has been taken.
    let found = pullback(
      of: loss, cotangent: .constant(1, loss.elementType), withRespectTo: former.map { Value($0) },
      refusingEnds: false)
    guard found.contains(where: { $0 != nil }) else { return }
    let path = tree.first { $0.parameter === parameter }!.path
    Mistake(
      "minimize",
      isRecorded
        ? "the loss reaches \(path) only through a tensor from outside the recorded function"
        : "the loss reaches \(path) only through a value from before it was last changed",
      fix: isRecorded
        ? "read the model inside the recorded function"
        : "compute the loss from the model after the last step"
    ).stop(at: site)
  }
}
