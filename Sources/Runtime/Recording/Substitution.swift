// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Slots that stand for others while a function is called: those of a copy or of a snapshot in the
/// place of a model's own.
///
/// Substitutions compose: what one of them gives is looked up in those around it.
package struct Substitution: Sendable {
  /// By the number of the slot that is replaced.
  private let slots: [UInt64: LeafSlot]

  package init(_ slots: [UInt64: LeafSlot]) { self.slots = slots }

  /// Calls `body`, inside which ``LeafSlot/current`` gives the slots that stand for others.
  package func within<Result>(_ body: () throws -> Result) rethrows -> Result {
    Scope.isUsed.store(true, ordering: .relaxed)
    return try Scope.$innermost.withValue(
      Scope(self, inside: Scope.innermost), operation: body)
  }

  /// Whether any is in force in the current task.
  static var isInForce: Bool { Scope.current != nil }

  /// One that is in force in a task, and those around it.
  final class Scope: Sendable {
    @TaskLocal fileprivate static var innermost: Scope?
    /// What is local to a task is looked up only in programs that replace slots at all.
    fileprivate static let isUsed = Atomic<Bool>(false)

    private let substitution: Substitution
    private let outer: Scope?

    fileprivate init(_ substitution: Substitution, inside outer: Scope?) {
      self.substitution = substitution
      self.outer = outer
    }

    /// That of the current task.
    static var current: Scope? { isUsed.load(ordering: .relaxed) ? innermost : nil }

    /// Calls `body` as if no slot were replaced.
    static func suspended<Result>(_ body: () throws -> Result) rethrows -> Result {
      current == nil ? try body() : try $innermost.withValue(nil, operation: body)
    }

    func slot(standingFor replaced: LeafSlot) -> LeafSlot {
      let slot = substitution.slots[replaced.number] ?? replaced
      return outer?.slot(standingFor: slot) ?? slot
    }
  }
}

extension LeafSlot {
  /// The slot that stands for this one in the current task: itself, unless a
  /// substitution is in force.
  package var current: LeafSlot { Substitution.Scope.current?.slot(standingFor: self) ?? self }
}
