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
package final class RecordedProgram: Sendable {
  private let executable: Executable
  /// Arguments that are the same at each replay.
  private let constants: [(argument: Int, numbers: Storage)]
  private let inputs: [(argument: Int, input: Int)]
  private let slots: [(argument: Int, slot: LeafSlot)]
  private let replaced: [Replaced]
  /// Replaced slots in one order everywhere, so that two optimizers with common parameters do not
  /// wait for each other.
  private let taken: [LeafSlot]
  private let parameters: [UInt64]
  private let givenBits: [(parameter: Int, bits: Int)]
  private let derivedBits: [(parameter: Int, key: RandomKey.Derivation)]
  /// For each result the first one with the same numbers.
  private let firstResult: [Int]

  private struct Replaced: Sendable {
    let slot: LeafSlot
    let number: Int?
    let argument: Int?
    let output: Int
    /// Whether the plan can write over the argument.
    let isDonor: Bool
    let twin: Twin?
  }

  /// What writes the same output already.
  private enum Twin {
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
        of: results + replacements.map(\.update), replacing: leaves, placeholders: given.leaves)
    }
    executable = PlanCache.shared.executable(for: capture)
    let plan = executable.plan
    firstResult = results.indices.map { plan.results.firstIndex(of: plan.results[$0])! }
    replaced = replacements.enumerated().map { index, replacement in
      let argument = capture.argument(of: replacement.leaf.node)
      let output = plan.results[results.count + index]
      let first = plan.results.firstIndex(of: output)!
      return Replaced(
        slot: replacement.slot, number: replacement.number, argument: argument, output: output,
        isDonor: argument != nil && plan.outputs[output].donor == argument,
        twin: first < results.count
          ? .result(first)
          : first < results.count + index ? .replaced(first - results.count) : nil)
    }
    taken = replacements.map(\.slot).sorted { ObjectIdentifier($0) < ObjectIdentifier($1) }
    var open = Set(capture.arguments.indices).subtracting(replaced.compactMap(\.argument))
    slots = given.slots.compactMap { leaf, slot in
      capture.argument(of: leaf.node).flatMap { open.remove($0) }.map { ($0, slot) }
    }
    inputs = given.leaves.enumerated().compactMap { number, leaf in
      capture.argument(of: leaf).flatMap { open.remove($0) }.map { ($0, number) }
    }
    constants = open.sorted().map { ($0, capture.arguments[$0]) }
    parameters = capture.parameters
    givenBits = given.bits.enumerated().compactMap { number, node in
      capture.parameter(of: node).map { ($0, number) }
    }
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
    for slot in taken { slot.take() }
    defer { for slot in taken { slot.give() } }
    if !serials.isEmpty { checkUnchanged(serials) }
    for index in firstResult.indices where firstResult[index] != index {
      results[index] = results[firstResult[index]]
    }
    let read = slots.map { $0.slot.leaf!.node.numbers! }
    // Memory for replaced leaves that somebody else can see.
    var fresh: [Int: Storage] = [:]
    let firstOutput = executable.plan.arguments.count
    executable.run { run in
      for (argument, numbers) in constants { run.slots[argument] = numbers.base }
      for (argument, input) in self.inputs { run.slots[argument] = inputs[input]!.base }
      for (index, source) in slots.enumerated() { run.slots[source.argument] = read[index].base }
      for index in results.indices {
        run.slots[firstOutput + executable.plan.results[index]] = results[index].base
      }
      for index in replaced.indices {
        let replaced = replaced[index], old = replaced.slot.heldNumbers.base
        if let argument = replaced.argument { run.slots[argument] = old }
        if replaced.twin != nil { continue }
        if replaced.isDonor, replaced.slot.holdsAlone() {
          run.slots[firstOutput + replaced.output] = old
        } else {
          let memory = Storage(executable.plan.outputs[replaced.output])
          fresh[index] = memory
          run.slots[firstOutput + replaced.output] = memory.base
        }
      }
      for index in parameters.indices { run.setParameter(index, parameters[index]) }
      for (parameter, number) in givenBits { run.setParameter(parameter, bits[number]) }
      for (parameter, key) in derivedBits {
        run.setParameter(parameter, key.bits(from: bits[key.argument]))
      }
    }
    for index in replaced.indices { finish(replaced[index], fresh[index], results) }
    withExtendedLifetime((inputs, read)) {}
  }

  private func checkUnchanged(_ serials: [UInt64]) {
    for replaced in replaced {
      guard let number = replaced.number, replaced.slot.heldSerial != serials[number] else {
        continue
      }
      let shape = executable.plan.outputs[replaced.output].shape
      Mistake(
        "minimize", "a parameter of shape \(shape) changed while its step was prepared",
        fix: "train a parameter on one thread at a time"
      ).stop(at: nil)
    }
  }

  /// Puts the new leaf where the old one was.
  private func finish(_ replaced: Replaced, _ fresh: Storage?, _ results: [Storage]) {
    let made = executable.plan.outputs[replaced.output]
    switch replaced.twin {
    case nil:
      guard let fresh else { return replaced.slot.renewHeld() }
      replaced.slot.replaceHeld(with: fresh, made)
    case .replaced(let twin):
      replaced.slot.replaceHeld(with: self.replaced[twin].slot.heldNumbers, made)
    case .result(let twin):
      // Results may be given the same memory at each replay.
      let copy = Storage(made)
      copy.base.copyMemory(
        from: results[twin].base, byteCount: made.shape.elementCount * made.elementType.byteCount)
      replaced.slot.replaceHeld(with: copy, made)
    }
  }

  /// Element types and shapes of the results.
  package func resultType(_ index: Int) -> (ElementType, Shape) {
    let output = executable.plan.outputs[executable.plan.results[index]]
    return (output.elementType, output.shape)
  }

  /// New memory for all results.
  package func memoryForResults() -> [Storage] {
    firstResult.indices.map { Storage(executable.plan.outputs[executable.plan.results[$0]]) }
  }
}
