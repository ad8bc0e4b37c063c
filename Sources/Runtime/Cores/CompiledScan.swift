// SPDX-License-Identifier: Apache-2.0

import CPullbackKernels
import PullbackPlans
import PullbackTensors

/// A scan over [outer, extent, inner]: see `ScanCore`.
///
/// Rows are summed eight elements at a time, columns one after the other, side by side. Which of
/// the two it is is decided by the shape alone, and threads share whole rows and columns.
struct CompiledScan: CompiledCore {
  /// Elements of rows that make a unit of work.
  private static let unitLength = 16 * Tile.length
  private static let chunk = Int(PB_SCAN_WIDTH)

  private let x: Int
  private let factors: Int
  private let scan: Scan
  private let elementType: ElementType
  private let isReversed: Bool
  private let outer: Int
  private let extent: Int
  private let inner: Int
  private let body: StepBody
  private let coreByteCount: Int

  init(
    _ core: borrowing ScanCore, of step: borrowing Step, in context: borrowing CompilationContext
  ) {
    body = StepBody(step.body, of: step, in: context)
    coreByteCount = body.sharedByteCount(elementSize: core.x.elementType.byteCount)
    x = context.slots.number(of: core.x.slot)
    // Kernels that multiply by nothing do not look at it.
    factors = context.slots.number(of: (core.factors ?? core.x).slot)
    (scan, isReversed, elementType) = (core.scan, core.isReversed, core.x.elementType)
    (outer, extent, inner) = core.space.split(at: core.axis)
  }

  var threadByteCount: Int { body.threadByteCount }
  var sharedByteCount: Int { coreByteCount }
  var unitCount: Int? { body.nanoseconds < StepBody.longestUnit ? 1 : nil }

  private func target(_ memory: RunMemory, _ scratch: Scratch) -> UnsafeMutableRawPointer {
    body.coreSlot.map(memory.pointer) ?? scratch.shared
  }

  func run(_ memory: RunMemory, _ scratch: Scratch) {
    let target = target(memory, scratch)
    if inner == 1 {
      let each = max(CompiledScan.unitLength / extent, 1)
      scratch.split(units: (outer + each - 1) / each, nanoseconds: body.nanoseconds) { unit, _ in
        scanRows(unit * each..<min((unit + 1) * each, outer), memory, into: target)
      }
    } else {
      let chunks = (inner + CompiledScan.chunk - 1) / CompiledScan.chunk
      scratch.split(units: outer * chunks, nanoseconds: body.nanoseconds) { unit, _ in
        let (outer, chunk) = unit.quotientAndRemainder(dividingBy: chunks)
        scanColumns(outer, from: chunk * CompiledScan.chunk, memory, into: target)
      }
    }
    if body.coreSlot == nil { body.run(memory, scratch, core: target) }
  }

  /// Runs the rows `rows` of `count` on one thread: see `Phase.rows`.
  func runRows(
    _ rows: Range<Int>, of count: Int, _ memory: RunMemory, _ scratch: Scratch, thread: Int,
    alone: Bool
  ) {
    let target = target(memory, scratch), each = outer / count
    let matrices = rows.lowerBound * each..<rows.upperBound * each
    if inner == 1 {
      scanRows(matrices, memory, into: target)
    } else {
      for outer in matrices {
        for first in stride(from: 0, to: inner, by: CompiledScan.chunk) {
          scanColumns(outer, from: first, memory, into: target)
        }
      }
    }
    if body.coreSlot == nil {
      let size = extent * inner
      body.run(
        matrices.lowerBound * size..<matrices.upperBound * size, memory, scratch, thread: thread,
        core: target)
    }
  }

  /// Rows below `outer`, which is where x, factors and target end.
  private func scanRows(
    _ rows: Range<Int>, _ memory: RunMemory, into target: UnsafeMutableRawPointer
  ) {
    let kernel = pb_scan_rows_for(scan.kernelCode, elementType.kernelType)!
    let offset = rows.lowerBound * extent * elementType.byteCount
    kernel(
      rows.count, extent, isReversed ? 1 : 0, target + offset, memory.pointer(x) + offset,
      memory.pointer(factors) + offset)
  }

  /// A chunk of the columns of matrix `outer`: in bounds, as both are below the numbers of them.
  private func scanColumns(
    _ outer: Int, from first: Int, _ memory: RunMemory, into target: UnsafeMutableRawPointer
  ) {
    let kernel = pb_scan_columns_for(scan.kernelCode, elementType.kernelType)!
    let offset = (outer * extent * inner + first) * elementType.byteCount
    kernel(
      extent, min(CompiledScan.chunk, inner - first), inner, isReversed ? 1 : 0, target + offset,
      memory.pointer(x) + offset, memory.pointer(factors) + offset)
  }
}
