// SPDX-License-Identifier: Apache-2.0

import CPullbackKernels
import PullbackPlans
import PullbackTensors

/// Parts at their places in a whole, a panel of its rows at a time: see `PlacedCore`. Rows are
/// indices of the whole's first axis. The step's body works on a panel while it is in cache.
struct CompiledPlaced: CompiledCore {
  /// Parts that follow each other.
  private struct Numbers: BitwiseCopyable {
    var first = 0
    var end = 0
  }

  /// Bytes of a panel, about.
  private static let panelByteCount = 64 * 1024

  private let parts: UnsafeBufferPointer<PlacedRows>
  /// For each panel the parts that may have rows in it.
  private let partsOfPanel: UnsafeBufferPointer<Numbers>
  private let rows: Int
  private let panelRows: Int
  private let rowByteCount: Int
  private let rowCount: Int
  private let isFilled: Bool
  private let kernel: pb_place
  private let body: StepBody
  /// About how long it takes on one thread.
  private let nanoseconds: Int

  var threadByteCount: Int { body.threadByteCount }
  var sharedByteCount: Int { 0 }
  var unitCount: Int? { partsOfPanel.count }

  init(
    _ core: borrowing PlacedCore, of step: borrowing Step,
    in context: borrowing CompilationContext
  ) {
    let space = core.space
    rows = space.first ?? 1
    rowCount = space.elementCount / rows
    rowByteCount = rowCount * core.elementType.byteCount
    panelRows = min(max(CompiledPlaced.panelByteCount / rowByteCount, 1), rows)
    isFilled = core.coverage == .whole
    let type = core.elementType.kernelType
    kernel = core.coverage == .overlapping ? pb_add_at_for(type) : pb_place_for(type)
    let strides = View(rowMajor: space).strides
    let parts = core.parts.map { PlacedRows($0, in: strides, context) }
    self.parts = context.plain.array(parts)
    var panels = [Numbers](repeating: Numbers(), count: (rows + panelRows - 1) / panelRows)
    for (number, part) in parts.enumerated() {
      for panel in part.lowest / panelRows...part.highest / panelRows {
        if panels[panel].end == 0 { panels[panel].first = number }
        panels[panel].end = number + 1
      }
    }
    partsOfPanel = context.plain.array(panels)
    body = StepBody(
      step.body, of: step,
      coreByteCount: step.body.slotOfCore == nil ? panelRows * rowByteCount : 0, in: context)
    // Some eight bytes a nanosecond.
    nanoseconds = body.nanoseconds + rows * rowByteCount / 8
  }

  func run(_ memory: RunMemory, _ scratch: Scratch) {
    scratch.split(units: partsOfPanel.count, nanoseconds: nanoseconds) { unit, thread in
      runUnit(unit, memory, scratch, thread: thread)
    }
  }

  /// One panel on one thread.
  func runUnit(_ unit: Int, _ memory: RunMemory, _ scratch: Scratch, thread: Int) {
    let panel = unit * panelRows..<min((unit + 1) * panelRows, rows)
    let numbers = partsOfPanel[unit]
    run(panel, of: parts[numbers.first..<numbers.end], memory, scratch, thread: thread)
  }

  /// Runs the rows `range` of `count` on one thread: see `Phase.rows`.
  func runRows(
    _ range: Range<Int>, of count: Int, _ memory: RunMemory, _ scratch: Scratch, thread: Int,
    alone: Bool
  ) {
    let each = rows / count
    var row = range.lowerBound * each
    while row < range.upperBound * each {
      let panel = row..<min(row + panelRows, range.upperBound * each)
      run(panel, of: parts[...], memory, scratch, thread: thread)
      row = panel.upperBound
    }
  }

  /// The rows of a panel, then the body over them.
  private func run(
    _ panel: Range<Int>, of parts: Slice<UnsafeBufferPointer<PlacedRows>>, _ memory: RunMemory,
    _ scratch: Scratch, thread: Int
  ) {
    // In bounds: the slot holds all rows, a thread's own memory those of a panel.
    let target =
      body.coreSlot.map { memory.pointer($0) + panel.lowerBound * rowByteCount }
      ?? scratch.thread(thread)
    if !isFilled {
      _ = target.initializeMemory(
        as: UInt8.self, repeating: 0, count: panel.count * rowByteCount)
    }
    for part in parts { part.place(panel, into: target, kernel, memory) }
    if body.coreSlot != nil { return }
    var frame = body.frame(memory, scratch, thread: thread)
    let first = panel.lowerBound * rowCount
    frame.core = target
    frame.coreStart = first
    frame.run(first..<(first + panel.count * rowCount))
  }
}

/// A part and the rows of the whole in which it stands.
private struct PlacedRows: BitwiseCopyable {
  /// Strides are in elements.
  private struct Axis: BitwiseCopyable {
    var extent: Int
    var source: Int
    var target: Int
  }

