// SPDX-License-Identifier: Apache-2.0

import CPullbackKernels
import PullbackPlans
import PullbackTensors

/// Matrix multiplication in panels of rows: a panel is multiplied, then the step's body works on
/// it while it is in cache.
///
/// The inner axis is cut into segments by its extent alone; each is one chain, and they are added
/// in order (see `pb_gemm`). So neither blocking nor the number of threads shows in the bits.
struct CompiledContraction: CompiledCore {
  /// Some numbers that a kernel takes besides the operands.
  private struct Extra: BitwiseCopyable {
    let slot: Int
    let byteOffset: Int

    init(_ access: borrowing Access, _ context: borrowing CompilationContext) {
      slot = context.slots.number(of: access.slot)
      byteOffset = access.view.offset * access.elementType.byteCount
    }

    func pointer(_ memory: RunMemory) -> UnsafeMutableRawPointer {
      memory.pointer(slot) + byteOffset
    }
  }

  let a: ContractionOperand
  let b: ContractionOperand
  private let batchCount: Int
  let rows: Int
  let inner: Int
  let columns: Int
  let blocking: ContractionBlocking
  /// For an inner extent of 1.
  private let outerKernel: pb_outer?
  let packing: pb_pack
  let scatteredPacking: pb_pack_scattered
  let elementSize: Int
  let body: StepBody
  /// What the kernel adds to each row, and what it subtracts the product from.
  private let bias: Extra?
  private let update: (minuend: Extra, factor: Extra)?
  // A thread's own memory: sums, the panel for the step's body, copies of operands, tables
  // of scattered ones.
  let sumByteCount: Int
  private let copyOffset, leftCopyOffset, stripOffset: Int
  let tableOffset: Int
  let sharedByteCount: Int
  /// Of a copy of one b.
  private let copyByteCount: Int
  /// Whether rows of the phase are rows of matrices of a batch: then all of b is copied before.
  private let cutsMatrices: Bool
  /// How many small products of a batch wait in the panel for the step's body.
  let together: Int
  /// Whether each thread can copy b for itself.
  private let canCopyAlone: Bool
  /// How many whole products make a unit; nil if units are panels.
  private let productsPerUnit: Int?

  var threadByteCount: Int { body.threadByteCount }

  /// How it is blocked on this machine.
  var blockingInWords: String? {
    if outerKernel != nil { return "rows of an outer product, \(blocking.panelRows) at a time" }
    return blocking.description
  }

  var panelByteCount: Int { inner * blocking.tileColumns * elementSize }
  /// The slot that the kernel writes to where nothing is left for the body to do.
  private var directSlot: Int? { body.coreSlot }

