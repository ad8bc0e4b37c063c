// SPDX-License-Identifier: Apache-2.0

import CPullbackKernels
import PullbackPlans
import PullbackTensors

/// Matrix multiplication in panels of rows: a panel is multiplied, then the step's body works on
/// it while it is in cache.
///
/// Each element of the result is one chain over the inner axis, whatever the blocking and the
/// number of threads, so neither shows in the bits.
struct CompiledContraction: BitwiseCopyable {
  /// One operand: its slot, where each matrix of a batch begins, and its strides.
  private struct Operand: BitwiseCopyable {
    let slot: Int
    let batch: Walk
    let rowStride: Int
    let columnStride: Int

    init(_ access: Access, batch shape: Shape, in context: CompilationContext) {
      slot = context.slots.number(of: access.slot)
      let strides = access.view.strides
      let leading = View(offset: access.view.offset, strides: Array(strides.prefix(shape.rank)))
      batch = Walk(leading, over: shape, in: context.plain)
      rowStride = strides[shape.rank]
      columnStride = strides[shape.rank + 1]
    }
  }

  private let a: Operand
  private let b: Operand
  private let batchCount: Int
  private let rows: Int
  private let inner: Int
  private let columns: Int
  private let kernel: pb_gemm_tile
  private let narrowKernel: pb_gemm_tile
  private let packing: pb_pack
  private let tileRows: Int
  private let tileColumns: Int
  private let narrowColumns: Int
  private let elementSize: Int
  private let panelRows: Int
  private let panelColumns: Int
  /// How much of the chain runs before the next tile has its turn, so that what tiles share is
  /// still in cache. Sums of a chain that is cut wait in the thread's own memory, where all tiles
  /// are whole.
  private let innerBlock: Int
  private let sumStride: Int
  /// Behind the sums, or the one tile that is not whole, lies the panel for the step's body.
  private let sumByteCount: Int
  /// True if b is copied into panels of tileColumns; else it is read where it is, and the last tile
  /// may read past a row's end: what it makes of that is ignored, and every storage and arena ends
  /// with `Storage.overread` bytes for it.
  private let packs: Bool
  private let writesThrough: Bool
  let threadByteCount: Int
  let sharedByteCount: Int

  private var isCut: Bool { innerBlock < inner }
  private var columnTiles: Int { (columns + tileColumns - 1) / tileColumns }
  private var panelByteCount: Int { inner * tileColumns * elementSize }

  init(_ core: ContractionCore, writesThrough: Bool, in context: CompilationContext) {
    a = Operand(core.a, batch: core.batch, in: context)
    b = Operand(core.b, batch: core.batch, in: context)
    batchCount = core.batch.elementCount
    (rows, inner, columns) = (core.rows, core.inner, core.columns)
    self.writesThrough = writesThrough
    let type = core.elementType.kernelType
    guard let packing = pb_pack_for(type) else {
      preconditionFailure("matmul is defined for numbers only")
    }
    self.packing = packing
    // Rows of a that are read across, from one line of memory each.
    let isScattered = core.inner > 1024 && a.columnStride != 1
    // A long chain reads much of both operands for each panel: fewer of them, cut along the chain.
    let isLong = isScattered || core.inner > 4096
    innerBlock = isLong ? PB_AHEAD : max(core.inner, 1)
    if core.rows <= pb_wide_rows(type), core.columns > pb_tile_columns(type) {
      (kernel, tileRows, tileColumns) =
        (pb_gemm_wide_for(type), pb_wide_rows(type), pb_wide_columns(type))
    } else if core.columns <= pb_narrow_columns(type) {
      (kernel, tileRows, tileColumns) =
        (pb_gemm_narrow_for(type), pb_tile_rows(type), pb_narrow_columns(type))
    } else {
      kernel = isScattered ? pb_gemm_ahead_for(type) : pb_gemm_tile_for(type)
      (tileRows, tileColumns) = (pb_tile_rows(type), pb_tile_columns(type))
    }
    (narrowKernel, narrowColumns) = (pb_gemm_narrow_for(type), pb_narrow_columns(type))
    elementSize = core.elementType.byteCount
    // Rows of a transposed b do not stand together; those of a large b are far apart.
    packs =
      b.columnStride != 1 && core.columns > 1
      || core.rows >= 96 && core.columns > tileColumns && core.inner > 200 && !isLong
    // Panels that threads can share, each some microseconds of work and 256 KiB at most; but every
    // panel reads all of b, and a b that is far from the second cache should be read less often.
    let least = packs && core.inner > 1536 ? core.inner / 12 : tileRows
    let most = max(256 * 1024 / max(core.columns * elementSize, 1), least)
    let work = 2 * Double(core.rows) * Double(core.inner) * Double(core.columns)
    let parts = max(min(Int(work / 600_000), isLong ? 4 : 8), 1)
    let share = (core.rows + parts - 1) / parts
    panelRows = max((min(share, most) + tileRows - 1) / tileRows * tileRows, tileRows)
    // A few rows are shared out by columns instead.
    panelColumns =
      core.rows <= tileRows && core.columns > 512
      ? 256 / tileColumns * tileColumns
      : max(core.columns, 1)
    let tile = tileRows * tileColumns * elementSize
    let panel = writesThrough ? 0 : panelRows * panelColumns * elementSize
    let tiles = (core.columns + tileColumns - 1) / tileColumns
    sumStride = min(tiles, (panelColumns + tileColumns - 1) / tileColumns) * tileColumns
    sumByteCount = Plan.padded(isLong ? panelRows * sumStride * elementSize : tile)
    threadByteCount = sumByteCount + Plan.padded(panel)
    sharedByteCount = packs ? tiles * core.inner * tileColumns * elementSize : 0
  }