  private enum Source: BitwiseCopyable {
    case slot(Int, offset: Int)
    case number(UnsafePointer<UInt64>)
  }

  private let source: Source
  private let elementSize: Int
  /// The first row, and how far others stand apart.
  private let start: Int
  private let step: Int
  /// Along the rows.
  private let outer: Axis
  /// The other axes, innermost first, those merged that follow each other in both; two at least.
  private let inner: UnsafeBufferPointer<Axis>
  /// Where its first element stands in a row.
  private let offset: Int
  /// The lowest row and the highest.
  let lowest: Int
  let highest: Int

  /// - Parameter strides: those of the whole.
  init(
    _ part: PlacedCore.Part, in strides: Shape, _ context: borrowing CompilationContext
  ) {
    let view: View
    switch part.source {
    case .memory(let access):
      source = .slot(context.slots.number(of: access.slot), offset: access.view.offset)
      view = access.view
    case .constant(let bits, _):
      source = .number(context.plain.one(bits))
      view = View(uniform: 0, rank: strides.rank)
    case .iota, .core, .gathered: preconditionFailure("parts are stored or numbers")
    }
    elementSize = part.source.elementType.byteCount
    func axis(_ axis: Int) -> Axis {
      Axis(
        extent: part.extents[axis], source: view.strides[axis],
        target: strides[axis] * part.place.stride(axis))
    }
    let isScalar = strides.isEmpty
    outer = isScalar ? Axis(extent: 1, source: 0, target: 0) : axis(0)
    (start, step) = isScalar ? (0, 1) : (part.place.starts[0], part.place.stride(0))
    let end = start + (outer.extent - 1) * step
    (lowest, highest) = (min(start, end), max(start, end))
    var axes: [Axis] = [], offset = 0
    for number in strides.indices.dropFirst().reversed() {
      let next = axis(number)
      offset += part.place.starts[number] * strides[number]
      if next.extent == 1 { continue }
      if let last = axes.last, last.source * last.extent == next.source,
        last.target * last.extent == next.target
      {
        axes[axes.count - 1].extent *= next.extent
      } else {
        axes.append(next)
      }
    }
    while axes.count < 2 { axes.append(Axis(extent: 1, source: 0, target: 0)) }
    inner = context.plain.array(axes)
    self.offset = offset
  }

  /// Copies or adds what stands in the rows of a panel, whose memory begins at `target`.
  func place(
    _ panel: Range<Int>, into target: UnsafeMutableRawPointer, _ kernel: pb_place,
    _ memory: RunMemory
  ) {
    guard lowest < panel.upperBound, panel.lowerBound <= highest else { return }
    // The rows of the part that lie in the panel.
    let distance = abs(step), isForward = step > 0
    let before = isForward ? panel.lowerBound - start : start - (panel.upperBound - 1)
    let after = isForward ? panel.upperBound - 1 - start : start - panel.lowerBound
    let first = max((before + distance - 1) / distance, 0)
    let count = min(after / distance + 1, outer.extent) - first
    if count <= 0 { return }
    let base: UnsafeRawPointer =
      switch source {
      // In bounds, as all elements below: the plan checks that the view lies within the slot.
      case .slot(let slot, let offset):
        UnsafeRawPointer(memory.pointer(slot)) + offset * elementSize
      case .number(let bits): UnsafeRawPointer(bits)
      }
    let from = base + first * outer.source * elementSize
    let rowLength = outer.target / step
    // In bounds: the rule of the form checks that the part lies within the whole, and rows are
    // those of the panel.
    let to = target + ((start + first * step - panel.lowerBound) * rowLength + offset) * elementSize
    let rows = Axis(extent: count, source: outer.source, target: outer.target)
    place(rows, from, to, kernel)
  }

  /// All axes: the two innermost by the kernel, or rows in place of the second if
  /// there is one axis.
  private func place(
    _ rows: Axis, _ from: UnsafeRawPointer, _ to: UnsafeMutableRawPointer, _ kernel: pb_place
  ) {
    let columns = inner[0]
    if inner.count == 2, inner[1].extent == 1 {
      let follow =
        columns.extent * columns.source == rows.source
        && columns.extent * columns.target == rows.target
      let extent = follow ? columns.extent * rows.extent : columns.extent
      kernel(
        follow ? 1 : rows.extent, extent, to, rows.target, columns.target, from, rows.source,
        columns.source)
      return
    }
    let second = inner[1]
    let more = inner.dropFirst(2).reduce(rows.extent) { $0 * $1.extent }
    for number in 0..<more {
      var rest = number, source = 0, target = 0
      for axis in inner.dropFirst(2) {
        source += rest % axis.extent * axis.source
        target += rest % axis.extent * axis.target
        rest /= axis.extent
      }
      source += rest * rows.source
      target += rest * rows.target
      kernel(
        second.extent, columns.extent, to + target * elementSize, second.target, columns.target,
        from + source * elementSize, second.source, columns.source)
    }
  }
}
