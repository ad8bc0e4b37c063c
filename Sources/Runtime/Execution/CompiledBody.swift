// SPDX-License-Identifier: Apache-2.0

import CPullbackKernels
import PullbackPlans
import PullbackTensors

/// A body made ready to run: kernels looked up, registers assigned.
///
/// A register holds one tile of one value. Values that are stored are computed right into their
/// place; operands in row-major order are read where they are.
struct CompiledBody {
  /// Elements that go through the body at a time: 2 KiB of Float, small enough for the first
  /// cache, large enough that a kernel call does not show.
  static let tile = 512

  enum Load {
    case direct(Slot)
    case uniform(Slot, byteOffset: Int)
    case constant(UInt64)
    case strided(Slot, Walk)
    case iota(Walk)
    case core
    case padded(Slot, Walk, PaddedWindow)
    case gathered(GatherOperand)
  }

  struct CompiledOperand {
    let load: Load
    let type: ElementType
    /// Where its tile is, from the start of the registers; unused by direct loads.
    let register: Int
  }

  enum Action {
    case map(pb_map)
    case checked(count: Int, use: IndexUse)
    case random(pb_random, parameter: Int)
  }

  enum Destination {
    case register(Int)
    case slot(Slot)
    /// The memory of the only input, unchanged.
    case input
  }

  struct CompiledInstruction {
    let action: Action
    let a: Int
    let b: Int
    let c: Int
    let destination: Destination
    let resultSize: Int
  }

  struct Copy {
    let value: Int
    let slot: Slot
    let type: ElementType
  }

  let operands: [CompiledOperand]
  private(set) var instructions: [CompiledInstruction] = []
  private(set) var copies: [Copy] = []
  /// Bytes for the pointer table and the registers.
  let scratchByteCount: Int
  let tableByteCount: Int

  var valueCount: Int { operands.count + instructions.count }

  /// The slot that the core's values go to unchanged, if that is all the body does.
  let coreSlot: Slot?

  /// - Parameter kept: a value that is read when the tile is done, such as one to be reduced.
  init(_ body: Body, space: Shape, keeping kept: Int? = nil) {
    let valueCount = body.operands.count + body.instructions.count
    let registerByteCount = Plan.padded(
      min(CompiledBody.tile, max(space.elementCount, 1)) * body.largestElement)
    tableByteCount = Plan.padded(max(valueCount, 1) * MemoryLayout<UnsafeRawPointer>.stride)
    var registers = RegisterFile(byteCount: registerByteCount)
    operands = body.operands.map { operand in
      CompiledOperand(
        load: Load(operand, space: space), type: operand.elementType, register: registers.take())
    }
    let lastUses = body.lastUses(keeping: kept)
    let stores = Dictionary(grouping: body.stores, by: \.value)
    var registerOf = [Int?](repeating: nil, count: valueCount)
    for (index, instruction) in body.instructions.enumerated() {
      let value = body.operands.count + index
      let action = Action(instruction)
      let direct = stores[value]?.first { !$0.isDeferred }
      var destination: Destination
      if case .checked = action {
        destination = .input
      } else if let direct {
        destination = .slot(direct.slot)
      } else {
        let register = registers.take()
        registerOf[value] = register
        destination = .register(register)
      }
      let inputs = instruction.inputs
      instructions.append(
        CompiledInstruction(
          action: action, a: inputs.count > 0 ? inputs[0] : 0, b: inputs.count > 1 ? inputs[1] : 0,
          c: inputs.count > 2 ? inputs[2] : 0, destination: destination,
          resultSize: instruction.resultType.byteCount))
      for store in stores[value] ?? [] {
        if case .slot(let slot) = destination, slot == store.slot { continue }
        copies.append(Copy(value: value, slot: store.slot, type: instruction.resultType))
      }
      for freed in lastUses[index] {
        if let register = registerOf[freed] { registers.give(register) }
      }
    }
    for store in body.stores where store.value < body.operands.count {
      copies.append(
        Copy(value: store.value, slot: store.slot, type: body.operands[store.value].elementType))
    }
    scratchByteCount = tableByteCount + registers.byteCount
    if body.instructions.isEmpty, body.operands.count == 1, body.stores.count == 1,
      case .core = body.operands[0]
    {
      coreSlot = body.stores[0].slot
    } else {
      coreSlot = nil
    }
  }
}

/// The block of an operand that is padded with zeros, per axis of the space.
struct PaddedWindow {
  let space: Shape
  let starts: [Int]
  let extents: [Int]
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

  /// For each instruction the values whose last use it is. Stored values, what a check passes on
  /// and `kept` stay until the tile is done.
  fileprivate func lastUses(keeping kept: Int?) -> [[Int]] {
    var last = [Int](repeating: -1, count: operands.count + instructions.count)
    for (index, instruction) in instructions.enumerated() {
      for input in (0..<instruction.inputs.count).map({ instruction.inputs[$0] }) {
        last[input] = max(last[input], index)
      }
      if case .checked = instruction.operation { last[instruction.inputs[0]] = Int.max }
    }
    for store in stores { last[store.value] = Int.max }
    if let kept { last[kept] = Int.max }
    var freed = [[Int]](repeating: [], count: instructions.count)
    for (value, index) in last.enumerated() where index >= 0 && index < Int.max {
      freed[index].append(value)
    }
    return freed
  }
}

extension CompiledBody.Action {
  fileprivate init(_ instruction: Body.Instruction) {
    switch instruction.operation {
    case .checked(let count, let use): self = .checked(count: count, use: use)
    case .random(let distribution, let parameter):
      self = .random(distribution.kernel(for: instruction.resultType), parameter: parameter)
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
  fileprivate init(_ operand: Operand, space: Shape) {
    switch operand {
    case .core: self = .core
    case .constant(let number, let type): self = .constant(type.bits(of: number))
    case .iota(let view, _): self = .iota(Walk(view, over: space))
    case .gathered(let gather): self = .gathered(gather)
    case .padded(let access, let starts, let extents):
      self = .padded(
        access.slot, Walk(access.view, over: Shape(extents)),
        PaddedWindow(space: space, starts: starts, extents: extents))
    case .memory(let access):
      if access.view.isUniform(space) {
        self = .uniform(access.slot, byteOffset: access.view.offset * access.elementType.byteCount)
      } else if access.view.isRowMajor(space) {
        self = .direct(access.slot)
      } else {
        self = .strided(access.slot, Walk(access.view, over: space))
      }
    }
  }
}
