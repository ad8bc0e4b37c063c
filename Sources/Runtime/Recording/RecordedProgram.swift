// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackTensors

/// What was written down, with the slots of those that it is replayed for. A replay allocates
/// nothing but what cannot be written in place.
package final class RecordedProgram: @unchecked Sendable {
  private let form: RecordedForm
  // The form's, here as well: a way through it would count references at each replay.
  private let executable: Executable
  private let derivedBits: [(parameter: Int, key: RandomKey.Derivation)]
  // Plain data, so that replays count no references.
  private let plain = PlainMemory()
  /// The slots by number, and what keeps them alive.
  private let held: UnsafeBufferPointer<Unmanaged<LeafSlot>>
  private let slots: [LeafSlot]
  /// How many of the results each output of the function consists of, the last ones.
  private let counts: [Int]
  /// The slots that are read or replaced, in one order everywhere, so that two optimizers
  /// with common parameters do not wait for each other; of those that are only read, which
  /// of these each is.
  private let taken: UnsafeBufferPointer<(slot: Unmanaged<LeafSlot>, read: Int?)>

  /// About how many bytes the program takes.
  package var byteCount: Int { form.byteCount + plain.byteCount }

  package init(_ form: RecordedForm, slots: [LeafSlot], counts: [Int] = []) {
    self.form = form
    self.counts = counts
    executable = form.executable
    derivedBits = form.derivedBits
    self.slots = slots
    changedCount = form.replaced.count { $0.number != nil }
    held = plain.array(slots.map { .passUnretained($0) })
    let read = form.read.enumerated().map { (slot: slots[$0.element.slot], read: Int?($0.offset)) }
    let replaced = form.replaced.map { (slot: slots[$0.slot], read: Int?.none) }
    taken = plain.array(
      (read + replaced).sorted { $0.slot.number < $1.slot.number }
        .map { (slot: .passUnretained($0.slot), read: $0.read) })
  }

  /// A program for the slots that are named.
  package convenience init(
    results: [Value], counts: [Int] = [], inputs: ReplayInputs,
    replacing replacements: [Replacement] = []
  ) {
    var known: Set<UInt64> = []
    let slots = (inputs.slots.map(\.slot) + replacements.map(\.slot)).filter {
      known.insert($0.number).inserted
    }
    self.init(
      RecordedForm(results: results, inputs: inputs, replacing: replacements, slots: slots),
      slots: slots, counts: counts)
  }

  package var plan: Plan { executable.plan }

  /// How many of the parameters that were numbered a run replaces.
  package let changedCount: Int

  /// The numbers of the slots that a run replaces.
  package var replacedSlots: [UInt64] { form.replaced.map { slots[$0.slot].number } }

  /// Runs the program once. Where it cannot be run to its end the program stops.
  package func run(
    inputs: [Storage?], bits: [UInt64], expecting serials: [UInt64] = [],
    into results: inout [Storage]
  ) {
    do {
      try attempt(inputs: inputs, bits: bits, expecting: serials, into: &results)
    } catch {
      error.stop()
    }
  }

  /// The same; throws where it cannot be run to its end, and what it replaces may
  /// hold anything then.
  ///
  /// - Parameters:
  ///   - inputs: numbers of the inputs; those of replaced leaves are not read.
  ///   - bits: keys and scalars, by number.
  ///   - serials: those of the trained leaves that were read, if it matters.
  ///   - results: memory for the results; those with equal numbers share it afterwards.
  func attempt(
    inputs: [Storage?], bits: [UInt64], expecting serials: [UInt64] = [],
    into results: inout [Storage]
  ) throws(EvaluationError) {
    let read = takeSlots()
    defer { giveSlots { $0 == nil } }
    if !serials.isEmpty { checkUnchanged(serials) }
    for index in form.results.indices where form.results[index].first != index {
      results[index] = results[form.results[index].first]
    }
    // Memory for replaced leaves that somebody else can see.
    var fresh: [Int: Storage] = [:]
    let replaced = form.replaced, firstOutput = executable.argumentCount
    try executable.run(naming: path) { run in
      for constant in form.constants { run.slots[constant.argument] = constant.numbers }
      for input in form.inputs { run.slots[input.argument] = inputs[input.input]!.base }
      for index in read.indices { run.slots[form.read[index].argument] = read[index]!.base }
      for index in results.indices {
        run.slots[firstOutput + form.results[index].output] = results[index].base
      }
      for index in replaced.indices {
        let replaced = replaced[index]
        let (old, isAlone) = held[replaced.slot]._withUnsafeGuaranteedRef {
          ($0.heldBase, replaced.isDonor && $0.holdsAlone())
        }
        if let argument = replaced.argument { run.slots[argument] = old }
        if replaced.twin != nil { continue }
        if isAlone {
          run.slots[firstOutput + replaced.output] = old
        } else {
          let memory = Storage(executable.plan.outputs[replaced.output])
          fresh[index] = memory
          run.slots[firstOutput + replaced.output] = memory.base
        }
      }
      for index in form.parameters.indices { run.setParameter(index, form.parameters[index]) }
      for given in form.givenBits { run.setParameter(given.parameter, bits[given.bits]) }
      for index in derivedBits.indices {
        let (parameter, key) = derivedBits[index]
        run.setParameter(parameter, key.bits(from: bits[key.argument]))
      }
    }
    let serial = Node.reserveSerials(replaced.count)
    for index in replaced.indices {
      if replaced[index].twin == nil, fresh.isEmpty || fresh[index] == nil {
        held[replaced[index].slot]._withUnsafeGuaranteedRef {
          $0.renewHeld(as: serial + UInt64(index))
        }
      } else {
        replace(replaced[index], by: fresh[index], results)
      }
    }
    withExtendedLifetime((inputs, read)) {}
  }

  /// The path of the parameter that an argument of the plan is, if it is one.
  private func path(of argument: Int) -> String? {
    let slot =
      form.read.first { $0.argument == argument }?.slot
      ?? form.replaced.first { $0.argument == argument }?.slot
    return slot.flatMap { HolderNames[slots[$0].current.number] ?? HolderNames[slots[$0].number] }
  }

  /// Takes the slots that are replaced; the numbers of those that are only read, of
  /// the same moment.
  private func takeSlots() -> [Storage?] {
    if form.read.count > 0, Substitution.isInForce {
      return LeafSlot.take(
        form.replaced.map { slots[$0.slot] }, reading: form.read.map { slots[$0.slot].current })
    }
    var read = form.read.count > 0 ? [Storage?](repeating: nil, count: form.read.count) : []
    for (slot, number) in taken {
      slot._withUnsafeGuaranteedRef {
        $0.take()
        if let number { read[number] = $0.heldNumbers }
      }
    }
    if !read.isEmpty { giveSlots { $0 != nil } }
    return read
  }

  private func giveSlots(where isGiven: (_ read: Int?) -> Bool) {
    for (slot, number) in taken where isGiven(number) {
      slot._withUnsafeGuaranteedRef { $0.give() }
    }
  }

  /// Runs the plan on whatever the run before was given, which must still be there: for benchmarks.
  package func rerun() {
    do { try executable.run(naming: path) { _ in } } catch { error.stop() }
  }

  private func checkUnchanged(_ serials: [UInt64]) {
    for replaced in form.replaced {
      let serial = held[replaced.slot]._withUnsafeGuaranteedRef { $0.heldSerial }
      guard let number = replaced.number, serial != serials[number] else { continue }
      let shape = executable.plan.outputs[replaced.output].shape
      let name =
        HolderNames[slots[replaced.slot].number].map { "\($0) \(shape)" }
        ?? "a parameter of shape \(shape)"
      Mistake(
        "minimize", "\(name) changed while its step was prepared",
        fix: "train a parameter on one thread at a time"
      ).stop(at: nil)
    }
  }

  /// Puts the new leaf where the old one was.
  private func replace(
    _ replaced: RecordedForm.Replaced, by fresh: Storage?, _ results: [Storage]
  ) {
    let made = executable.plan.outputs[replaced.output], slot = slots[replaced.slot]
    switch replaced.twin {
    case nil: slot.replaceHeld(with: fresh!, made)
    case .replaced(let twin):
      let numbers = slots[form.replaced[twin].slot].heldNumbers
      slot.replaceHeld(with: numbers, made)
    case .result(let twin):
      // Results may be given the same memory at each replay.
      let copy = Storage(made)
      copy.base.copyMemory(
        from: results[twin].base, byteCount: made.shape.elementCount * made.elementType.byteCount)
      slot.replaceHeld(with: copy, made)
    }
  }

  /// Element types and shapes of the results.
  package func resultType(_ index: Int) -> (ElementType, Shape) {
    let output = executable.plan.outputs[form.results[index].output]
    return (output.elementType, output.shape)
  }

  /// What the function's outputs consist of.
  ///
  /// - Parameter results: those of a run, without such as belong to no output.
  package func outputs(of results: ArraySlice<Storage>) -> [[AnyTensor]] {
    var next = results.startIndex
    return counts.map { count in
      defer { next += count }
      return (next..<next + count).map { index in
        let (type, shape) = resultType(index)
        return AnyTensor(
          value: Value(Node(numbers: results[index], elementType: type, shape: shape)))
      }
    }
  }

  /// Whether the function has outputs.
  package var hasOutputs: Bool { !counts.isEmpty }

  /// New memory for all results.
  package func memoryForResults() -> [Storage] {
    form.results.map { Storage(executable.plan.outputs[$0.output]) }
  }

  /// The same, or an error.
  func requestedMemoryForResults() throws(EvaluationError) -> [Storage] {
    do {
      return try form.results.map { (result) throws(OutOfMemory) in
        try executable.memory(for: result.output)
      }
    } catch {
      throw .memory(error)
    }
  }
}
