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
  private let blocking: ContractionBlocking
  /// For an inner extent of 1.
  private let outerKernel: pb_outer?
  private let packing: pb_pack
  private let elementSize: Int
  /// The slot that the kernel writes to where nothing is left for the body to do.
  private let directSlot: Int?
  /// What it adds to each row then.
  private let bias: CompiledBody.Bias?
  // A thread's own memory: sums, behind them the panel for the step's body, then copies of operands.
  private let sumByteCount: Int
  private let copyOffset: Int
  let threadByteCount: Int
  let sharedByteCount: Int
  /// Whether each thread can copy b for itself.
  let canCopyAlone: Bool

  private var panelByteCount: Int { inner * blocking.tileColumns * elementSize }

  init(_ core: ContractionCore, _ body: CompiledBody, in context: CompilationContext) {
    a = Operand(core.a, batch: core.batch, in: context)
    b = Operand(core.b, batch: core.batch, in: context)
    batchCount = core.batch.elementCount
    (rows, inner, columns) = (core.rows, core.inner, core.columns)
    let type = core.elementType.kernelType
    guard let packing = pb_pack_for(type) else {
      preconditionFailure("matmul is defined for numbers only")
    }
    self.packing = packing
    outerKernel =
      core.inner == 1 && (b.columnStride == 1 || core.columns == 1) ? pb_outer_for(type) : nil
    elementSize = core.elementType.byteCount
    blocking = ContractionBlocking(
      rows: rows, inner: inner, columns: columns, elementSize: elementSize, type,
      a: (a.rowStride, a.columnStride), b: (b.rowStride, b.columnStride),
      isOuter: outerKernel != nil)
    // Vectors of a turned product do not run along rows, and outer products have a kernel of theirs.
    let canAdd = !blocking.isTurned && outerKernel == nil && body.bias?.count == columns
    bias = canAdd ? body.bias : nil
    directSlot = body.coreSlot ?? bias?.target
    sumByteCount =
      blocking.keepsSumsApart
      ? Plan.padded(blocking.sumRows * blocking.sumStride * elementSize) : 0
    let panel = blocking.panelRows * blocking.panelColumns * elementSize
    copyOffset = sumByteCount + (directSlot == nil ? Plan.padded(panel) : 0)
    // Whole tiles, of a panel of a or of all of b.
    let bytes = blocking.tileColumns * inner * elementSize
    sharedByteCount = blocking.packs ? blocking.tiles(columns) * bytes : 0
    canCopyAlone =
      batchCount == 1 && (1...CompiledContraction.nearByteCount).contains(sharedByteCount)
    threadByteCount =
      copyOffset + (blocking.copiesA ? blocking.tiles(blocking.panelRows) * bytes : 0)
      + (canCopyAlone ? sharedByteCount : 0)
  }

  /// A copy of b that threads make faster than they get it from each other.
  private static let nearByteCount = 128 * 1024

  private var rowPanels: Int { (rows + blocking.panelRows - 1) / blocking.panelRows }
  private var columnPanels: Int {
    (columns + blocking.panelColumns - 1) / blocking.panelColumns
  }

  /// Units of work that threads can share; 0 if one matrix of the batch must follow the other.
  var unitCount: Int {
    blocking.packs && batchCount > 1 ? 0 : batchCount * rowPanels * columnPanels
  }

  /// Copies b of a single product.
  func prepare(_ memory: RunMemory, _ scratch: Scratch, _ step: CompiledStep) {
    if blocking.packs { pack(batch: 0, memory, scratch, step) }
  }

  /// One unit, after `prepare`.
  func runUnit(
    _ unit: Int, _ memory: RunMemory, _ scratch: Scratch, thread: Int, _ step: CompiledStep
  ) {
    let (batch, panel) = unit.quotientAndRemainder(dividingBy: rowPanels * columnPanels)
    let rows = range(panel / columnPanels, of: blocking.panelRows, in: self.rows)
    let columns = range(panel % columnPanels, of: blocking.panelColumns, in: self.columns)
    var frame = step.frame(memory, scratch, thread: thread)
    multiply(batch: batch, rows, columns, &frame, scratch, thread: thread, step)
  }

  /// Some rows of a single product, after `prepare`, or `alone`.
  func runRows(
    _ range: Range<Int>, _ memory: RunMemory, _ scratch: Scratch, thread: Int,
    _ step: CompiledStep, alone: Bool
  ) {
    var scratch = scratch, thread = thread
    if alone, canCopyAlone {
      // In bounds: a thread's own memory has room for the copy there.
      scratch = scratch.alone(thread, sharing: scratch.thread(thread) + copyOffset)
      thread = 0
      pack(batch: 0, memory, scratch, step)
    }
    var frame = step.frame(memory, scratch, thread: thread)
    var row = range.lowerBound
    while row < range.upperBound {
      let rows = row..<min(row + blocking.panelRows, range.upperBound)
      for panel in 0..<columnPanels {
        let columns = self.range(panel, of: blocking.panelColumns, in: self.columns)
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
      if blocking.packs { pack(batch: batch, memory, scratch, step) }
      scratch.split(units: count, nanoseconds: step.nanoseconds / together) { unit, thread in
        runUnit(batch * count + unit, memory, scratch, thread: thread, step)
      }
    }
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
    if let directSlot {
      target = memory.pointer(directSlot) + first * elementSize
      targetStride = self.columns
    } else {
      target = own + sumByteCount
      targetStride = columns.count
    }
    if let outerKernel {
      outerKernel(rows.count, self.columns, left, a.rowStride, right, nil, nil, target)
    } else {
      let sums = blocking.keepsSumsApart ? own : target
      let sumStride = blocking.keepsSumsApart ? blocking.sumStride : targetStride
      if blocking.isTurned {
        let panels = blocking.copiesA ? own + copyOffset : nil
        if let panels {
          for tile in 0..<blocking.tiles(rows.count) {
            pack(tile, of: rows.count, left, a.columnStride, a.rowStride, into: panels)
          }
        }
        multiplyTiles(
          columns.count, 0..<rows.count, of: rows.count, right, b.columnStride, b.rowStride, left,
          blocking.copiesA ? blocking.tileColumns : a.columnStride, packed: panels, adding: nil,
          into: sums, sumStride)
        // In bounds: panels are as wide as the product then, so rows of the target follow each other.
        packing(rows.count, columns.count, columns.count, sums, 1, sumStride, target)
      } else {
        multiplyTiles(
          rows.count, columns, of: self.columns, left, a.rowStride, a.columnStride, right,
          blocking.packs ? blocking.tileColumns : b.rowStride,
          packed: blocking.packs ? scratch.shared + step.coreByteCount : nil,
          adding: bias.map { memory.pointer($0.slot) + $0.byteOffset }, into: sums, sumStride)
        if blocking.keepsSumsApart {
          copy(rows.count, columns.count, from: sums, sumStride, to: target, targetStride)
        }
      }
    }
    if directSlot != nil { return }
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

  /// `rows` rows of the left operand times some of `extent` columns of the right one, tile by tile.
  private func multiplyTiles(
    _ rows: Int, _ columns: Range<Int>, of extent: Int, _ left: UnsafeMutableRawPointer,
    _ leftRowStride: Int, _ leftColumnStride: Int, _ right: UnsafeMutableRawPointer,
    _ rightStride: Int, packed: UnsafeMutableRawPointer?, adding bias: UnsafeMutableRawPointer?,
    into sums: UnsafeMutableRawPointer, _ sumStride: Int
  ) {
    let firstTile = columns.lowerBound / blocking.tileColumns
    let endTile = (columns.upperBound + blocking.tileColumns - 1) / blocking.tileColumns
    var start = 0
    repeat {
      let length = min(blocking.innerBlock, inner - start)
      // In bounds like b: a bias has as many columns.
      let bias = start + length == inner ? bias : nil
      for tile in firstTile..<endTile {
        let (column, kernel) = blocking.place(of: tile, in: extent)
        let panel = packed.map { $0 + tile * panelByteCount } ?? right + column * elementSize
        kernel(
          rows, length, left + start * leftColumnStride * elementSize, leftRowStride,
          leftColumnStride, panel + start * rightStride * elementSize, rightStride,
          sums + (column - columns.lowerBound) * elementSize, sumStride, start > 0 ? 1 : 0,
          bias.map { $0 + column * elementSize })
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
    let panels = scratch.shared + step.coreByteCount, tiles = blocking.tiles(columns)
    // About 32 bytes a nanosecond.
    scratch.split(units: tiles, nanoseconds: tiles * panelByteCount / 32) { tile, _ in
      pack(tile, of: columns, right, b.rowStride, b.columnStride, into: panels)
    }
  }

  /// Copies one tile of the `extent` columns of a matrix.
  private func pack(
    _ tile: Int, of extent: Int, _ matrix: UnsafeMutableRawPointer, _ rowStride: Int,
    _ columnStride: Int, into panels: UnsafeMutableRawPointer
  ) {
    let column = blocking.place(of: tile, in: extent).column
    packing(
      inner, min(blocking.tileColumns, extent - column), blocking.tileColumns,
      matrix + column * columnStride * elementSize, rowStride, columnStride,
      panels + tile * panelByteCount)
  }
}
