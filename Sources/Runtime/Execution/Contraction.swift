// SPDX-License-Identifier: Apache-2.0

import CPullbackKernels
import PullbackPlans
import PullbackTensors

/// Matrix multiplication in panels of rows: a panel is multiplied, then the step's body works on
/// it while it is in cache.
///
/// The inner axis is cut into segments by its extent alone; each is one chain, and they are added in
/// order (see `pb_gemm`). So neither blocking nor the number of threads shows in the bits.
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
  private let kernel: pb_gemm
  private let narrowKernel: pb_gemm
  /// For an inner extent of 1.
  private let outerKernel: pb_outer?
  private let packing: pb_pack
  private let tileRows: Int
  private let tileColumns: Int
  private let narrowColumns: Int
  private let elementSize: Int
  private let panelRows: Int
  private let panelColumns: Int
  /// How much of the inner axis is worked on before the next tile has its turn, so that what tiles
  /// share is still in cache.
  private let innerBlock: Int
  /// Whether sums wait in the thread's own memory, where all tiles are whole.
  private let sumsApart: Bool
  private let sumStride: Int
  /// Behind the sums lies the panel for the step's body.
  private let sumByteCount: Int
  /// True if b is copied into panels of tileColumns; else it is read where it is, and the last tile
  /// may read past a row's end: what it makes of that is ignored, and every storage and arena ends
  /// with `Storage.overread` bytes for it.
  private let packs: Bool
  private let writesThrough: Bool
  let threadByteCount: Int
  let sharedByteCount: Int

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
    // A long inner axis reads much of both operands for each panel: fewer of them, cut along it.
    let isLong = core.inner > 4096
    // An a beyond the second cache: read across, a line of memory for each step; or row after row by
    // few columns of b, so that memory hardly keeps up.
    let isFar =
      core.rows * core.inner * core.elementType.byteCount > 1 << 20
      && core.columns <= 4 * pb_tile_columns(type)
    let asksAhead =
      isLong && a.columnStride != 1 || isFar && a.columnStride == 1 && a.rowStride == core.inner
    innerBlock = isLong ? pb_gemm_segment(core.inner) : max(core.inner, 1)
    if core.rows <= pb_wide_rows(type), core.columns > pb_tile_columns(type) {
      (kernel, tileRows, tileColumns) =
        (pb_gemm_wide_for(type), pb_wide_rows(type), pb_wide_columns(type))
    } else if core.columns <= pb_narrow_columns(type) {
      (kernel, tileRows, tileColumns) =
        (pb_gemm_narrow_for(type), pb_tile_rows(type), pb_narrow_columns(type))
    } else {
      kernel = asksAhead ? pb_gemm_ahead_for(type) : pb_gemm_for(type)
      (tileRows, tileColumns) = (pb_tile_rows(type), pb_tile_columns(type))
    }
    (narrowKernel, narrowColumns) = (pb_gemm_narrow_for(type), pb_narrow_columns(type))
    outerKernel =
      core.inner == 1 && (b.columnStride == 1 || core.columns == 1) ? pb_outer_for(type) : nil
    elementSize = core.elementType.byteCount
    // Rows of a transposed b do not stand together; those of a large b are far apart.
    packs =
      b.columnStride != 1 && core.columns > 1
      || core.rows >= 96 && core.columns > tileColumns && core.inner > 200 && !isLong
    // Panels that threads can share, each some microseconds of work and 256 KiB at most; but every
    // panel reads all of b, and a b that is far from the second cache should be read less often.
    let least = packs && core.inner > 1536 ? core.inner / 12 : tileRows
    var most = max(256 * 1024 / max(core.columns * elementSize, 1), least)
    if core.inner * core.columns * elementSize <= 256 * 1024 {
      // All of b stays near; rows of a should too, until all column tiles have read them.
      most = max(min(most, 256 * 1024 / max(core.inner * elementSize, 1)), tileRows)
    }
    let work = 2 * Double(core.rows) * Double(core.inner) * Double(core.columns)
    let parts = max(min(Int(work / 300_000), isLong ? 4 : 8), 1)
    let share = (core.rows + parts - 1) / parts
    panelRows = max((min(share, most) + tileRows - 1) / tileRows * tileRows, tileRows)
    // A few rows are shared out by columns instead.
    panelColumns =
      core.rows <= tileRows && core.columns > 512 && outerKernel == nil
      ? 256 / tileColumns * tileColumns
      : max(core.columns, 1)
    let panel = writesThrough ? 0 : panelRows * panelColumns * elementSize
    let tiles = (core.columns + tileColumns - 1) / tileColumns
    // The last tile of a row can be whole only if its panel has room for it to begin earlier.
    let left = core.columns - max(tiles - 1, 0) * tileColumns
    let span = left <= narrowColumns ? narrowColumns : tileColumns
    let room = core.columns - (core.columns - 1) / panelColumns * panelColumns
    sumsApart = isLong || outerKernel == nil && room < span
    sumStride = min(tiles, (panelColumns + tileColumns - 1) / tileColumns) * tileColumns
    sumByteCount = sumsApart ? Plan.padded(panelRows * sumStride * elementSize) : 0
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

  /// Where a tile begins, and the kernel for it.
  ///
  /// The last tile begins early enough to be whole, unless sums wait apart, where there is room for
  /// it: it computes some columns again, with the same bits.
  private func place(of tile: Int) -> (column: Int, kernel: pb_gemm) {
    let natural = tile * tileColumns, left = columns - natural
    if left >= tileColumns { return (natural, kernel) }
    let isNarrow = left <= narrowColumns, span = isNarrow ? narrowColumns : tileColumns
    return (sumsApart ? natural : columns - span, isNarrow ? narrowKernel : kernel)
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
    let left =
      memory.pointer(a.slot)
      + (a.batch.element(batch) + rows.lowerBound * a.rowStride) * elementSize
    let right = memory.pointer(b.slot) + b.batch.element(batch) * elementSize
    if let outerKernel, let update = frame.body.update {
      let offset = first * elementSize
      outerKernel(
        rows.count, self.columns, left, a.rowStride, right, memory.pointer(update.minuend) + offset,
        memory.pointer(update.factor) + update.factorOffset, memory.pointer(update.target) + offset)
      return
    }
    let target: UnsafeMutableRawPointer, targetStride: Int
    if writesThrough, let slot = frame.body.coreSlot {
      target = memory.pointer(slot) + first * elementSize
      targetStride = self.columns
    } else {
      target = own + sumByteCount
      targetStride = columns.count
    }
    if let outerKernel {
      outerKernel(rows.count, self.columns, left, a.rowStride, right, nil, nil, target)
    } else {
      let packed = packs ? scratch.shared + step.coreByteCount : nil
      let sums = sumsApart ? own : target, sumStride = sumsApart ? self.sumStride : targetStride
      multiplyTiles(rows.count, columns, left, right, packed: packed, into: sums, sumStride)
      if sumsApart {
        copy(rows.count, columns.count, from: sums, sumStride, to: target, targetStride)
      }
    }
    if writesThrough { return }
    frame.core = target
    if columns.count == self.columns {
      frame.coreStart = first
      frame.run(first..<(first + rows.count * self.columns))
    } else {
      for row in 0..<rows.count {
        let start = first + row * self.columns
        frame.core = target + row * targetStride * elementSize
        frame.coreStart = start
        frame.run(start..<(start + columns.count))
      }
    }
  }

  /// `rows` rows of a times some columns of b, tile by tile.
  private func multiplyTiles(
    _ rows: Int, _ columns: Range<Int>, _ left: UnsafeMutableRawPointer,
    _ right: UnsafeMutableRawPointer, packed: UnsafeMutableRawPointer?,
    into sums: UnsafeMutableRawPointer, _ sumStride: Int
  ) {
    let sourceStride = packs ? tileColumns : b.rowStride
    let firstTile = columns.lowerBound / tileColumns
    let endTile = (columns.upperBound + tileColumns - 1) / tileColumns
    var start = 0
    repeat {
      let length = min(innerBlock, inner - start)
      for tile in firstTile..<endTile {
        let (column, kernel) = place(of: tile)
        let panel = packed.map { $0 + tile * panelByteCount } ?? right + column * elementSize
        kernel(
          rows, length, left + start * a.columnStride * elementSize, a.rowStride, a.columnStride,
          panel + start * sourceStride * elementSize, sourceStride,
          sums + (column - columns.lowerBound) * elementSize, sumStride, start > 0 ? 1 : 0)
      }
      start += length
    } while start < inner
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
    // About 32 bytes a nanosecond.
    scratch.split(units: columnTiles, nanoseconds: columnTiles * panelByteCount / 32) { tile, _ in
      let column = place(of: tile).column
      packing(
        inner, min(tileColumns, columns - column), tileColumns,
        right + column * b.columnStride * elementSize, b.rowStride, b.columnStride,
        packed + tile * panelByteCount)
    }
  }
}
