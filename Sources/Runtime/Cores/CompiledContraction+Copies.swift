// SPDX-License-Identifier: Apache-2.0

import CPullbackKernels

// Copies of operands, so that a kernel finds side by side what it reads one after the other.

extension CompiledContraction {
  /// Copies b of one product of a batch, tile by tile.
  func pack(batch: Int, _ memory: RunMemory, _ scratch: Scratch) {
    let right = b.matrix(batch, memory, elementSize: elementSize)
    let panels = scratch.shared, tiles = blocking.tiles(columns)
    // About 32 bytes a nanosecond.
    scratch.split(units: tiles, nanoseconds: tiles * panelByteCount / 32) { tile, thread in
      if let walks = b.scattered {
        packScattered(tile, right.base, walks, into: panels, scratch.thread(thread) + tableOffset)
      } else {
        pack(tile, of: columns, right, to: panels + tile * panelByteCount)
      }
    }
  }

  /// Copies one tile of the `extent` columns of a matrix.
  func pack(
    _ tile: Int, of extent: Int, _ matrix: MatrixView, to copy: UnsafeMutableRawPointer
  ) {
    let column = blocking.place(of: tile, in: extent).column
    packing(
      inner, min(blocking.tileColumns, extent - column), blocking.tileColumns,
      matrix.from(column: column).base, matrix.rowStride, matrix.columnStride, copy)
  }

  /// A copy of some rows of a, whose elements are where `walks` say, from `base` on: what stands
  /// together there, along rows or across them, does so in the copy.
  func gathered(
    _ rows: Range<Int>, _ base: UnsafeMutableRawPointer, _ walks: (rows: Walk, columns: Walk),
    into copy: UnsafeMutableRawPointer, _ tables: UnsafeMutableRawPointer
  ) -> MatrixView {
    let rowTable = tables.assumingMemoryBound(to: Int.self), stepTable = rowTable + rows.count
    walks.rows.fill(rowTable, from: rows.lowerBound, count: rows.count)
    walks.columns.fill(stepTable, from: 0, count: inner)
    let keepsRows = a.columnStride == 1
    // In bounds: the tables hold rows and steps of views within their slots, the copy
    // a panel of them.
    if keepsRows {
      scatteredPacking(rows.count, inner, inner, base, rowTable, stepTable, copy)
    } else {
      scatteredPacking(inner, rows.count, rows.count, base, stepTable, rowTable, copy)
    }
    return MatrixView(
      base: copy, rowStride: keepsRows ? inner : 1, columnStride: keepsRows ? 1 : rows.count,
      elementSize: elementSize)
  }

  /// Copies one tile of a matrix whose rows and columns are where `walks` say, from `base` on.
  func packScattered(
    _ tile: Int, _ base: UnsafeMutableRawPointer, _ walks: (rows: Walk, columns: Walk),
    into panels: UnsafeMutableRawPointer, _ tables: UnsafeMutableRawPointer
  ) {
    let column = blocking.place(of: tile, in: columns).column
    let count = min(blocking.tileColumns, columns - column)
    let columnTable = tables.assumingMemoryBound(to: Int.self), stepTable = columnTable + count
    walks.columns.fill(columnTable, from: column, count: count)
    var start = 0
    while start < inner {
      let length = min(Self.packedSteps, inner - start)
      walks.rows.fill(stepTable, from: start, count: length)
      // In bounds: the tables hold columns and steps of views within their slots, a
      // panel all steps.
      scatteredPacking(
        length, count, blocking.tileColumns, base, stepTable, columnTable,
        panels + tile * panelByteCount + start * blocking.tileColumns * elementSize)
      start += length
    }
  }
}
