// SPDX-License-Identifier: Apache-2.0

import CPullbackKernels
import PullbackPlans
import PullbackTensors

/// A body made ready to run: kernels looked up, registers assigned.
///
/// A register holds one tile of one value. Values that are stored are computed right into their
/// place; operands in row-major order are read where they are. All plain data: see `PlainMemory`.
struct CompiledBody: BitwiseCopyable {
  /// Elements that go through the body at a time at most: 2 KiB of Float, small enough for the first
  /// cache, large enough that a kernel call does not show.
  static let tile = 512

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
      default: nil
      }
    }
  }

  struct CompiledOperand: BitwiseCopyable {
    let load: Load
    let size: Int
    let fill: pb_fill
    let planeLoad: pb_plane
    let iota: pb_iota
    /// Where its tile is, from the start of the registers; unused by direct loads.
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

  enum Action: BitwiseCopyable {
    case map(pb_map)
    case checked(count: Int, use: IndexUse, step: Int)
    case random(pb_random, key: Int)
  }

  enum Destination: BitwiseCopyable {
    case register(Int)
    case slot(Int)
    /// The memory of the only input, unchanged.
    case input
  }

  struct CompiledInstruction: BitwiseCopyable {
    let value: Int
    let action: Action
    let a: Int
    let b: Int
    let c: Int
    let d: Int
    let destination: Destination
    let resultSize: Int
  }

  struct Copy: BitwiseCopyable {
    let value: Int
    let slot: Int
    let size: Int
  }

  /// An operand that is read where it is.
  struct Direct: BitwiseCopyable {
    let value: Int
    let slot: Int
    let size: Int
  }

  let operands: UnsafeBufferPointer<CompiledOperand>
  // Their numbers, by when they are loaded: before all tiles, once for tiles that hold whole periods,
  // for each tile. Asking each operand at each tile would take longer than computing some.
  let uniforms: UnsafeBufferPointer<Int>
  let periodics: UnsafeBufferPointer<Int>
  let moving: UnsafeBufferPointer<Int>
  let directs: UnsafeBufferPointer<Direct>
  /// Those that are the core; their slot is not used.
  let cores: UnsafeBufferPointer<Direct>
  let instructions: UnsafeBufferPointer<CompiledInstruction>
  let copies: UnsafeBufferPointer<Copy>
  /// Elements that go through the body at a time: whole periods of its periodic operands.
  let tileLength: Int
  /// Bytes for the pointer table and the registers.
  let scratchByteCount: Int
  let tableByteCount: Int

  /// The slot that the core's values go to unchanged, if that is all the body does.
  let coreSlot: Int?
  /// What the body is if it is `target = minuend - factor * core`: a step of gradient descent.
  let update: Update?

  /// What the body is if it is `target = core + bias`, the same bias for every row.
  let bias: Bias?

  struct Bias: BitwiseCopyable {
    let slot: Int
    let byteOffset: Int
    /// How many columns a row has.
    let count: Int
    let target: Int
  }

  struct Update: BitwiseCopyable {
    let minuend: Int
    let factor: Int
    let factorOffset: Int
    let target: Int
  }

  /// - Parameter kept: a value that is read when the tile is done, such as one to be reduced.
  init(_ body: Body, space: Shape, keeping kept: Int? = nil, in context: CompilationContext) {
    let valueCount = body.operands.count + body.instructions.count
    let registerByteCount = Plan.padded(
      min(CompiledBody.tile, max(space.elementCount, 1)) * body.largestElement)
    tableByteCount = Plan.padded(max(valueCount, 1) * MemoryLayout<UnsafeRawPointer>.stride)
    var registers = RegisterFile(byteCount: registerByteCount)
    operands = context.plain.array(
      body.operands.map { operand in
        CompiledOperand(
          load: Load(operand, space: space, context), operand.elementType,
          register: registers.take())
      })
    var uniforms: [Int] = [], periodics: [Int] = [], moving: [Int] = []
    var directs: [Direct] = [], cores: [Direct] = []
    for (value, operand) in operands.enumerated() {
      switch operand.load {
      case .uniform, .constant: uniforms.append(value)
      case .periodic, .periodicIota: periodics.append(value)
      case .strided, .iota, .padded, .gathered: moving.append(value)
      case .direct(let slot):
        directs.append(Direct(value: value, slot: slot, size: operand.size))
      case .core: cores.append(Direct(value: value, slot: -1, size: operand.size))
      }
    }
    self.uniforms = context.plain.array(uniforms)
    self.periodics = context.plain.array(periodics)
    self.moving = context.plain.array(moving)
    self.directs = context.plain.array(directs)
    self.cores = context.plain.array(cores)
    let periods = operands.compactMap(\.load.period), longest = periods.max() ?? 1
    let whole = CompiledBody.tile / longest * longest
    tileLength = periods.allSatisfy { whole % $0 == 0 } ? whole : 0
    let merged = body.mergedInstructions(keeping: kept) { operand in
      directs.contains { $0.value == operand }
    }
    let lastUses = body.lastUses(in: merged, keeping: kept)
    let stores = Dictionary(grouping: body.stores, by: \.value)
    var registerOf = [Int?](repeating: nil, count: valueCount)
    var instructions: [CompiledInstruction] = [], copies: [Copy] = []
    for (index, work) in merged.enumerated() {
      let (value, instruction, inputs) = (work.value, work.instruction, work.inputs)
      let action = work.merged.map { .map($0) } ?? Action(instruction, context)
      let direct = stores[value]?.first { !$0.isDeferred }
      var destination: Destination
      if case .checked = action {
        destination = .input
      } else if let direct {
        destination = .slot(context.slots.number(of: direct.slot))
      } else {
        let register = registers.take()
        registerOf[value] = register
        destination = .register(register)
      }
      instructions.append(
        CompiledInstruction(
          value: value, action: action, a: inputs.count > 0 ? inputs[0] : 0,
          b: inputs.count > 1 ? inputs[1] : 0,
          c: inputs.count > 2 ? inputs[2] : 0, d: inputs.count > 3 ? inputs[3] : 0,
          destination: destination, resultSize: instruction.resultType.byteCount))
      for store in stores[value] ?? [] {
        let slot = context.slots.number(of: store.slot)
        if case .slot(slot) = destination { continue }
        copies.append(Copy(value: value, slot: slot, size: instruction.resultType.byteCount))
      }
      for freed in lastUses[index] {
        if let register = registerOf[freed] { registers.give(register) }
      }
    }
    for store in body.stores where store.value < body.operands.count {
      copies.append(
        Copy(
          value: store.value, slot: context.slots.number(of: store.slot),
          size: body.operands[store.value].elementType.byteCount))
    }
    update = CompiledBody.update(merged, operands, instructions, copies)
    bias = CompiledBody.bias(merged, operands, instructions, copies)
    self.instructions = context.plain.array(instructions)
    self.copies = context.plain.array(copies)
    scratchByteCount = tableByteCount + registers.byteCount
    if body.instructions.isEmpty, body.operands.count == 1, body.stores.count == 1,
      case .core = body.operands[0]
    {
      coreSlot = context.slots.number(of: body.stores[0].slot)
    } else {
      coreSlot = nil
    }
  }
}

