// SPDX-License-Identifier: Apache-2.0

import CPullbackKernels
import PullbackPlans
import PullbackTensors

/// A reduction over [outer, reduced, inner], with the elementwise chain before it in the same pass.
///
/// The order of summation is a function of these three extents alone. The reduced axis is cut into
/// at most 16 segments; each is summed serially (in 16 lanes where it is contiguous, else
/// one element of the inner axis beside the other); segments are added in order. A long sum of
/// Float is short chains in Float whose sums are added in Double: whatever its length, it is as
/// good as its last rounding and some eight others. Long columns of Double are short chains, too.
struct CompiledReduction: CompiledCore {
  private static let mostSegments = 16
  static let columnChunk = 4 * Tile.length
  /// Rows that are added up before their sum goes to that of all; fewer, if a tile holds fewer.
  private static let rowsOfChain = Int(PB_CHAIN)
  /// In Double, where a tile holds several, and as many as are short in Float.
  private static let rowsOfLongChain = 64

  private let reduction: Reduction
  private let outer: Int
  private let reduced: Int
  private let inner: Int
  /// Elements of the prologue's space.
  private let count: Int
  private let reducedValue: Int
  private let elementType: ElementType
  /// Whether sums are added in Double: only where chains would be long.
  private let isWide: Bool
  /// Whether columns are sums of short chains.
  private let isOfChains: Bool
  /// What lanes, columns and segments are kept in until the result is written.
  private let partialType: ElementType
  private let partialSize: Int
  private let resultSize: Int
  private let prologue: UnsafePointer<CompiledBody>
  /// What of the prologue is done while rows are added up.
  private let term: UnsafePointer<CompiledRowTerm>?
  private let segments: Int
  private let length: Int
  /// Columns that a thread takes at a time.
  private let chunk: Int
  private let size: Int
  private let body: StepBody
  private let coreByteCount: Int

  var threadByteCount: Int { body.threadByteCount }
  /// The result, if the body works on it, then partial results of all segments.
  var sharedByteCount: Int {
    coreByteCount + (segments == 1 ? 0 : outer * segments * inner * partialSize)
  }
  var unitCount: Int? { body.nanoseconds < StepBody.longestUnit ? 1 : nil }

  init(
    _ core: borrowing ReductionCore, of step: borrowing Step,
    in context: borrowing CompilationContext
  ) {
    reduction = core.reduction
    (outer, reduced, inner) = (core.outer, core.reduced, core.inner)
    count = core.space.elementCount
    reducedValue = core.reducedValue
    elementType = core.elementType
    resultSize = core.resultType.byteCount
    size = core.elementType.byteCount
    let longestChain = core.inner == 1 ? Tile.length : Self.rowsOfLongChain
    let isLongSum = core.reduction == .sum && core.reduced > longestChain
    isWide = isLongSum && core.elementType == .float
    isOfChains = isLongSum && core.elementType.isFloatingPoint
    partialType = isWide ? .double : core.elementType
    partialSize = isWide ? MemoryLayout<Double>.size : core.resultType.byteCount
    let longest = core.segmentLength
    let cuts = max(min((core.reduced + longest - 1) / longest, Self.mostSegments), 1)
    let lanes = Int(PB_LANES)
    length =
      cuts == 1 ? core.reduced : ((core.reduced + cuts - 1) / cuts + lanes - 1) / lanes * lanes
    segments = cuts == 1 ? 1 : (core.reduced + length - 1) / length
    let taken = CompiledRowTerm.taken(from: core, isWide: isWide, in: context)
    term = taken.map { context.plain.one($0.term) }
    prologue = context.plain.one(
      taken?.rest
        ?? CompiledBody(
          core.prologue, space: core.space, keeping: [core.reducedValue], in: context))
    chunk = Self.chunk(of: inner, parts: outer * segments, isInPlace: prologue.pointee.isInPlace)
    // Lanes of one row, or numbers of a chunk of columns, then the prologue's registers.
    body = StepBody(
      step.body, of: step, coreByteCount: Self.ownByteCount + prologue.pointee.scratchByteCount,
      in: context)
    coreByteCount = body.sharedByteCount(elementSize: resultSize)
  }

  /// Behind a chunk of Doubles, whose place it is, another one: a chain of rows.
  private static let ownByteCount = 2 * columnChunk * 8

  func run(_ memory: RunMemory, _ scratch: Scratch) {
    let target = body.coreSlot.map(memory.pointer) ?? scratch.shared
    reduce(memory, scratch, into: target)
    if body.coreSlot == nil { body.run(memory, scratch, core: target) }
  }

