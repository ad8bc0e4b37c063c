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
    /// The same rows again and again: read once if every tile holds whole ones.
    case periodic(Int, Walk, period: Int)
    case iota(Walk)
    case periodicIota(Walk, period: Int)
    case core
    case padded(Int, Walk, PaddedWindow)
    case gathered(CompiledGather)

    /// After how many positions the same elements follow again, where that is used.
    var period: Int? {
      switch self {
      case .periodic(_, _, let period), .periodicIota(_, let period): period
      case .direct, .uniform, .constant, .strided, .iota, .core, .padded, .gathered: nil
      }
    }

    /// Whether its tiles are read where they are.
    var isInPlace: Bool {
      switch self {
      case .direct, .core: true
      case .uniform, .constant, .strided, .periodic, .iota, .periodicIota, .padded, .gathered: false
      }
    }
  }

  let load: Load
  let size: Int
  let fill: pb_fill
  let planeLoad: pb_plane
  let iota: pb_iota
  /// Where its tile is, from the start of the registers; unused where it is read in place.
  let register: Int

  init(load: Load, _ type: ElementType, register: Int) {
    self.load = load
    self.register = register
    size = type.byteCount
    fill = pb_fill_for(type.kernelType)
    planeLoad = pb_load_plane_for(type.kernelType)
    iota = pb_iota_for(type.kernelType)
  }
}

/// Rows of a table by number: see `GatherOperand`.
struct CompiledGather: BitwiseCopyable {
  let table: Int
  let indices: Int
  let count: Int
  let indexCount: Int
  let rest: Int
}

/// The block of an operand that is padded with zeros, axis by axis, innermost first.
struct PaddedWindow: BitwiseCopyable {
  struct Axis: BitwiseCopyable {
    let space: Int
    let start: Int
    let extent: Int
  }
  let axes: UnsafeBufferPointer<Axis>
}

extension CompiledOperand.Load {
  init(_ operand: Operand, space: Shape, _ context: CompilationContext) {
    let slots = context.slots
    switch operand {
    case .core: self = .core
    case .constant(let bits, _): self = .constant(bits)
    case .iota(let view, _):
      let walk = Walk(view, over: space, in: context.plain)
      self = walk.period.map { .periodicIota(walk, period: $0) } ?? .iota(walk)
    case .gathered(let gather):
      self = .gathered(
        CompiledGather(
          table: slots.number(of: gather.table.slot),
          indices: slots.number(of: gather.indices.slot), count: gather.count,
          indexCount: gather.indexCount, rest: gather.rest))
    case .padded(let access, let starts, let extents):
      let axes = space.indices.reversed().map {
        PaddedWindow.Axis(space: space[$0], start: starts[$0], extent: extents[$0])
      }
      self = .padded(
        slots.number(of: access.slot),
        Walk(access.view, over: Shape(extents), in: context.plain),
        PaddedWindow(axes: context.plain.array(axes)))
    case .memory(let access):
      let slot = slots.number(of: access.slot)
      if access.view.isUniform(space) {
        self = .uniform(slot, byteOffset: access.view.offset * access.elementType.byteCount)
      } else if access.view.isRowMajor(space) {
        self = .direct(slot)
      } else {
        let walk = Walk(access.view, over: space, in: context.plain)
        self = walk.period.map { .periodic(slot, walk, period: $0) } ?? .strided(slot, walk)
      }
    }
  }
}
