// SPDX-License-Identifier: Apache-2.0

/// A matrix in memory: element (i, j) stands i rowStride + j columnStride elements behind the base.
///
/// Callers keep to the extents that the plan gives the slot, or to the scratch that was asked for.
struct MatrixView {
  let base: UnsafeMutableRawPointer
  let rowStride: Int
  let columnStride: Int
  let elementSize: Int

  var transposed: MatrixView {
    MatrixView(
      base: base, rowStride: columnStride, columnStride: rowStride, elementSize: elementSize)
  }

  @inline(__always)
  func from(row: Int) -> MatrixView { moved(by: row * rowStride) }

  @inline(__always)
  func from(column: Int) -> MatrixView { moved(by: column * columnStride) }

  @inline(__always)
  private func moved(by distance: Int) -> MatrixView {
    MatrixView(
      base: base + distance * elementSize, rowStride: rowStride, columnStride: columnStride,
      elementSize: elementSize)
  }

  /// Copies rows whose elements stand side by side.
  @inline(__always)
  func copy(rows: Int, columns: Int, to target: MatrixView) {
    for row in 0..<rows {
      target.from(row: row).base.copyMemory(
        from: from(row: row).base, byteCount: columns * elementSize)
    }
  }
}
