// SPDX-License-Identifier: Apache-2.0

import CPullbackKernels
import PullbackPlans
import PullbackTensors

/// Where the numbers of one operand of a body come from, tile by tile.
struct CompiledOperand: BitwiseCopyable {
  /// Slots are given by number.
  enum Load: BitwiseCopyable {
    case direct(Int)
    case uniform(Int, byteOffset: Int)
    case constant(UInt64)
    case strided(Int, Walk)
    /// The same number along each row: read where it is, by kernels that take a single element.
    case single(Int, Walk)
    /// The same rows again and again: read once if every tile holds whole ones.
    case periodic(Int, Walk, Repetition)
    case iota(Walk)
    case periodicIota(Walk, Repetition)
    case core
    case gathered(CompiledGather)

    /// What repeats itself, where that is used.
    var repetition: Repetition? {
      switch self {
      case .periodic(_, _, let repetition), .periodicIota(_, let repetition): repetition
      case .direct, .uniform, .constant, .strided, .single, .iota, .core, .gathered: nil
      }
    }

    /// Whether its tiles are read where they are.
    var isInPlace: Bool {
      switch self {
      case .direct, .core, .single: true
      case .uniform, .constant, .strided, .periodic, .iota, .periodicIota, .gathered: false
      }
    }
  }

  private(set) var load: Load
  let size: Int
  let fill: pb_fill
  let loadWalk: pb_load
  let iota: pb_iota
  /// Where its tile is, from the start of the registers; unused where it is read in place.
  var register = 0
  /// Whether all who read it take it as one number: then that is all its register holds.
  var isNumber = false

  /// Inlined, it looks at the operand where it stands.
  @inline(__always)
  init(
    _ operand: borrowing Operand, over space: borrowing Shape,
    in context: borrowing CompilationContext
  ) {
    load = operand.load(over: space, in: context)
    let type = operand.elementType
    size = type.byteCount
    fill = pb_fill_for(type.kernelType)
    loadWalk = pb_load_for(type.kernelType)
    iota = pb_iota_for(type.kernelType)
  }

  /// How many positions follow each other that have the same number, if there are
  /// several such rows.
  var singleExtent: Int? {
    guard case .strided(_, let walk) = load, walk.stride == 0 else { return nil }
    return walk.extent
  }

  /// How many positions follow each other whose elements lie side by side, if those are many, and
  /// others lie elsewhere.
  var runLength: Int? {
    guard case .strided(_, let walk) = load, walk.stride == 1, walk.extent >= Body.shortestRow
    else { return nil }
    return walk.extent
  }

  var isSingle: Bool { if case .single = load { true } else { false } }

  /// Whether it is the same everywhere.
  var isUniform: Bool {
    switch load {
    case .uniform, .constant: true
    case .direct, .core, .single, .periodic, .periodicIota, .strided, .iota, .gathered: false
    }
  }

  /// Reads a single element for each row.
  mutating func becomeSingle() {
    if case .strided(let slot, let walk) = load { load = .single(slot, walk) }
  }
}

/// After how many positions the same elements follow again, and for how many positions that goes
/// on: 0 if it never ends.
struct Repetition: BitwiseCopyable {
  let period: Int
  let length: Int
}

/// Rows of a table by number: see `GatherOperand`.
struct CompiledGather: BitwiseCopyable {
  let kernel: pb_gather
  let table: Int
  let indices: Int
  let count: Int
  let indexCount: Int
  let rest: Int
}

extension Operand {
  @inline(__always)
  fileprivate func load(
    over space: borrowing Shape, in context: borrowing CompilationContext
  ) -> CompiledOperand.Load {
    let slots = context.slots
    switch self {
    case .core: return .core
    case .constant(let bits, _): return .constant(bits)
    case .iota(let view, _):
      let walk = Walk(view, over: space, in: context.plain)
      return walk.repetition.map { .periodicIota(walk, $0) } ?? .iota(walk)
    case .gathered(let gather):
      return .gathered(
        CompiledGather(
          kernel: pb_gather_for(gather.table.elementType.kernelType),
          table: slots.number(of: gather.table.slot),
          indices: slots.number(of: gather.indices.slot), count: gather.count,
          indexCount: gather.indexCount, rest: gather.rest))
    case .memory(let access):
      let slot = slots.number(of: access.slot)
      if access.view.isUniform(space) {
        return .uniform(slot, byteOffset: access.view.offset * access.elementType.byteCount)
      }
      if access.view.isRowMajor(space) { return .direct(slot) }
      let walk = Walk(access.view, over: space, in: context.plain)
      return walk.repetition.map { .periodic(slot, walk, $0) } ?? .strided(slot, walk)
    }
  }
}
