// SPDX-License-Identifier: Apache-2.0

extension Plan {
  /// The argument whose rows are looked up with indices that a step checks; nil where nothing is
  /// looked up, or rows of what the plan computes.
  ///
  /// - Parameter value: what the step's body, or the prologue of its core, calls the
  ///   checked indices.
  package func table(lookedUpWith value: Int, of step: Int) -> Int? {
    for slot in steps[step].bodies.filter({ $0.checks(value) }).flatMap({ $0.slots(of: value) }) {
      for case .gathered(let gather) in steps.lazy.flatMap(\.bodies).flatMap(\.operands)
      where gather.indices.slot == slot {
        if case .argument(let table) = gather.table.slot { return table }
      }
    }
    return nil
  }
}

extension Step {
  fileprivate var bodies: [Body] { (core.prologue.map { [$0] } ?? []) + [body] }
}

extension Body {
  /// Whether a value is indices that have been checked.
  fileprivate func checks(_ value: Int) -> Bool {
    let number = value - operands.count
    guard instructions.indices.contains(number) else { return false }
    if case .checked = instructions[number].operation { return true }
    return false
  }

  /// Where a value is stored.
  fileprivate func slots(of value: Int) -> [Slot] {
    stores.filter { $0.value == value }.map(\.slot)
  }
}