  init(
    _ core: borrowing ContractionCore, of step: borrowing Step,
    in context: borrowing CompilationContext
  ) {
    let left = ContractionOperand(
      core.a, batch: core.batch, rows: core.rowAxes, columns: core.innerAxesOfA, in: context)
    let right = ContractionOperand(
      core.b, batch: core.batch, rows: core.innerAxesOfB, columns: core.columnAxes, in: context)
    batchCount = core.batch.elementCount
    cutsMatrices = batchCount > 1 && (context.rowCount ?? 0) > batchCount
    inner = core.inner
    // One row times columns whose elements lie side by side: the same numbers in the same places
    // as these columns, as rows, times a vector.
    let isExchanged =
      core.rows == 1 && core.columns > 1 && right.rowStride == 1 && !core.isOuter
      && left.scattered == nil && right.scattered == nil
    (rows, columns) = isExchanged ? (core.columns, 1) : (core.rows, core.columns)
    (a, b) = isExchanged ? (right.transposed, left.transposed) : (left, right)
    let type = core.elementType.kernelType
    guard let packing = pb_pack_for(type), let scatteredPacking = pb_pack_scattered_for(type)
    else { preconditionFailure("matmul is defined for numbers only") }
    (self.packing, self.scatteredPacking) = (packing, scatteredPacking)
    outerKernel = core.isOuter ? pb_outer_for(type) : nil
    elementSize = core.elementType.byteCount
    blocking = ContractionBlocking(
      ContractionBlocking.Product(
        rows: rows, inner: inner, columns: columns, elementSize: elementSize,
        a: (a.rowStride, a.columnStride), b: (b.rowStride, b.columnStride),
        isOuter: outerKernel != nil, scatters: (a.scattered != nil, b.scattered != nil),
        runs: (a.scattered?.rows.extent ?? 1, a.scattered?.columns.extent ?? 1),
        hasAllRows: batchCount > 1 ? !cutsMatrices : context.rowCount == nil,
        isOfBatch: batchCount > 1),
      type)
    var bodyOfStep = step.body
    switch core.ending {
    case .none: (bias, update) = (nil, nil)
    case .bias(let access):
      // Vectors of a turned product do not run along rows, nor do columns of one that was
      // exchanged, and outer products have a kernel of theirs.
      let canAdd = !blocking.isTurned && !isExchanged && outerKernel == nil
      (bias, update) = (canAdd ? Extra(access, context) : nil, nil)
      if !canAdd { bodyOfStep = core.bodyAdding(access, into: step.body.slotOfCore!) }
    case .update(let minuend, let factor):
      (bias, update) = (nil, (Extra(minuend, context), Extra(factor, context)))
    }
    sumByteCount =
      blocking.keepsSumsApart
      ? Plan.padded(blocking.sumRows * blocking.sumStride * elementSize) : 0
    let areWhole = rows <= blocking.panelRows && columns <= blocking.panelColumns
    let isWaiting = batchCount > 1 && bodyOfStep.slotOfCore == nil && areWhole
    together = isWaiting && !cutsMatrices ? max(Tile.length / max(rows * columns, 1), 1) : 1
    let panel = blocking.panelRows * blocking.panelColumns * elementSize * together
    copyOffset = sumByteCount + (bodyOfStep.slotOfCore == nil ? Plan.padded(panel) : 0)
    // Whole tiles, of a panel of a or of all of b.
    let bytes = blocking.tileColumns * inner * elementSize
    copyByteCount = blocking.packs ? blocking.tiles(columns) * bytes : 0
    sharedByteCount = copyByteCount * (cutsMatrices ? batchCount : 1)
    // In a phase that goes by rows, threads are at different products of a batch.
    canCopyAlone =
      copyByteCount > 0 && !cutsMatrices
      && (copyByteCount <= CompiledContraction.nearByteCount
        || batchCount > 1 && context.rowCount != nil)
    productsPerUnit =
      batchCount > 1 && (blocking.packs ? canCopyAlone : areWhole)
      ? Self.productsPerUnit(rows, inner, columns) : nil
    leftCopyOffset =
      copyOffset + (canCopyAlone ? copyByteCount : blocking.copiesTiles ? bytes : 0)
    stripOffset =
      leftCopyOffset + (blocking.copiesA ? blocking.tiles(blocking.panelRows) * bytes : 0)
    tableOffset = Plan.padded(
      stripOffset + (blocking.strips?.together ?? 0) * blocking.innerBlock * elementSize)
    let tableCount = max(
      a.scattered == nil ? 0 : blocking.panelRows + blocking.innerBlock,
      b.scattered == nil ? 0 : blocking.tileColumns + min(inner, Self.packedSteps))
    body = StepBody(
      bodyOfStep, of: step,
      coreByteCount: tableOffset + tableCount * MemoryLayout<Int>.stride, in: context)
  }

  /// A copy of b that threads make faster than they get it from each other.
  private static let nearByteCount = 128 * 1024
  /// So much of the inner axis of a scattered b is packed with one table.
  static let packedSteps = 4096

  private var rowPanels: Int { (rows + blocking.panelRows - 1) / blocking.panelRows }
  private var columnPanels: Int { (columns + blocking.panelColumns - 1) / blocking.panelColumns }

  /// Nil if one matrix of the batch must follow the other, because b is copied.
  var unitCount: Int? {
    if let productsPerUnit { return (batchCount + productsPerUnit - 1) / productsPerUnit }
    return blocking.packs && batchCount > 1 ? nil : batchCount * rowPanels * columnPanels
  }

  var copiedColumns: Int? {
    blocking.packs && batchCount == 1 && !canCopyAlone ? blocking.tileColumns : nil
  }

  /// Copies b of a single product, or of all whose rows follow, before rows or units run.
  ///
  /// - Parameter alone: whether rows run alone: each thread makes a copy that it can for itself.
  func prepare(_ memory: RunMemory, _ scratch: Scratch, alone: Bool) {
    if blocking.packs, batchCount == 1, !alone || !canCopyAlone {
      pack(batch: 0, memory, scratch)
    } else if blocking.packs, cutsMatrices {
      for batch in 0..<batchCount {
        pack(batch: batch, memory, scratch.sharing(batch * copyByteCount))
      }
    }
  }

