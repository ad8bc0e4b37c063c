// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackTensors

/// A leaf that a program replaces: where it is held, and what takes its place.
package struct Replacement {
  package let slot: LeafSlot
  /// Which of the trained leaves it is, if it is one.
  package let number: Int?
  /// The leaf that the program reads.
  package let leaf: Value
  package let update: Value

  package init(slot: LeafSlot, number: Int?, leaf: Value, update: Value) {
    self.slot = slot
    self.number = number
    self.leaf = leaf
    self.update = update
  }
}

/// What replays bring along, as it was when the program was written down.
package struct ReplayInputs {
  /// Leaves by the number of the input that takes their place.
  package var leaves: [Node] = []
  /// Scalars and random nodes by the number of their bits.
  package var bits: [Node] = []
  /// Leaves that are read anew from where they are held.
  package var slots: [(leaf: Value, slot: LeafSlot)] = []

  package init() {}

  /// The same, with leaves that are read anew.
  package func reading(_ slots: [(leaf: Value, slot: LeafSlot)]) -> ReplayInputs {
    var inputs = self
    inputs.slots = slots
    return inputs
  }
}

/// A plan with the sources of everything it reads: what is left of a function or a training step
/// once it has been written down. A replay allocates nothing but what cannot be written in place.
package final class RecordedProgram: @unchecked Sendable {
  private let executable: Executable
  // What a replay reads is plain data, so that replays count no references.
  private let plain = PlainMemory()
  /// Arguments that are the same at each replay, and what keeps their numbers alive.
  private let constants: UnsafeBufferPointer<(argument: Int, numbers: UnsafeMutableRawPointer)>
  private let constantNumbers: [Storage]
  private let inputs: UnsafeBufferPointer<(argument: Int, input: Int)>
  /// In the order in which they are taken.
  private let slots: [(argument: Int, slot: LeafSlot)]
  private let replaced: UnsafeBufferPointer<Replaced>
  private let replacedSlots: [LeafSlot]
  /// All of these, in one order everywhere, so that two optimizers with common parameters do not wait
  /// for each other. Alive as long as the program.
  private let held: UnsafeBufferPointer<(slot: Unmanaged<LeafSlot>, isReplaced: Bool)>
  private let parameters: UnsafeBufferPointer<UInt64>
  private let givenBits: UnsafeBufferPointer<(parameter: Int, bits: Int)>
  private let derivedBits: [(parameter: Int, key: RandomKey.Derivation)]
  /// For each result the output that it is, and the first result with the same numbers.
  private let results: UnsafeBufferPointer<(output: Int, first: Int)>

  /// About how many bytes the program takes.
  var byteCount: Int { executable.byteCount + plain.byteCount }

  private struct Replaced: BitwiseCopyable {
    /// Alive as long as the program.
    let slot: Unmanaged<LeafSlot>
    let number: Int?
    let argument: Int?
    let output: Int
    /// Whether the plan can write over the argument.
    let isDonor: Bool
    let twin: Twin?
  }

  /// What writes the same output already.
  private enum Twin: BitwiseCopyable {
    case result(Int)
    case replaced(Int)
  }

  package init(
    results: [Value], inputs given: ReplayInputs, replacing replacements: [Replacement] = []
  ) {
    let leaves = replacements.enumerated().map {
      (result: results.count + $0.offset, leaf: $0.element.leaf)
    }
    let capture = stopping(at: nil) { () throws(Mistake) in
      try Capture(
        of: results + replacements.map(\.update), replacing: leaves, placeholders: given.leaves,
        renewed: given.slots.map(\.leaf.node))
    }
    executable = PlanCache.shared.executable(for: capture)
    let plan = executable.plan
    self.results = plain.array(
      results.indices.map {
        (plan.results[$0], plan.results.firstIndex(of: plan.results[$0])!)
      })
    let replaced = replacements.enumerated().map { index, replacement in
      let argument = capture.argument(of: replacement.leaf.node)
      let output = plan.results[results.count + index]
      let first = plan.results.firstIndex(of: output)!
      return Replaced(
        slot: .passUnretained(replacement.slot), number: replacement.number, argument: argument,
        output: output, isDonor: argument != nil && plan.outputs[output].donor == argument,
        twin: first < results.count
          ? .result(first)
          : first < results.count + index ? .replaced(first - results.count) : nil)
    }
    self.replaced = plain.array(replaced)
    replacedSlots = LeafSlot.inOrder(replacements.map(\.slot))
    var open = Set(capture.arguments.indices).subtracting(replaced.compactMap(\.argument))
    slots = given.slots.compactMap { leaf, slot in
      capture.argument(of: leaf.node).flatMap { open.remove($0) }.map { ($0, slot) }
    }.sorted { $0.slot.number < $1.slot.number }
    let read = slots.map { (slot: $0.slot, isReplaced: false) }
    held = plain.array(
      (read + replacedSlots.map { (slot: $0, isReplaced: true) })
        .sorted { $0.slot.number < $1.slot.number }
        .map { (slot: .passUnretained($0.slot), isReplaced: $0.isReplaced) })
    inputs = plain.array(
      given.leaves.enumerated().compactMap { number, leaf in
        capture.argument(of: leaf).flatMap { open.remove($0) }.map { ($0, number) }
      })
    let constants = open.sorted().map { ($0, capture.arguments[$0]) }
    constantNumbers = constants.map(\.1)
    self.constants = plain.array(constants.map { ($0, $1.base) })
    parameters = plain.array(capture.parameters)
    givenBits = plain.array(
      given.bits.enumerated().compactMap { number, node in
        capture.parameter(of: node).map { ($0, number) }
      })
    derivedBits = capture.derived
  }

  /// Runs the program once.
  ///
  /// - Parameters:
  ///   - inputs: numbers of the inputs; those of replaced leaves are not read.
  ///   - bits: keys and scalars, by number.
  ///   - serials: those of the trained leaves that were read, if it matters.
  ///   - results: memory for the results; those with equal numbers share it afterwards.
  package func run(
    inputs: [Storage?], bits: [UInt64], expecting serials: [UInt64] = [],
    into results: inout [Storage]
  ) {
    let read = takeSlots()
    defer {
      for (slot, isReplaced) in held where isReplaced {
        slot._withUnsafeGuaranteedRef { $0.give() }
      }
    }
    if !serials.isEmpty { checkUnchanged(serials) }
    for index in self.results.indices where self.results[index].first != index {
      results[index] = results[self.results[index].first]
    }
    // Memory for replaced leaves that somebody else can see.
    var fresh: [Int: Storage] = [:]
    let firstOutput = executable.argumentCount
    executable.runOrStop { run in
      for constant in constants { run.slots[constant.argument] = constant.numbers }
      for input in self.inputs { run.slots[input.argument] = inputs[input.input]!.base }
      for (index, source) in slots.enumerated() { run.slots[source.argument] = read[index].base }
      for index in results.indices {
        run.slots[firstOutput + self.results[index].output] = results[index].base
      }
      for index in replaced.indices {
        let replaced = replaced[index]
        let (old, isAlone) = replaced.slot._withUnsafeGuaranteedRef {
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
      for index in parameters.indices { run.setParameter(index, parameters[index]) }
      for given in givenBits { run.setParameter(given.parameter, bits[given.bits]) }
      for (parameter, key) in derivedBits {
        run.setParameter(parameter, key.bits(from: bits[key.argument]))
      }
    }
    let serial = Node.reserveSerials(replaced.count)
    for index in replaced.indices {
      if replaced[index].twin == nil, fresh.isEmpty || fresh[index] == nil {
        replaced[index].slot._withUnsafeGuaranteedRef {
          $0.renewHeld(as: serial + UInt64(index))
        }
      } else {
        replace(replaced[index], by: fresh[index], results)
      }
    }
    withExtendedLifetime((inputs, read)) {}
  }

  /// Takes the slots that are replaced; the numbers of those that are only read, of the same moment.
  private func takeSlots() -> [Storage] {
    if !slots.isEmpty, Substitution.isInForce {
      return LeafSlot.take(replacedSlots, reading: slots.map(\.slot.current))
    }
    var read: [Storage] = []
    read.reserveCapacity(slots.count)
    for (slot, isReplaced) in held {
      slot._withUnsafeGuaranteedRef {
        $0.take()
        if !isReplaced { read.append($0.heldNumbers) }
      }
    }
    if read.isEmpty { return read }
    for (slot, isReplaced) in held where !isReplaced { slot._withUnsafeGuaranteedRef { $0.give() } }
    return read
  }

  /// Runs the plan on whatever the run before was given, which must still be there: for benchmarks.
  package func rerun() { executable.runOrStop { _ in } }

  private func checkUnchanged(_ serials: [UInt64]) {
    for replaced in replaced {
      let serial = replaced.slot._withUnsafeGuaranteedRef { $0.heldSerial }
      guard let number = replaced.number, serial != serials[number] else { continue }
      let shape = executable.plan.outputs[replaced.output].shape
      let holder = replaced.slot._withUnsafeGuaranteedRef { $0.number }
      let name = HolderNames[holder].map { "\($0) \(shape)" } ?? "a parameter of shape \(shape)"
      Mistake(
        "minimize", "\(name) changed while its step was prepared",
        fix: "train a parameter on one thread at a time"
      ).stop(at: nil)
    }
  }

  /// Puts the new leaf where the old one was.
  private func replace(_ replaced: Replaced, by fresh: Storage?, _ results: [Storage]) {
    let made = executable.plan.outputs[replaced.output], slot = replaced.slot.takeUnretainedValue()
    switch replaced.twin {
    case nil: slot.replaceHeld(with: fresh!, made)
    case .replaced(let twin):
      let numbers = self.replaced[twin].slot.takeUnretainedValue().heldNumbers
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
    let output = executable.plan.outputs[results[index].output]
    return (output.elementType, output.shape)
  }

  /// New memory for all results.
  package func memoryForResults() -> [Storage] {
    results.map { Storage(executable.plan.outputs[$0.output]) }
  }
}
