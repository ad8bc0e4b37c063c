// SPDX-License-Identifier: Apache-2.0

import CPullbackKernels

// Operands whose rows or columns do not stand at one distance: elements are found through tables.

extension CompiledContraction {
  /// What `multiplyTiles` does, for a panel whose rows and steps are where `walks`
  /// say, from `base` on.
  ///
  /// - Parameter tables: memory for as many numbers as the panel has rows and a block steps.
  func multiplyScattered(
    _ panel: Panel, _ base: UnsafeMutableRawPointer, _ walks: (rows: Walk, columns: Walk),
    _ right: MatrixView, packed: UnsafeMutableRawPointer?, adding bias: UnsafeMutableRawPointer?,
    into sums: MatrixView, _ tables: UnsafeMutableRawPointer
  ) {
    if blocking.goesByRuns {
      return multiplyRuns(
        panel, base, walks, right, packed: packed, adding: bias, into: sums, tables)
    }
    let rows = panel.rows.count
    let rowTable = tables.assumingMemoryBound(to: Int.self), stepTable = rowTable + rows
    walks.rows.fill(rowTable, from: panel.rows.lowerBound, count: rows)
    let tiles = blocking.tiles(panel.columns.lowerBound)..<blocking.tiles(panel.columns.upperBound)
    let rightStride = packed == nil ? right.rowStride : blocking.tileColumns
    var start = 0
    repeat {
      let length = min(blocking.innerBlock, inner - start)
      walks.columns.fill(stepTable, from: start, count: length)
      let bias = start + length == inner ? bias : nil
      for tile in tiles {
        let (column, width, isNarrow) = blocking.part(tile, of: columns)
        let block = packed.map { $0 + tile * panelByteCount } ?? right.base + column * elementSize
        // In bounds: the tables hold rows and steps of views within their slots.
        blocking.scatteredKernel(isNarrow)(
          rows, width, length, base, rowTable, stepTable, block + start * rightStride * elementSize,
          rightStride, sums.from(column: column - panel.columns.lowerBound).base, sums.rowStride,
          start > 0 ? 1 : 0, bias.map { $0 + column * elementSize })
      }
      start += length
    } while start < inner
  }

  /// The same, for rows and steps that come in runs.
  private func multiplyRuns(
    _ panel: Panel, _ base: UnsafeMutableRawPointer, _ walks: (rows: Walk, columns: Walk),
    _ right: MatrixView, packed: UnsafeMutableRawPointer?, adding bias: UnsafeMutableRawPointer?,
    into sums: MatrixView, _ tables: UnsafeMutableRawPointer
  ) {
    let tiles = blocking.tiles(panel.columns.lowerBound)..<blocking.tiles(panel.columns.upperBound)
    let rightStride = packed == nil ? right.rowStride : blocking.tileColumns
    var start = 0
    repeat {
      let length = min(blocking.innerBlock, inner - start)
      var steps = walks.columns.runs(from: start, count: length, tables)
      let bias = start + length == inner ? bias : nil
      for tile in tiles {
        let (column, width, isNarrow) = blocking.part(tile, of: columns)
        let block = packed.map { $0 + tile * panelByteCount } ?? right.base + column * elementSize
        let sums = sums.from(column: column - panel.columns.lowerBound)
        walks.rows.forEachRun(from: panel.rows.lowerBound, count: panel.rows.count) {
          done, element, rows in
          // In bounds: runs of rows and steps are of views within their slots.
          blocking.runKernel(isNarrow)(
            rows, width, length, base + element * elementSize, walks.rows.stride, &steps,
            block + start * rightStride * elementSize, rightStride, sums.from(row: done).base,
            sums.rowStride, start > 0 ? 1 : 0, bias.map { $0 + column * elementSize })
        }
      }
      start += length
    } while start < inner
  }

  /// The same with vectors along the rows, for all columns: the product comes out transposed. Whole
  /// vectors are multiplied, and it is said how many rows stand before those that are wanted.
  func multiplyTurnedRuns(
    _ wanted: Range<Int>, _ base: UnsafeMutableRawPointer, _ walks: (rows: Walk, columns: Walk),
    _ right: MatrixView, into sums: MatrixView, _ tables: UnsafeMutableRawPointer
  ) -> Int {
    let rows = blocking.vectors(around: wanted)
    var start = 0
    repeat {
      let length = min(blocking.innerBlock, inner - start)
      var steps = walks.columns.runs(from: start, count: length, tables)
      walks.rows.forEachRun(from: rows.lowerBound, count: rows.count) { done, element, rows in
        // In bounds: runs of rows, whole vectors of them, and of steps are of views
        // within their slots.
        blocking.turnedRunKernel(
          rows, columns, length, base + element * elementSize, &steps,
          right.base + start * right.rowStride * elementSize, right.rowStride,
          sums.from(column: done).base, sums.rowStride, start > 0 ? 1 : 0)
      }
      start += length
    } while start < inner
    return wanted.lowerBound - rows.lowerBound
  }
}

extension Walk {
  /// The runs of `count` positions, from one on, whose beginnings are written down in a table,
  /// which has room for as many numbers.
  fileprivate func runs(
    from position: Int, count: Int, _ table: UnsafeMutableRawPointer
  ) -> pb_steps {
    let table = table.assumingMemoryBound(to: Int.self), skipped = position % extent
    var runs = 0
    forEachRun(from: position - skipped, count: count + skipped) { _, element, _ in
      // In bounds: there are no more runs than positions.
      table[runs] = element
      runs += 1
    }
    return pb_steps(runs_at: table, length: extent, skipped: skipped, stride: stride)
  }
}
