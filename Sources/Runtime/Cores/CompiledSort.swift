// SPDX-License-Identifier: Apache-2.0

import CPullbackKernels
import PullbackPlans
import PullbackTensors

/// Sorts the lines along the middle axis of [outer, extent, inner]: see `SortCore`. Threads
/// share whole lines.
struct CompiledSort: CompiledCore {
  /// Elements of lines that make a unit of work.
  private static let unitLength = 4 * Tile.length

  private let x: Int
  private let isDescending: Bool
  private let givesPositions: Bool
  private let count: Int
  private let elementType: ElementType
  private let outer: Int
  private let extent: Int
  private let inner: Int
  private let body: StepBody
  private let coreByteCount: Int
  /// Bytes in which a line is sorted.
  private let lineByteCount: Int

  init(
    _ core: borrowing SortCore, of step: borrowing Step, in context: borrowing CompilationContext
  ) {
    x = context.slots.number(of: core.x.slot)
    (isDescending, givesPositions, count) = (core.isDescending, core.givesPositions, core.count)
    elementType = core.x.elementType
    (outer, extent, inner) = core.space.split(at: core.axis)
    let item = pb_sort_item_size(elementType.kernelType, givesPositions ? 1 : 0)
    lineByteCount = Plan.padded(2 * extent * item)
    // One line alone is sorted in memory that all threads share: not each needs as much.
    body = StepBody(
      step.body, of: step, coreByteCount: outer * inner == 1 ? 0 : lineByteCount, in: context)
    coreByteCount = body.sharedByteCount(elementSize: core.resultType.byteCount)
  }

  private var isOneLine: Bool { outer * inner == 1 }

  var threadByteCount: Int { body.threadByteCount }
  var sharedByteCount: Int { coreByteCount + (isOneLine ? lineByteCount : 0) }
  var unitCount: Int? { body.nanoseconds < StepBody.longestUnit ? 1 : nil }

  func run(_ memory: RunMemory, _ scratch: Scratch) {
    let target = body.coreSlot.map(memory.pointer) ?? scratch.shared
    let lines = outer * inner
    if isOneLine {
      sort(0..<1, memory, in: scratch.shared + coreByteCount, into: target)
    } else {
      let each = max(CompiledSort.unitLength / extent, 1)
      scratch.split(units: (lines + each - 1) / each, nanoseconds: body.nanoseconds) {
        unit, thread in
        let range = unit * each..<min((unit + 1) * each, lines)
        sort(range, memory, in: scratch.thread(thread), into: target)
      }
    }
    if body.coreSlot == nil { body.run(memory, scratch, core: target) }
  }

  /// Runs the rows `rows` of `count` on one thread: see `Phase.rows`.
  func runRows(
    _ rows: Range<Int>, of count: Int, _ memory: RunMemory, _ scratch: Scratch, thread: Int,
    alone: Bool
  ) {
    let target = body.coreSlot.map(memory.pointer) ?? scratch.shared
    let lines = outer * inner / count, elements = lines * extent
    sort(
      rows.lowerBound * lines..<rows.upperBound * lines, memory, in: scratch.thread(thread),
      into: target)
    if body.coreSlot == nil {
      body.run(
        rows.lowerBound * elements..<rows.upperBound * elements, memory, scratch, thread: thread,
        core: target)
    }
  }

  /// Lines below `outer * inner`, whose elements are `inner` apart: in bounds of x
  /// and of the target.
  private func sort(
    _ lines: Range<Int>, _ memory: RunMemory, in room: UnsafeMutableRawPointer,
    into target: UnsafeMutableRawPointer
  ) {
    let type = elementType.kernelType, isDescending: Int32 = isDescending ? 1 : 0
    let positions = pb_sort_positions_for(type)!, values = pb_sort_values_for(type)!
    for line in lines {
      let (matrix, column) = line.quotientAndRemainder(dividingBy: inner)
      let first = matrix * extent * inner + column
      let source = memory.pointer(x) + first * elementType.byteCount
      if givesPositions {
        positions(
          extent, count, target + first * MemoryLayout<Int32>.size, source, inner, isDescending,
          room)
      } else {
        values(
          extent, target + first * elementType.byteCount, source, inner, isDescending, room)
      }
    }
  }
}
