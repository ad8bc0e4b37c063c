// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackTensors
import Synchronization

/// What holds a leaf that may be another one at each replay: a parameter.
package protocol LeafHolder: AnyObject, Sendable {
  /// The leaf of now.
  var leaf: Value { get }
}

/// A function that is being traced on stand-ins for its arguments.
package final class Recording: Sendable {
  /// The recording that the current task is making.
  @TaskLocal package static var current: Recording?

  private let noted = Mutex<[(leaf: Value, holder: any LeafHolder)]>([])

  package init() {}

  /// Remembers where a leaf came from, so that replays read the holder anew.
  package func note(_ leaf: Value, of holder: any LeafHolder) {
    noted.withLock { $0.append((leaf, holder)) }
  }

  package var holders: [(leaf: Value, holder: any LeafHolder)] { noted.withLock { $0 } }

  /// Stops if numbers are read while a function is recorded: replays would not read them.
  static func refuseReading() {
    if current != nil {
      Mistake(
        "recorded", "numbers are read inside the recorded function",
        fix: "return the tensor and read it outside"
      ).stop(at: nil)
    }
  }
}

/// A plan with the sources of everything it reads: what is left of a function after recording it.
package final class RecordedProgram: @unchecked Sendable {
  private let executable: Executable
  /// Arguments that are the same at each replay; held here, found by their base.
  private let constants: [(argument: Int, storage: Storage)]
  private let placeholders: [(argument: Int, input: Int)]
  private let holders: [(argument: Int, holder: any LeafHolder)]
  private let parameters: [UInt64]
  private let derived: [(parameter: Int, key: RandomKey.Derivation)]
  /// For each replaced leaf its argument, if the program reads it.
  private let replaced: [Int?]
  private let resultCount: Int

  /// - Parameters:
  ///   - inputs: the stand-ins of tensor arguments, by their number.
  ///   - replacements: leaves and what takes their place; they are brought along by each replay.
  package init(
    results: [Value], inputs: [Value], holders noted: [(leaf: Value, holder: any LeafHolder)],
    replacing replacements: [Replacement] = []
  ) {
    let leaves = replacements.enumerated().map {
      (result: results.count + $0.offset, leaf: $0.element.leaf)
    }
    let capture = stopping(at: nil) { () throws(Mistake) in
      try Capture(
        of: results + replacements.map { $0.update! }, replacing: leaves,
        inputs: inputs.map(\.node))
    }
    executable = PlanCache.shared.executable(for: capture)
    parameters = capture.parameters
    derived = capture.derived
    placeholders = capture.placeholders
    resultCount = results.count
    replaced = replacements.map { capture.argument(of: $0.leaf) }
    let isReplaced = Set(replaced.compactMap { $0 })
    holders = noted.compactMap { leaf, holder in
      capture.argument(of: leaf).flatMap { isReplaced.contains($0) ? nil : ($0, holder) }
    }
    let brought = Set(placeholders.map(\.argument) + holders.map(\.argument)).union(isReplaced)
    constants = capture.arguments.enumerated().compactMap {
      brought.contains($0.offset) ? nil : (argument: $0.offset, storage: $0.element)
    }
  }

  /// Runs the program once.
  ///
  /// - Parameters:
  ///   - inputs: the tensor arguments' numbers, by number; other places are not read.
  ///   - bits: keys and scalars among the arguments, by number.
  ///   - leaves: the leaves to replace, afterwards the new ones; written in place where this array
  ///     is the only one to hold them.
  package func run(
    inputs: [Storage?], bits: [UInt64], replacing leaves: inout [Value]
  ) -> [Storage] {
    let plan = executable.plan
    var old = leaves.map { $0.node.numbers }
    for index in leaves.indices { leaves[index] = Value(Node.vacant) }
    let current = holders.map { $0.holder.leaf.node.numbers! }
    let outputs = plan.outputs.map { output -> Storage in
      guard let donor = output.donor, let index = replaced.firstIndex(of: donor),
        isKnownUniquelyReferenced(&old[index])
      else { return Storage(output) }
      return old[index]!
    }
    executable.run(parameters: parameters(bits)) { slots in
      for (argument, storage) in constants { slots[argument] = storage.base }
      for (argument, input) in placeholders { slots[argument] = inputs[input]!.base }
      for (index, holder) in holders.enumerated() { slots[holder.argument] = current[index].base }
      for (index, argument) in replaced.enumerated() {
        if let argument { slots[argument] = old[index]!.base }
      }
      for (index, output) in outputs.enumerated() {
        slots[plan.arguments.count + index] = output.base
      }
    }
    withExtendedLifetime((inputs, old, current)) {}
    for (index, output) in plan.results.dropFirst(resultCount).enumerated() {
      let made = plan.outputs[output]
      leaves[index] = Value(
        Node(numbers: outputs[output], elementType: made.elementType, shape: made.shape))
    }
    return plan.results.prefix(resultCount).map { outputs[$0] }
  }

  /// Element types and shapes of the results.
  var resultTypes: [(ElementType, Shape)] {
    executable.plan.results.prefix(resultCount).map {
      (executable.plan.outputs[$0].elementType, executable.plan.outputs[$0].shape)
    }
  }

  private func parameters(_ bits: [UInt64]) -> [UInt64] {
    if derived.isEmpty { return parameters }
    var current = parameters
    for (parameter, key) in derived { current[parameter] = key.bits(from: bits[key.argument]) }
    return current
  }
}
