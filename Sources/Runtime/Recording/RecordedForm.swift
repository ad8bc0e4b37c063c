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
/// once it has been written down. It knows leaves that are held somewhere by numbers of slots, so
/// that it serves whoever has slots of the same kind.
package final class RecordedForm: @unchecked Sendable {
  let executable: Executable
  // What a replay reads is plain data, so that replays count no references.
  private let plain = PlainMemory()
  /// Arguments that are the same at each replay, and what keeps their numbers alive.
  let constants: UnsafeBufferPointer<(argument: Int, numbers: UnsafeMutableRawPointer)>
  private let constantNumbers: [Storage]
  let inputs: UnsafeBufferPointer<(argument: Int, input: Int)>
  /// Arguments that are read from where they are held, and not replaced.
  let read: UnsafeBufferPointer<(argument: Int, slot: Int)>
  let replaced: UnsafeBufferPointer<Replaced>
  let parameters: UnsafeBufferPointer<UInt64>
  let givenBits: UnsafeBufferPointer<(parameter: Int, bits: Int)>
  let derivedBits: [(parameter: Int, key: RandomKey.Derivation)]
  /// For each result the output that it is, and the first result with the same numbers.
  let results: UnsafeBufferPointer<(output: Int, first: Int)>

  /// About how many bytes the form takes.
  package var byteCount: Int { executable.byteCount + plain.byteCount }

  struct Replaced: BitwiseCopyable {
    let slot: Int
    let number: Int?
    let argument: Int?
    let output: Int
    /// Whether the plan can write over the argument.
    let isDonor: Bool
    let twin: Twin?
  }

  /// What writes the same output already.
  enum Twin: BitwiseCopyable {
    case result(Int)
    case replaced(Int)
  }

  /// - Parameters:
  ///   - slots: what holds the leaves that are replaced or read anew, in the order that their
  ///     numbers stand for.
  ///   - unknown: what counts as unknown, whether it has numbers or not.
  package init(
    results: [Value], inputs given: ReplayInputs, replacing replacements: [Replacement],
    slots: [LeafSlot], unknown: UnknownNodes? = nil
  ) {
    let leaves = replacements.enumerated().map {
      (result: results.count + $0.offset, leaf: $0.element.leaf)
    }
    let capture = Capture.take()
    defer { Capture.give(capture) }
    stopping(at: nil) { () throws(Mistake) in
      try capture.reader.read(
        results + replacements.map(\.update), replacing: leaves, placeholders: given.leaves,
        renewed: given.slots.map(\.leaf.node), unknown: unknown)
    }
    executable = PlanCache.shared.executable(for: capture.reader)
    let plan = executable.plan
    let numbers = Dictionary(
      uniqueKeysWithValues: slots.enumerated().map { ($0.element.number, $0.offset) })
    self.results = plain.array(
      results.indices.map {
        (plan.results[$0], plan.results.firstIndex(of: plan.results[$0])!)
      })
    let replaced = replacements.enumerated().map { index, replacement in
      let argument = capture.reader.argument(of: replacement.leaf.node)
      let output = plan.results[results.count + index]
      let first = plan.results.firstIndex(of: output)!
      return Replaced(
        slot: numbers[replacement.slot.number]!, number: replacement.number, argument: argument,
        output: output, isDonor: argument != nil && plan.outputs[output].donor == argument,
        twin: first < results.count
          ? .result(first)
          : first < results.count + index ? .replaced(first - results.count) : nil)
    }
    self.replaced = plain.array(replaced)
    // Arguments that nothing brings along yet.
    var isOpen = [Bool](repeating: true, count: capture.reader.arguments.count)
    for case let argument? in replaced.lazy.map(\.argument) { isOpen[argument] = false }
    func take(_ leaf: Node) -> Int? {
      guard let argument = capture.reader.argument(of: leaf), isOpen[argument] else { return nil }
      isOpen[argument] = false
      return argument
    }
    read = plain.array(
      given.slots.compactMap { leaf, slot in
        take(leaf.node).map { ($0, numbers[slot.number]!) }
      })
    inputs = plain.array(
      given.leaves.enumerated().compactMap { number, leaf in take(leaf).map { ($0, number) } })
    let constants = isOpen.indices.filter { isOpen[$0] }.map {
      ($0, capture.reader.arguments[$0]!)
    }
    constantNumbers = constants.map(\.1)
    self.constants = plain.array(constants.map { ($0, $1.base) })
    parameters = plain.array(capture.reader.parameters)
    givenBits = plain.array(
      given.bits.enumerated().compactMap { number, node in
        capture.reader.parameter(of: node).map { ($0, number) }
      })
    derivedBits = capture.reader.derived
  }
}