  /// One unit on one thread, after `prepare`.
  func runUnit(_ unit: Int, _ memory: RunMemory, _ scratch: Scratch, thread: Int) {
    if let productsPerUnit {
      let first = unit * productsPerUnit, end = min(first + productsPerUnit, batchCount)
      return runRows(first..<end, of: batchCount, memory, scratch, thread: thread, alone: true)
    }
    let (batch, panel) = unit.quotientAndRemainder(dividingBy: rowPanels * columnPanels)
    let rows = range(panel / columnPanels, of: blocking.panelRows, in: self.rows)
    let columns = range(panel % columnPanels, of: blocking.panelColumns, in: self.columns)
    multiply(
      Panel(batch: batch, rows: rows, columns: columns), memory, scratch, thread: thread)
  }

  /// Rows of matrices, or whole products of a batch.
  func runRows(
    _ range: Range<Int>, of count: Int, _ memory: RunMemory, _ scratch: Scratch, thread: Int,
    alone: Bool
  ) {
    let copies = blocking.packs && canCopyAlone && (alone || batchCount > 1)
    // In bounds: a thread's own memory has room for the copy there.
    let scratch =
      copies ? scratch.alone(thread, sharing: scratch.thread(thread) + copyOffset) : scratch
    let thread = copies ? 0 : thread, each = batchCount * rows / count
    if batchCount == 1 {
      if copies { pack(batch: 0, memory, scratch) }
      multiply(
        batch: 0, range.lowerBound * each..<range.upperBound * each, memory, scratch,
        thread: thread)
      return
    }
    if cutsMatrices {
      var row = range.lowerBound * each
      while row < range.upperBound * each {
        let (batch, first) = row.quotientAndRemainder(dividingBy: rows)
        let end = min(rows, first + range.upperBound * each - row)
        multiply(batch: batch, first..<end, memory, scratch, thread: thread)
        row += end - first
      }
      return
    }
    let matrices = batchCount / count
    let batches = range.lowerBound * matrices..<range.upperBound * matrices
    if together > 1 {
      return multiplyTogether(batches, copies: copies, memory, scratch, thread: thread)
    }
    for batch in batches {
      if copies { pack(batch: batch, memory, scratch) }
      multiply(batch: batch, 0..<rows, memory, scratch, thread: thread)
    }
  }

  /// Some rows of one product on one thread.
  private func multiply(
    batch: Int, _ range: Range<Int>, _ memory: RunMemory, _ scratch: Scratch, thread: Int
  ) {
    var row = range.lowerBound
    while row < range.upperBound {
      let rows = row..<min(row + blocking.panelRows, range.upperBound)
      for panel in 0..<columnPanels {
        let columns = self.range(panel, of: blocking.panelColumns, in: self.columns)
        multiply(
          Panel(batch: batch, rows: rows, columns: columns), memory, scratch, thread: thread)
      }
      row = rows.upperBound
    }
  }

  func run(_ memory: RunMemory, _ scratch: Scratch) {
    let together = unitCount == nil ? batchCount : 1
    let count = unitCount ?? rowPanels * columnPanels
    for batch in 0..<together {
      if blocking.packs, productsPerUnit == nil { pack(batch: batch, memory, scratch) }
      scratch.split(units: count, nanoseconds: body.nanoseconds / together) { unit, thread in
        runUnit(batch * count + unit, memory, scratch, thread: thread)
      }
    }
  }

  private func range(_ index: Int, of extent: Int, in count: Int) -> Range<Int> {
    index * extent..<min((index + 1) * extent, count)
  }

  /// One panel of the product, then the body over it.
  private func multiply(
    _ panel: Panel, _ memory: RunMemory, _ scratch: Scratch, thread: Int
  ) {
    let own = scratch.thread(thread)
    let first =
      (panel.batch * rows + panel.rows.lowerBound) * columns + panel.columns.lowerBound
    // In bounds: the slot holds the whole product, the thread's own memory a panel.
    let target =
      if let directSlot {
        MatrixView(
          base: memory.pointer(directSlot) + first * elementSize, rowStride: columns,
          columnStride: 1, elementSize: elementSize)
      } else {
        MatrixView(
          base: own + sumByteCount, rowStride: panel.columns.count, columnStride: 1,
          elementSize: elementSize)
      }
    multiply(panel, from: first, into: target, memory, scratch, thread: thread)
    if directSlot == nil {
      runBody(over: panel, from: first, target, body.frame(memory, scratch, thread: thread))
    }
  }