  private func reduce(
    _ memory: RunMemory, _ scratch: Scratch, into target: UnsafeMutableRawPointer
  ) {
    let partials = segments == 1 ? target : scratch.shared + coreByteCount
    let isRow = self.inner == 1
    let chunks = isRow ? 1 : (self.inner + chunk - 1) / chunk
    // Short rows go several to a unit.
    let rowsPerUnit =
      isRow && segments == 1 ? max(16 * Tile.length / max(self.reduced, 1), 1) : 1
    let units = (self.outer + rowsPerUnit - 1) / rowsPerUnit * segments * chunks
    let split = scratch.pays(body.nanoseconds) ? units : 1
    scratch.split(units: split, nanoseconds: body.nanoseconds) { unit, thread in
      let own = scratch.thread(thread)
      var frame = BodyFrame(prologue, memory, scratch: own + Self.ownByteCount)
      frame.begin(count: count)
      for unit in split == 1 ? 0..<units : unit..<(unit + 1) {
        if isRow, segments == 1 {
          let first = unit * rowsPerUnit
          reduceRows(first..<min(first + rowsPerUnit, self.outer), frame, own, partials)
        } else {
          let (rest, number) = unit.quotientAndRemainder(dividingBy: chunks)
          let (outer, segment) = rest.quotientAndRemainder(dividingBy: segments)
          let range = segment * length..<min((segment + 1) * length, self.reduced)
          // Positions are Int32 whatever they are positions of.
          let place = partials + rest * self.inner * (segments == 1 ? resultSize : partialSize)
          if isRow {
            let kernels = RowKernels(reduction, partialType, isWide: isWide)
            reduceRow(outer, range, kernels, frame, own, place)
          } else {
            let first = number * chunk
            let columns = first..<min(first + chunk, self.inner)
            reduceColumns(outer, range, columns, frame, own, place)
          }
        }
      }
    }
    if segments > 1 { combine(partials, into: target) }
  }

  /// Runs the rows `rows` of `count` on one thread: see `Phase.rows`.
  func runRows(
    _ rows: Range<Int>, of count: Int, _ memory: RunMemory, _ scratch: Scratch, thread: Int,
    alone: Bool
  ) {
    let target = body.coreSlot.map(memory.pointer) ?? scratch.shared
    let own = scratch.thread(thread), each = outer / count
    var frame = BodyFrame(prologue, memory, scratch: own + Self.ownByteCount)
    frame.begin(count: self.count / count * rows.count)
    let outers = rows.lowerBound * each..<rows.upperBound * each
    if inner == 1 {
      reduceRows(outers, frame, own, target)
    } else {
      for outer in outers {
        let place = target + outer * inner * resultSize
        for first in stride(from: 0, to: inner, by: Self.columnChunk) {
          let columns = first..<min(first + Self.columnChunk, inner)
          reduceColumns(outer, 0..<reduced, columns, frame, own, place)
        }
      }
    }
    let results = outers.lowerBound * inner..<outers.upperBound * inner
    if body.coreSlot == nil { body.run(results, memory, scratch, thread: thread, core: target) }
  }

  /// Whole rows of contiguous elements.
  private func reduceRows(
    _ rows: Range<Int>, _ frame: BodyFrame, _ own: UnsafeMutableRawPointer,
    _ results: UnsafeMutableRawPointer
  ) {
    // What is read where it is may be longer than a tile.
    guard let code = self.reduction.kernelCode, self.reduced > 0,
      self.reduced <= prologue.pointee.capacity
    else {
      let kernels = RowKernels(reduction, partialType, isWide: isWide)
      for row in rows {
        reduceRow(row, 0..<self.reduced, kernels, frame, own, results + row * resultSize)
      }
      return
    }
    let kernel =
      isWide ? pb_sum_rows_wide()! : pb_rows_reduce_for(code, self.elementType.kernelType)!
    let rowsPerTile = prologue.pointee.capacity / self.reduced
    let isHeld = frame.hold(
      rows.lowerBound * self.reduced..<rows.upperBound * self.reduced,
      by: rowsPerTile * self.reduced)
    var row = rows.lowerBound
    while row < rows.upperBound {
      let count = min(rowsPerTile, rows.upperBound - row)
      frame.evaluate(at: row * self.reduced, count: count * self.reduced, holdsPeriods: isHeld)
      if let term {
        term.pointee.add(count, from: row, frame, into: results + row * size)
      } else {
        kernel(count, self.reduced, results + row * size, frame.value(self.reducedValue))
      }
      row += count
    }
  }