  private var rowPanels: Int { (rows + panelRows - 1) / panelRows }
  private var columnPanels: Int { (columns + panelColumns - 1) / panelColumns }

  /// Units of work that threads can share; 0 if one matrix of the batch must follow the other.
  var unitCount: Int { packs && batchCount > 1 ? 0 : batchCount * rowPanels * columnPanels }

  /// Copies b of a single product.
  func prepare(_ memory: RunMemory, _ scratch: Scratch, _ step: CompiledStep) {
    if packs { pack(batch: 0, memory, scratch, step) }
  }

  /// One unit, after `prepare`.
  func runUnit(
    _ unit: Int, _ memory: RunMemory, _ scratch: Scratch, thread: Int, _ step: CompiledStep
  ) {
    let (batch, panel) = unit.quotientAndRemainder(dividingBy: rowPanels * columnPanels)
    let rows = range(panel / columnPanels, of: panelRows, in: self.rows)
    let columns = range(panel % columnPanels, of: panelColumns, in: self.columns)
    var frame = step.frame(memory, scratch, thread: thread)
    multiply(batch: batch, rows, columns, &frame, scratch, thread: thread, step)
  }

  /// Some rows of a single product, after `prepare`.
  func runRows(
    _ range: Range<Int>, _ memory: RunMemory, _ scratch: Scratch, thread: Int,
    _ step: CompiledStep
  ) {
    var frame = step.frame(memory, scratch, thread: thread)
    var row = range.lowerBound
    while row < range.upperBound {
      let rows = row..<min(row + panelRows, range.upperBound)
      for panel in 0..<columnPanels {
        let columns = self.range(panel, of: panelColumns, in: self.columns)
        multiply(batch: 0, rows, columns, &frame, scratch, thread: thread, step)
      }
      row = rows.upperBound
    }
  }

  /// The whole product.
  func run(_ memory: RunMemory, _ scratch: Scratch, _ step: CompiledStep) {
    let together = unitCount > 0 ? 1 : batchCount
    let count = unitCount > 0 ? unitCount : rowPanels * columnPanels
    for batch in 0..<together {
      if packs { pack(batch: batch, memory, scratch, step) }
      scratch.split(units: count, nanoseconds: step.nanoseconds / together) { unit, thread in
        runUnit(batch * count + unit, memory, scratch, thread: thread, step)
      }
    }
  }

  /// Where a tile begins, how many columns its kernel computes, and whether that is the narrow one.
  ///
  /// The last tile begins early enough to be whole, if its panel has room for that: it computes
  /// some columns again, with the same bits, and needs no detour through the thread's own memory.
  private func place(of tile: Int) -> (column: Int, span: Int, isNarrow: Bool) {
    let natural = tile * tileColumns, left = columns - natural
    if left >= tileColumns { return (natural, tileColumns, false) }
    let isNarrow = left <= narrowColumns, span = isNarrow ? narrowColumns : tileColumns
    let early = columns - span
    // Columns that are added to in several blocks must not be in two tiles.
    let isRoom = !isCut && early >= (columns - 1) / panelColumns * panelColumns
    return (isRoom ? early : natural, span, isNarrow)
  }