  /// One panel of the product, whose first element is number `first`.
  @inline(__always)
  func multiply(
    _ panel: Panel, from first: Int, into target: MatrixView, _ memory: RunMemory,
    _ scratch: Scratch, thread: Int
  ) {
    let own = scratch.thread(thread)
    var left = a.matrix(panel.batch, memory, elementSize: elementSize)
    if a.scattered == nil { left = left.from(row: panel.rows.lowerBound) }
    let right = b.matrix(panel.batch, memory, elementSize: elementSize)
    if let outerKernel {
      // In bounds: the minuend is as large as the product.
      outerKernel(
        panel.rows.count, columns, left.base, left.rowStride, right.base,
        update.map { $0.minuend.pointer(memory) + first * elementSize },
        update?.factor.pointer(memory), target.base)
    } else if blocking.isTurned {
      multiplyTurned(panel, left, right, into: target, own)
    } else {
      // In bounds: there is a copy for each matrix if they are cut, else one.
      let copy = cutsMatrices ? panel.batch * copyByteCount : 0
      let packed = blocking.packs ? scratch.shared + copy : nil
      multiplyStraight(panel, left, right, packed: packed, into: target, own, memory)
    }
  }

  /// The product transposed, its sums turned on their way to the target.
  @inline(__always)
  private func multiplyTurned(
    _ panel: Panel, _ left: MatrixView, _ right: MatrixView, into target: MatrixView,
    _ own: UnsafeMutableRawPointer
  ) {
    let rows = panel.rows.count, sums = sums(at: own)
    var first = 0
    if let walks = a.scattered {
      first = multiplyTurnedRuns(
        panel.rows, left.base, walks, right, into: sums, own + tableOffset)
    } else {
      let copies = blocking.copiesA ? own + leftCopyOffset : nil
      if let copies {
        for tile in 0..<blocking.tiles(rows) {
          pack(tile, of: rows, left.transposed, to: copies + tile * panelByteCount)
        }
      }
      multiplyTiles(
        panel.columns.count, 0..<rows, of: rows, right.transposed, left.transposed,
        packed: copies, adding: nil, into: sums, copies: own + stripOffset)
    }
    // In bounds: panels are as wide as the product then, so rows of the target follow each other.
    packing(
      rows, panel.columns.count, panel.columns.count, sums.from(column: first).base, 1,
      sums.rowStride, target.base)
  }

  @inline(__always)
  private func multiplyStraight(
    _ panel: Panel, _ left: MatrixView, _ right: MatrixView, packed: UnsafeMutableRawPointer?,
    into target: MatrixView, _ own: UnsafeMutableRawPointer, _ memory: RunMemory
  ) {
    let sums = blocking.keepsSumsApart ? sums(at: own) : target
    if let walks = a.scattered, !blocking.copiesA {
      multiplyScattered(
        panel, left.base, walks, right, packed: packed, adding: bias?.pointer(memory), into: sums,
        own + tableOffset)
    } else {
      var left = left
      if let walks = a.scattered {
        left = gathered(
          panel.rows, left.base, walks, into: own + leftCopyOffset, own + tableOffset)
      }
      multiplyTiles(
        panel.rows.count, panel.columns, of: columns, left, right, packed: packed,
        packing: blocking.copiesTiles ? own + copyOffset : nil, adding: bias?.pointer(memory),
        into: sums, copies: own + stripOffset)
    }
    if blocking.keepsSumsApart {
      sums.copy(rows: panel.rows.count, columns: panel.columns.count, to: target)
    }
  }

  /// Where sums wait in a thread's own memory.
  @inline(__always)
  private func sums(at own: UnsafeMutableRawPointer) -> MatrixView {
    MatrixView(
      base: own, rowStride: blocking.sumStride, columnStride: 1, elementSize: elementSize)
  }

  private func runBody(
    over panel: Panel, from first: Int, _ target: MatrixView, _ frame: BodyFrame
  ) {
    var frame = frame
    if panel.columns.count == columns {
      frame.core = target.base
      frame.coreStart = first
      frame.run(first..<(first + panel.rows.count * columns))
      return
    }
    for row in 0..<panel.rows.count {
      let start = first + row * columns
      frame.core = target.from(row: row).base
      frame.coreStart = start
      frame.run(start..<(start + panel.columns.count))
    }
  }
}
