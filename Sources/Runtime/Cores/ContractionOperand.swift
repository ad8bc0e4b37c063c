// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackTensors

/// One operand of a product: its slot, where each matrix of a batch begins, and how far apart its
/// rows and columns are.
struct ContractionOperand: BitwiseCopyable {
  let slot: Int
  private let batch: Walk
  let rowStride: Int
  let columnStride: Int
  /// Where its rows and columns are, counted from where the matrix begins, if either do not stand
  /// at one distance.
  let scattered: (rows: Walk, columns: Walk)?

  /// - Parameters:
  ///   - access: over batch, row and column axes.
  init(
    _ access: borrowing Access, batch shape: borrowing Shape, rows: borrowing Shape,
    columns: borrowing Shape, in context: borrowing CompilationContext
  ) {
    slot = context.slots.number(of: access.slot)
    let strides = access.view.strides
    let leading = View(offset: access.view.offset, strides: strides.leading(shape.rank))
    batch = Walk(leading, over: shape, in: context.plain)
    rowStride = strides[shape.rank + rows.rank - 1]
    columnStride = strides[strides.rank - 1]
    if rows.rank == 1, columns.rank == 1 {
      scattered = nil
      return
    }
    let behind = strides.droppingLeading(shape.rank)
    let ofRows = View(offset: 0, strides: behind.leading(rows.rank))
    let ofColumns = View(offset: 0, strides: behind.droppingLeading(rows.rank))
    scattered = (
      Walk(ofRows, over: rows, in: context.plain), Walk(ofColumns, over: columns, in: context.plain)
    )
  }

  /// Its matrices transposed; rows and columns stand at one distance.
  var transposed: ContractionOperand {
    ContractionOperand(slot: slot, batch: batch, rowStride: columnStride, columnStride: rowStride)
  }

  private init(slot: Int, batch: Walk, rowStride: Int, columnStride: Int) {
    (self.slot, self.batch, scattered) = (slot, batch, nil)
    (self.rowStride, self.columnStride) = (rowStride, columnStride)
  }

  /// One matrix of the batch.
  @inline(__always)
  func matrix(_ batch: Int, _ memory: RunMemory, elementSize: Int) -> MatrixView {
    MatrixView(
      base: memory.pointer(slot) + self.batch.element(batch) * elementSize,
      rowStride: rowStride, columnStride: columnStride, elementSize: elementSize)
  }
}

extension Walk {
  /// Writes down where `count` positions are, from one on. The table has room for them.
  func fill(_ table: UnsafeMutablePointer<Int>, from position: Int, count: Int) {
    forEachRun(from: position, count: count) { done, element, length in
      // In bounds: runs follow each other up to `count`.
      for index in 0..<length { table[done + index] = element + index * stride }
    }
  }
}