  /// A stretch of one row, tile by tile.
  private func reduceRow(
    _ row: Int, _ range: Range<Int>, _ kernels: RowKernels?, _ frame: BodyFrame,
    _ lanes: UnsafeMutableRawPointer, _ place: UnsafeMutableRawPointer
  ) {
    guard let kernels else { return findPosition(row, frame, lanes, place) }
    kernels.start(lanes)
    let first = row * self.reduced
    forEachTile(of: range, length: prologue.pointee.capacity) { start, count in
      frame.evaluate(at: first + start, count: count)
      // However much is evaluated at a time, sums are cut in the same places.
      forEachTile(of: 0..<count) { done, length in
        kernels.accumulate(length, lanes, frame.value(self.reducedValue) + done * size)
      }
    }
    kernels.finish(lanes, lanes)
    settle(1, lanes, into: place)
  }

  /// Numbers of a whole segment from where they were made to where they are kept: rounded to the
  /// element type if there is no other segment.
  private func settle(
    _ count: Int, _ numbers: UnsafeMutableRawPointer, into place: UnsafeMutableRawPointer
  ) {
    if isWide, segments == 1 {
      pb_convert_for(PB_F64, PB_F32)(count, place, numbers, numbers, numbers, numbers)
    } else {
      place.copyMemory(from: numbers, byteCount: count * partialSize)
    }
  }

  private func findPosition(
    _ row: Int, _ frame: BodyFrame, _ best: UnsafeMutableRawPointer,
    _ place: UnsafeMutableRawPointer
  ) {
    let isMax: Int32 = self.reduction == .argmax ? 1 : 0
    let kernel = pb_arg_row_for(isMax, self.elementType.kernelType)!
    let index = place.assumingMemoryBound(to: Int32.self)
    forEachTile(of: 0..<self.reduced) { start, count in
      frame.evaluate(at: row * self.reduced + start, count: count)
      kernel(
        count, frame.value(self.reducedValue), Int32(start), best, index, start == 0 ? 1 : 0)
    }
  }

  /// Rows of inner elements, one after the other into one row of results. `columns` is at most
  /// a chunk, which is what the thread's own memory holds.
  private func reduceColumns(
    _ outer: Int, _ range: Range<Int>, _ columns: Range<Int>, _ frame: BodyFrame,
    _ own: UnsafeMutableRawPointer, _ place: UnsafeMutableRawPointer
  ) {
    let results = place + columns.lowerBound * (segments == 1 ? resultSize : partialSize)
    if isOfChains {
      addColumns(outer, range, columns, frame, own)
      settle(columns.count, own, into: results)
      return
    }
    let type = self.elementType.kernelType
    let isMax: Int32 = self.reduction == .argmax ? 1 : 0
    let position = pb_arg_column_for(isMax, type)
    let combine = self.reduction.kernelCode.map { pb_columns_reduce_for($0, type)! }
    if self.reduction.kernelCode != nil { fillIdentity(columns.count, results, lanes: own) }
    forEachTile(of: range, columns, outer, frame) { row, lines, start, width, apart, values in
      if let combine {
        combine(lines, width, apart, results + start * size, values)
      } else {
        let indices = (results + start * 4).assumingMemoryBound(to: Int32.self)
        for line in 0..<lines {
          position!(
            width, values + line * apart * size, Int32(row + line), own + start * size, indices)
        }
      }
    }
  }

  /// A sum of long columns, left in `sums` as Double: of chains of rows in the element type.
  private func addColumns(
    _ outer: Int, _ range: Range<Int>, _ columns: Range<Int>, _ frame: BodyFrame,
    _ sums: UnsafeMutableRawPointer
  ) {
    let inType = pb_columns_reduce_for(PB_SUM, elementType.kernelType)!
    let add = isWide ? pb_sum_columns_wide()! : inType, count = columns.count
    // Both in bounds: columns are a chunk at most.
    let chain = sums + Self.columnChunk * MemoryLayout<Double>.size
    _ = sums.initializeMemory(as: Double.self, repeating: 0, count: count)
    func begin() { _ = chain.initializeMemory(as: UInt8.self, repeating: 0, count: count * size) }
    let holdsRows = holdsRows(columns)
    if holdsRows || prologue.pointee.isInPlace {
      let chained = holdsRows ? Self.rowsOfLongChain : Self.rowsOfChain
      forEachTile(of: range, columns, outer, frame) { _, lines, _, width, apart, values in
        // Cuts rows into chains itself.
        if isWide { return add(lines, width, apart, sums, values) }
        for row in stride(from: 0, to: lines, by: chained) {
          begin()
          inType(min(chained, lines - row), width, apart, chain, values + row * apart * size)
          add(1, width, width, sums, chain)
        }
      }
      return
    }
    for first in stride(from: range.lowerBound, to: range.upperBound, by: Self.rowsOfChain) {
      let rows = first..<min(first + Self.rowsOfChain, range.upperBound)
      begin()
      forEachTile(of: rows, columns, outer, frame) { _, lines, start, width, apart, values in
        inType(lines, width, apart, chain + start * size, values)
      }
      add(1, count, count, sums, chain)
    }
  }

