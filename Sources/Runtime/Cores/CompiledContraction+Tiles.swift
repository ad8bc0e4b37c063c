// SPDX-License-Identifier: Apache-2.0

// Tiles of a product: which rows, columns and steps a kernel is given at a time.

extension CompiledContraction {
  /// `rows` rows of the left operand times some of `extent` columns of the right one, tile by tile.
  ///
  /// - Parameters:
  ///   - packed: copies of the right one's tiles, if there are any.
  ///   - copy: room for one of a tile, which is made here and used for all rows, if one is to be.
  ///   - copies: room for copies of the left one's strips, if there are to be any.
  func multiplyTiles(
    _ rows: Int, _ columns: Range<Int>, of extent: Int, _ left: MatrixView, _ right: MatrixView,
    packed: UnsafeMutableRawPointer?, packing copy: UnsafeMutableRawPointer? = nil,
    adding bias: UnsafeMutableRawPointer?, into sums: MatrixView, copies: UnsafeMutableRawPointer
  ) {
    let firstTile = columns.lowerBound / blocking.tileColumns
    let endTile = (columns.upperBound + blocking.tileColumns - 1) / blocking.tileColumns
    let rightStride = packed == nil && copy == nil ? right.rowStride : blocking.tileColumns
    let together = blocking.strips?.together ?? rows
    var start = 0
    repeat {
      let length = min(blocking.innerBlock, inner - start)
      // In bounds like b: a bias has as many columns.
      let bias = start + length == inner ? bias : nil
      var row = 0
      repeat {
        let count = min(together, rows - row), block = left.from(column: start).from(row: row)
        let stripCount =
          blocking.strips.map { copyStrips($0, count, length, block, into: copies) } ?? 1
        for tile in firstTile..<endTile {
          let (column, isNarrow) = blocking.place(of: tile, in: extent)
          let kernel = blocking.kernel(isNarrow)
          if let copy { pack(tile, of: extent, right, to: copy) }
          let panel =
            copy ?? packed.map { $0 + tile * panelByteCount } ?? right.base + column * elementSize
          for number in 0..<stripCount {
            let (first, height) = part(number, of: stripCount, in: count)
            let left =
              blocking.strips == nil ? block : strip(at: first, height, length, in: copies)
            kernel(
              height, length, blocking.segment, left.base, left.rowStride, left.columnStride,
              panel + start * rightStride * elementSize, rightStride,
              sums.from(column: column - columns.lowerBound).from(row: row + first).base,
              sums.rowStride, start > 0 ? 1 : 0, bias.map { $0 + column * elementSize })
          }
        }
        row += count
      } while row < rows
      start += length
    } while start < inner
  }

  /// Even parts of some rows, as the kernels split them.
  @inline(__always)
  private func part(_ strip: Int, of strips: Int, in rows: Int) -> (first: Int, height: Int) {
    if strips == 1 { return (0, rows) }
    let first = strip * rows / strips
    return (first, (strip + 1) * rows / strips - first)
  }

  /// The copy of a strip that begins with row `first`.
  @inline(__always)
  private func strip(
    at first: Int, _ height: Int, _ length: Int, in copies: UnsafeMutableRawPointer
  ) -> MatrixView {
    MatrixView(
      base: copies + first * length * elementSize, rowStride: 1, columnStride: height,
      elementSize: elementSize)
  }

  /// So many steps are copied to all strips before the next, for what strips read lies on the
  /// same lines of memory.
  private static let copiedSteps = 32

  /// Copies `rows` rows and `length` steps of an operand in strips; returns how many.
  private func copyStrips(
    _ strips: ContractionBlocking.Strips, _ rows: Int, _ length: Int, _ block: MatrixView,
    into copies: UnsafeMutableRawPointer
  ) -> Int {
    let count = (rows + strips.rows - 1) / strips.rows
    for start in stride(from: 0, to: length, by: Self.copiedSteps) {
      let steps = min(Self.copiedSteps, length - start)
      for number in 0..<count {
        let (first, height) = part(number, of: count, in: rows)
        let target = strip(at: first, height, length, in: copies)
        // In bounds: there is room for `together` rows of a block.
        packing(
          steps, height, height, block.from(row: first).from(column: start).base,
          block.columnStride, block.rowStride, target.from(column: start).base)
      }
    }
    return count
  }
}
