// SPDX-License-Identifier: Apache-2.0

import CPullbackKernels
import PullbackPlans
import PullbackTensors

/// Adds rows up where their indices say: see `ScatterCore`.
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

  init(
    _ core: borrowing ScatterCore, of step: borrowing Step,
    in context: borrowing CompilationContext
  ) {
    let slots = context.slots
    body = StepBody(step.body, of: step, in: context)
    coreByteCount = body.sharedByteCount(elementSize: core.values.elementType.byteCount)
    values = slots.number(of: core.values.slot)
    indices = slots.number(of: core.indices.slot)
    elementType = core.values.elementType
    (batch, count, updates, rest) = (core.batch, core.count, core.updates, core.rest)
    mayBeWide = elementType == .float && updates > Self.longestChain
  }

  var threadByteCount: Int { body.threadByteCount }
  var sharedByteCount: Int { coreByteCount + countByteCount }
  var unitCount: Int? { body.nanoseconds < StepBody.longestUnit ? 1 : nil }

  /// How often each row is met, and sums in Double for as many rows as can be met often.
  private var countByteCount: Int {
    if !mayBeWide { return 0 }
    let most = min(count, updates / (Self.longestChain + 1))
    return count * MemoryLayout<Int>.stride + most * rest * MemoryLayout<Double>.size
  }

  func run(_ memory: RunMemory, _ scratch: Scratch) {
    let target = body.coreSlot.map(memory.pointer) ?? scratch.shared
    add(memory, scratch.shared + coreByteCount, into: target)
    if body.coreSlot == nil { body.run(memory, scratch, core: target) }
  }

  /// Adds rows up where their indices say, in order; the indices were checked by an earlier step.
  private func add(
    _ memory: RunMemory, _ shared: UnsafeMutableRawPointer, into target: UnsafeMutableRawPointer
  ) {
    let size = elementType.byteCount
    let source = memory.pointer(values)
    let numbers = memory.pointer(indices).assumingMemoryBound(to: Int32.self)
    let add = pb_map_for(PB_ADD, elementType.kernelType)!
    _ = target.initializeMemory(
      as: UInt8.self, repeating: 0, count: batch * count * rest * size)
    for group in 0..<batch {
      let indices = numbers + group * updates
      let from = source + group * updates * rest * size
      let rows = target + group * count * rest * size
      if mayBeWide {
        addWide(from, at: indices, into: rows, shared)
        continue
      }
      for update in 0..<updates {
        let place = rows + Int(indices[update]) * rest * size
        add(rest, place, place, from + update * rest * size, place, place)
      }
    }
  }

  /// The rows of one group, in Float or, where there are many for one place, in Double.
  private func addWide(
    _ source: UnsafeMutableRawPointer, at indices: UnsafeMutablePointer<Int32>,
    into target: UnsafeMutableRawPointer, _ shared: UnsafeMutableRawPointer
  ) {
    let add = pb_map_for(PB_ADD, PB_F32)!, addInDouble = pb_sum_columns_wide()!
    let rowSize = rest * MemoryLayout<Float>.size, wideSize = rest * MemoryLayout<Double>.size
    // In bounds: indices are below the count, and no more rows are wide than there is room for.
    let uses = shared.initializeMemory(as: Int.self, repeating: 0, count: count)
    for update in 0..<updates { uses[Int(indices[update])] += 1 }
    let sums = shared + count * MemoryLayout<Int>.stride
    // From here on a negative number of uses is the number of a sum.
    var wide = 0
    for row in 0..<count where uses[row] > Self.longestChain {
      wide += 1
      uses[row] = -wide
    }
    _ = sums.initializeMemory(as: Double.self, repeating: 0, count: wide * rest)
    for update in 0..<updates {
      let row = Int(indices[update]), from = source + update * rowSize
      if uses[row] < 0 {
        addInDouble(1, rest, sums + (-uses[row] - 1) * wideSize, from)
      } else {
        let place = target + row * rowSize
        add(rest, place, place, from, place, place)
      }
    }
    for row in 0..<count where uses[row] < 0 {
      let sum = sums + (-uses[row] - 1) * wideSize
      pb_convert_for(PB_F64, PB_F32)(rest, target + row * rowSize, sum, sum, sum, sum)
    }
  }
}
