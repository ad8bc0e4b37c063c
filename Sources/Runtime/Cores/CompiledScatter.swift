// SPDX-License-Identifier: Apache-2.0

import CPullbackKernels
import PullbackPlans
import PullbackTensors

/// Adds rows up where their indices say: see `ScatterCore`. Threads share whole batch indices.
///
/// Rows of Float to which many others are added are kept in Double until the end, as long sums are:
/// a chain in Float would lose more with each step.
struct CompiledScatter: CompiledCore {
  /// Rows that are added to one in Float at most.
  private static let longestChain = 64

  private let values: Int
  private let indices: Int
  private let elementType: ElementType
  private let batch: Int
  private let count: Int
  private let updates: Int
  private let rest: Int
  private let mayBeWide: Bool
  private let body: StepBody
  private let coreByteCount: Int
  /// What one thread needs to add up one group.
  private let groupByteCount: Int

  init(
    _ core: borrowing ScatterCore, of step: borrowing Step,
    in context: borrowing CompilationContext
  ) {
    let slots = context.slots
    values = slots.number(of: core.values.slot)
    indices = slots.number(of: core.indices.slot)
    elementType = core.values.elementType
    (batch, count, updates, rest) = (core.batch, core.count, core.updates, core.rest)
    mayBeWide = elementType == .float && updates > Self.longestChain
    groupByteCount = mayBeWide ? Self.wideByteCount(core) : 0
    // One group alone has memory that all threads share: not each needs as much.
    body = StepBody(
      step.body, of: step, coreByteCount: batch == 1 ? 0 : groupByteCount, in: context)
    coreByteCount = body.sharedByteCount(elementSize: core.values.elementType.byteCount)
  }

  /// How often each row is met, and sums in Double for as many rows as can be met often.
  private static func wideByteCount(_ core: borrowing ScatterCore) -> Int {
    let most = min(core.count, core.updates / (longestChain + 1))
    return core.count * MemoryLayout<Int>.stride + most * core.rest * MemoryLayout<Double>.size
  }

  var threadByteCount: Int { body.threadByteCount }
  var sharedByteCount: Int { coreByteCount + (batch == 1 ? groupByteCount : 0) }
  var unitCount: Int? { body.nanoseconds < StepBody.longestUnit ? 1 : nil }

  func run(_ memory: RunMemory, _ scratch: Scratch) {
    let target = body.coreSlot.map(memory.pointer) ?? scratch.shared
    if batch == 1 {
      add(0, memory, scratch.shared + coreByteCount, into: target)
    } else {
      scratch.split(units: batch, nanoseconds: body.nanoseconds) { group, thread in
        add(group, memory, scratch.thread(thread), into: target)
      }
    }
    if body.coreSlot == nil { body.run(memory, scratch, core: target) }
  }

  func runRows(
    _ rows: Range<Int>, of count: Int, _ memory: RunMemory, _ scratch: Scratch, thread: Int,
    alone: Bool
  ) {
    preconditionFailure("rows that are added up do not go by rows")
  }

  /// Adds the rows of one group up where their indices say, in order; the indices were checked by
  /// an earlier step.
  ///
  /// - Parameter room: has `groupByteCount` bytes.
  private func add(
    _ group: Int, _ memory: RunMemory, _ room: UnsafeMutableRawPointer,
    into target: UnsafeMutableRawPointer
  ) {
    // In bounds: the group is below `batch`, and indices are below the count.
    let size = rest * elementType.byteCount
    let indices =
      memory.pointer(indices).assumingMemoryBound(to: Int32.self) + group * updates
    let source = memory.pointer(values) + group * updates * size
    let rows = target + group * count * size
    _ = rows.initializeMemory(as: UInt8.self, repeating: 0, count: count * size)
    if mayBeWide {
      addWide(source, at: indices, into: rows, room)
    } else if rest == 1 {
      addElements(source, at: indices, into: rows)
    } else {
      let add = pb_map_for(PB_ADD, elementType.kernelType)!
      for update in 0..<updates {
        let place = rows + Int(indices[update]) * size
        add(rest, place, place, source + update * size, place, place)
      }
    }
  }

  /// Rows of one element: a call for each would take longer than adding it.
  private func addElements(
    _ source: UnsafeMutableRawPointer, at indices: UnsafePointer<Int32>,
    into target: UnsafeMutableRawPointer
  ) {
    // In bounds: indices are below the count.
    func addEach<T>(_ type: T.Type, _ sum: (T, T) -> T) {
      let from = source.assumingMemoryBound(to: T.self), to = target.assumingMemoryBound(to: T.self)
      for update in 0..<updates {
        let place = to + Int(indices[update])
        place.pointee = sum(place.pointee, from[update])
      }
    }
    switch elementType {
    case .float: addEach(Float.self, +)
    case .double: addEach(Double.self, +)
    case .int32: addEach(Int32.self, &+)
    case .bool: preconditionFailure("truths are not added up")
    }
  }

  /// The rows of one group, in Float or, where there are many for one place, in Double.
  private func addWide(
    _ source: UnsafeMutableRawPointer, at indices: UnsafePointer<Int32>,
    into target: UnsafeMutableRawPointer, _ room: UnsafeMutableRawPointer
  ) {
    // In bounds: indices are below the count, and no more rows are wide than there is room for.
    let uses = room.initializeMemory(as: Int.self, repeating: 0, count: count)
    for update in 0..<updates { uses[Int(indices[update])] += 1 }
    let sums = (room + count * MemoryLayout<Int>.stride).assumingMemoryBound(to: Double.self)
    // From here on a negative number of uses is the number of a sum.
    var wide = 0
    for row in 0..<count where uses[row] > Self.longestChain {
      wide += 1
      uses[row] = -wide
    }
    if wide == 0, rest == 1 { return addElements(source, at: indices, into: target) }
    sums.initialize(repeating: 0, count: wide * rest)
    let add = pb_map_for(PB_ADD, PB_F32)!, addInDouble = pb_sum_columns_wide()!
    let rowSize = rest * MemoryLayout<Float>.size
    let from = source.assumingMemoryBound(to: Float.self)
    let to = target.assumingMemoryBound(to: Float.self)
    for update in 0..<updates {
      let row = Int(indices[update]), sum = sums + (-uses[row] - 1) * rest
      switch (uses[row] < 0, rest) {
      case (true, 1): sum.pointee += Double(from[update])
      case (true, _): addInDouble(1, rest, rest, sum, source + update * rowSize)
      case (false, 1): to[row] += from[update]
      case (false, _):
        let place = target + row * rowSize
        add(rest, place, place, source + update * rowSize, place, place)
      }
    }
    for row in 0..<count where uses[row] < 0 {
      let sum = UnsafeMutableRawPointer(sums + (-uses[row] - 1) * rest)
      pb_convert_for(PB_F64, PB_F32)(rest, target + row * rowSize, sum, sum, sum, sum)
    }
  }
}
