// SPDX-License-Identifier: Apache-2.0

import PullbackTensors
import Synchronization

/// A function that is being traced on stand-ins for its arguments.
package final class Recording: Sendable {
  @TaskLocal private static var innermost: Recording?
  private static let count = Atomic<Int>(0)

  /// The recording that the current task is making. Asked at each reading of numbers: what is local
  /// to a task is looked up only while somebody records.
  package static var current: Recording? {
    count.load(ordering: .relaxed) == 0 ? nil : innermost
  }

  private let noted = Lock<[UInt64: (leaf: Value, slot: LeafSlot)]>([:])
  private let outside = Substitution.Scope.current

  package init() {}

  /// The slot that a replay would read now for one that the function reads.
  package func source(of slot: LeafSlot) -> LeafSlot {
    outside?.slot(standingFor: slot) ?? slot
  }

  /// Traces a function: it is this recording's inside. Slots that stand for others around it are
  /// looked up at each replay, since copies of a model share what it has recorded.
  package func trace<Result>(_ function: () throws -> Result) rethrows -> Result {
    Recording.count.add(1, ordering: .relaxed)
    defer { Recording.count.subtract(1, ordering: .relaxed) }
    return try Substitution.Scope.suspended {
      try Recording.$innermost.withValue(self, operation: function)
    }
  }

  /// What stands for the leaf of a slot in this recording: replays read the slot anew.
  ///
  /// A leaf of its own: tensors from outside keep their numbers, and they may hold the leaf of now.
  package func standIn(for leaf: Value, in slot: LeafSlot) -> Value {
    noted.withLock { noted in
      if let known = noted[slot.number] { return known.leaf }
      let standIn = Value(
        Node(
          numbers: leaf.node.numbers!, elementType: leaf.elementType, shape: leaf.shape,
          heldBy: slot.number))
      noted[slot.number] = (standIn, slot)
      return standIn
    }
  }

  package var slots: [(leaf: Value, slot: LeafSlot)] { noted.withLock { Array($0.values) } }

  /// Stops if numbers are read while a function is recorded: replays would not read them.
  package static func refuseReading() {
    if current != nil {
      Mistake(
        "recorded", "numbers are read inside the recorded function",
        fix: "return the tensor and read it outside"
      ).stop(at: nil)
    }
  }
}