  /// Whether a tile holds whole rows, several if they are short, or a part of one.
  private func holdsRows(_ columns: Range<Int>) -> Bool {
    columns.count == self.inner && self.inner <= Tile.length
  }

  /// Evaluates the rows `range` of some columns and shows each tile: its first row, how many there
  /// are, its first column, how many, how far apart rows are, and the first one's numbers.
  @inline(__always)
  private func forEachTile(
    of range: Range<Int>, _ columns: Range<Int>, _ outer: Int, _ frame: BodyFrame,
    _ body: (
      _ row: Int, _ lines: Int, _ start: Int, _ width: Int, _ apart: Int, UnsafeMutableRawPointer
    ) -> Void
  ) {
    let start = outer * self.reduced * self.inner
    if !holdsRows(columns) {
      if prologue.pointee.isInPlace, !range.isEmpty {
        let first = start + range.lowerBound * self.inner + columns.lowerBound
        frame.evaluate(at: first, count: columns.count)
        let values = frame.value(self.reducedValue)
        return body(range.lowerBound, range.count, 0, columns.count, self.inner, values)
      }
      for row in range {
        let first = start + row * self.inner + columns.lowerBound
        forEachTile(of: 0..<columns.count) { column, count in
          frame.evaluate(at: first + column, count: count)
          body(row, 1, column, count, count, frame.value(self.reducedValue))
        }
      }
      return
    }
    // However many rows are evaluated at a time, those that are shown are whole chains, or as many
    // as a tile holds: so where it ends does not matter to sums.
    let fit = Tile.length / self.inner
    let lines = fit > Self.rowsOfChain ? fit / Self.rowsOfChain * Self.rowsOfChain : fit
    let most = max(min(prologue.pointee.capacity, Tile.longest) / (lines * self.inner), 1) * lines
    let positions = start + range.lowerBound * self.inner..<start + range.upperBound * self.inner
    let isHeld = frame.hold(positions, by: most * self.inner)
    for first in stride(from: range.lowerBound, to: range.upperBound, by: most) {
      let rows = min(most, range.upperBound - first)
      frame.evaluate(
        at: start + first * self.inner, count: rows * self.inner, holdsPeriods: isHeld)
      for row in stride(from: 0, to: rows, by: lines) {
        let values = frame.value(self.reducedValue) + row * self.inner * size
        body(first + row, min(lines, rows - row), 0, self.inner, self.inner, values)
      }
    }
  }

  private func fillIdentity(
    _ count: Int, _ target: UnsafeMutableRawPointer, lanes: UnsafeMutableRawPointer
  ) {
    // The lanes of an empty row hold the identity.
    pb_row_start_for(self.reduction.kernelCode!, self.elementType.kernelType)(lanes)
    pb_fill_for(self.elementType.kernelType)(count, target, lanes)
  }

  private func combine(
    _ partials: UnsafeMutableRawPointer, into target: UnsafeMutableRawPointer
  ) {
    let combine = pb_map_for(self.reduction.combination!.kernelCode, partialType.kernelType)!
    for outer in 0..<self.outer {
      let result = target + outer * self.inner * size
      let first = partials + outer * segments * self.inner * partialSize
      for segment in 1..<segments {
        combine(
          self.inner, first, first, first + segment * self.inner * partialSize, first, first)
      }
      if isWide {
        pb_convert_for(PB_F64, PB_F32)(self.inner, result, first, first, first, first)
      } else {
        result.copyMemory(from: first, byteCount: self.inner * size)
      }
    }
  }

  private func forEachTile(
    of range: Range<Int>, length: Int = Tile.length, _ body: (Int, Int) -> Void
  ) {
    var start = range.lowerBound
    while start < range.upperBound {
      let count = min(length, range.upperBound - start)
      body(start, count)
      start += count
    }
  }
}
