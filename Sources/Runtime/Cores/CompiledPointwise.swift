// SPDX-License-Identifier: Apache-2.0

import PullbackPlans

/// A step without a core: its body over stored numbers.
struct CompiledPointwise: CompiledCore {
  private let body: StepBody

  init(_ step: borrowing Step, in context: borrowing CompilationContext) {
    body = StepBody(step.body, of: step, in: context)
  }

  var threadByteCount: Int { body.threadByteCount }
  var sharedByteCount: Int { 0 }
  var unitCount: Int? { body.unitCount }

  func run(_ memory: RunMemory, _ scratch: Scratch) { body.run(memory, scratch) }

  /// Runs the rows `rows` of `count` on one thread: see `Phase.rows`.
  func runRows(
    _ rows: Range<Int>, of count: Int, _ memory: RunMemory, _ scratch: Scratch, thread: Int,
    alone: Bool
  ) {
    let each = body.elementCount / count
    body.run(
      rows.lowerBound * each..<rows.upperBound * each, memory, scratch, thread: thread)
  }

  /// One of the units on one thread.
  func runUnit(_ unit: Int, _ memory: RunMemory, _ scratch: Scratch, thread: Int) {
    body.runUnit(unit, memory, scratch, thread: thread)
  }
}
