// SPDX-License-Identifier: Apache-2.0

import PullbackPlans

/// What is needed while a plan is made ready to run.
struct CompilationContext {
  let slots: SlotNumbering
  let plain: PlainMemory
  /// The number of the step, for the order of failures.
  var step = 0
  /// Slots that are written past the caches: see `streamedByteCount`.
  let streamed: Set<Slot>
  /// By how many rows its phase goes, if it does.
  var rowCount: Int?
  /// What the step reads from outside of its phase, and no later step of it does: of that the next
  /// rows are fetched while it works on some.
  var fetched: [Slot] = []
}

extension CompilationContext {
  /// Results of this size, a quarter of a third cache, leave nothing else in it; and by the time
  /// that somebody reads their beginning it is gone.
  private static let streamedByteCount = 8 << 20

  init(_ plan: Plan, _ slots: SlotNumbering, _ plain: PlainMemory) {
    var streamed: Set<Slot> = []
    for (index, output) in plan.outputs.enumerated() where output.donor == nil {
      let byteCount = output.shape.elementCount * output.elementType.byteCount
      if byteCount >= Self.streamedByteCount { streamed.insert(.output(index)) }
    }
    if !streamed.isEmpty {
      for step in plan.steps {
        for read in step.reads { streamed.remove(read.slot) }
      }
    }
    self.init(slots: slots, plain: plain, streamed: streamed)
  }
}