extension CompiledBody {
  /// Kernels that take such a body along need to know where its operands are.
  private static func update(
    _ merged: [MergedInstruction], _ operands: UnsafeBufferPointer<CompiledOperand>,
    _ instructions: [CompiledInstruction], _ copies: [Copy]
  ) -> Update? {
    guard merged.count == 1, merged[0].isSubtractedProduct, copies.isEmpty,
      case .slot(let target) = instructions[0].destination
    else { return nil }
    func load(_ input: Int) -> Load { operands[merged[0].inputs[input]].load }
    guard case .direct(let minuend) = load(2) else { return nil }
    switch (load(0), load(1)) {
    case (.core, .uniform(let slot, let offset)), (.uniform(let slot, let offset), .core):
      return Update(minuend: minuend, factor: slot, factorOffset: offset, target: target)
    default: return nil
    }
  }
}

extension CompiledBody {
  private static func bias(
    _ merged: [MergedInstruction], _ operands: UnsafeBufferPointer<CompiledOperand>,
    _ instructions: [CompiledInstruction], _ copies: [Copy]
  ) -> Bias? {
    guard merged.count == 1, merged[0].code == nil, copies.isEmpty, operands.count == 2,
      case .binary(.add) = merged[0].instruction.operation,
      case .slot(let target) = instructions[0].destination
    else { return nil }
    switch (operands[0].load, operands[1].load) {
    case (.core, .periodic(let slot, let walk, let period)),
      (.periodic(let slot, let walk, let period), .core):
      if walk.stride != 1 { return nil }
      return Bias(
        slot: slot, byteOffset: walk.offset * operands[0].size, count: period, target: target)
    default: return nil
    }
  }
}

/// What is needed while a plan is made ready to run.
struct CompilationContext {
  let slots: SlotNumbering
  let plain: PlainMemory
  /// The number of the step, for the order of failures.
  var step = 0
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

/// Numbers registers; a freed one is used again.
private struct RegisterFile {
  private let registerByteCount: Int
  private var free: [Int] = []
  private(set) var byteCount = 0

  init(byteCount: Int) { registerByteCount = byteCount }

  mutating func take() -> Int {
    if let register = free.popLast() { return register }
    byteCount += registerByteCount
    return byteCount - registerByteCount
  }

  mutating func give(_ register: Int) { free.append(register) }
}

extension Body {
  fileprivate var largestElement: Int {
    let types = operands.map(\.elementType) + instructions.map(\.resultType)
    return types.map(\.byteCount).max() ?? 1
  }
}

extension CompiledBody.Action {
  fileprivate init(_ instruction: Body.Instruction, _ context: CompilationContext) {
    switch instruction.operation {
    case .checked(let count, let use): self = .checked(count: count, use: use, step: context.step)
    case .random(let distribution, let parameter):
      self = .random(
        distribution.kernel(for: instruction.resultType),
        key: context.slots.number(of: .parameter(parameter)))
    case .unary, .binary, .comparison, .selection, .conversion:
      guard let map = instruction.map else {
        Mistake(
          instruction.operation.name, "is not defined for \(instruction.elementType.name)",
          fix: "convert the operands first"
        ).stop(at: nil)
      }
      self = .map(map)
    }
  }
}

extension CompiledBody.Load {
  fileprivate init(_ operand: Operand, space: Shape, _ context: CompilationContext) {
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