  private func range(_ index: Int, of extent: Int, in count: Int) -> Range<Int> {
    index * extent..<min((index + 1) * extent, count)
  }

  /// One panel of the product, then the body over it.
  private func multiply(
    batch: Int, _ rows: Range<Int>, _ columns: Range<Int>, _ frame: inout BodyFrame,
    _ scratch: Scratch, thread: Int, _ step: CompiledStep
  ) {
    let memory = frame.memory, own = scratch.thread(thread)
    let first = (batch * self.rows + rows.lowerBound) * self.columns + columns.lowerBound
    let target: UnsafeMutableRawPointer, targetStride: Int
    if writesThrough, let slot = frame.body.coreSlot {
      target = memory.pointer(slot) + first * elementSize
      targetStride = self.columns
    } else {
      target = own + sumByteCount
      targetStride = columns.count
    }
    let sums = isCut ? own : target, sumStride = isCut ? self.sumStride : targetStride
    let left = memory.pointer(a.slot) + a.batch.element(batch) * elementSize
    let right = memory.pointer(b.slot) + b.batch.element(batch) * elementSize
    let packed = scratch.shared + step.coreByteCount
    let rowStride = a.rowStride, innerStride = a.columnStride
    let sourceStride = packs ? tileColumns : b.rowStride
    // Rows are split evenly rather than leaving a thin last tile.
    let rowTiles = (rows.count + tileRows - 1) / tileRows
    let (least, taller) = rows.count.quotientAndRemainder(dividingBy: rowTiles)
    var start = 0
    repeat {
      let length = min(innerBlock, inner - start)
      for tile in (columns.lowerBound / tileColumns)..<columnTiles
      where tile * tileColumns < columns.upperBound {
        let (column, span, isNarrow) = place(of: tile)
        let width = min(span, self.columns - column)
        let isWhole = width == span || isCut
        let kernel = isNarrow ? narrowKernel : kernel
        let panel = packs ? packed + tile * panelByteCount : right + column * elementSize
        let source = panel + start * sourceStride * elementSize
        var row = rows.lowerBound
        for rowTile in 0..<rowTiles {
          let height = rowTile < taller ? least + 1 : least
          let place =
            sums + ((row - rows.lowerBound) * sumStride + column - columns.lowerBound) * elementSize
          let x = left + (row * rowStride + start * innerStride) * elementSize
          // The kernel writes whole tiles; a partial one goes through the thread's own memory.
          kernel(
            height, length, x, rowStride, innerStride, source, sourceStride,
            isWhole ? place : own, isWhole ? sumStride : span, start > 0 ? 1 : 0)
          if !isWhole { copy(height, width, from: own, span, to: place, sumStride) }
          row += height
        }
      }
      start += length
    } while start < inner
    if isCut { copy(rows.count, columns.count, from: sums, sumStride, to: target, targetStride) }
    if writesThrough { return }
    frame.core = target
    if columns.count == self.columns {
      frame.coreStart = first
      frame.run(first..<(first + rows.count * self.columns))
    } else {
      for row in rows {
        let start = (batch * self.rows + row) * self.columns + columns.lowerBound
        frame.core = target + (row - rows.lowerBound) * targetStride * elementSize
        frame.coreStart = start
        frame.run(start..<(start + columns.count))
      }
    }
  }

  private func copy(
    _ rows: Int, _ columns: Int, from source: UnsafeMutableRawPointer, _ sourceStride: Int,
    to target: UnsafeMutableRawPointer, _ targetStride: Int
  ) {
    for row in 0..<rows {
      (target + row * targetStride * elementSize).copyMemory(
        from: source + row * sourceStride * elementSize, byteCount: columns * elementSize)
    }
  }

  private func pack(
    batch: Int, _ memory: RunMemory, _ scratch: Scratch, _ step: CompiledStep
  ) {
    let right = memory.pointer(b.slot) + b.batch.element(batch) * elementSize
    let packed = scratch.shared + step.coreByteCount
    // About 4 bytes a nanosecond.
    scratch.split(units: columnTiles, nanoseconds: columnTiles * panelByteCount / 4) { tile, _ in
      let column = place(of: tile).column
      packing(
        inner, min(tileColumns, columns - column), tileColumns,
        right + column * b.columnStride * elementSize, b.rowStride, b.columnStride,
        packed + tile * panelByteCount)
    }
  }
}
