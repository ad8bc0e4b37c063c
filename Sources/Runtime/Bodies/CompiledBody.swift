// SPDX-License-Identifier: Apache-2.0

import CPullbackKernels
import PullbackPlans
import PullbackTensors

/// A stretch of elements that goes through a body at a time.
enum Tile {
  /// Its elements at most: 2 KiB of Float, small enough for the first cache, large enough that a
  /// kernel call does not show.
  static let length = 512
}

/// A body made ready to run: kernels looked up, registers assigned.
///
/// A register holds one tile of one value. Values that are stored are computed right into their
/// place; operands in row-major order are read where they are. All plain data: see `PlainMemory`.
struct CompiledBody: BitwiseCopyable {
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
  /// Elements that go through the body at a time: whole periods of its periodic operands; 0 if there
  /// is no such number.
  let tileLength: Int
  /// Bytes for the pointer table and the registers.
  let scratchByteCount: Int
  let tableByteCount: Int

  /// - Parameter kept: a value that is read when the tile is done, such as one to be reduced.
  init(_ body: Body, space: Shape, keeping kept: Int? = nil, in context: CompilationContext) {
    let valueCount = body.operands.count + body.instructions.count
    var registers = RegisterFile(
      byteCount: Plan.padded(
        min(Tile.length, max(space.elementCount, 1)) * body.largestElementByteCount))
    var operands: [CompiledOperand] = []
    operands.reserveCapacity(body.operands.count)
    for value in body.operands.indices {
      let load = CompiledOperand.Load(body.operands[value], space: space, context)
      operands.append(
        CompiledOperand(
          load: load, body.operands[value].elementType,
          register: load.isInPlace ? 0 : registers.take()))
    }
    var writer = InstructionWriter(body, keeping: kept, registers, context)
    writer.write()

    let plain = context.plain
    self.operands = plain.array(operands)
    let order = LoadOrder(operands, plain)
    (uniforms, periodics, moving) = (order.uniforms, order.periodics, order.moving)
    (directs, cores, tileLength) = (order.directs, order.cores, order.tileLength)
    instructions = plain.array(writer.instructions)
    copies = plain.array(writer.copies)
    tableByteCount = Plan.padded(max(valueCount, 1) * MemoryLayout<UnsafeRawPointer>.stride)
    scratchByteCount = tableByteCount + writer.registers.byteCount
  }
}

/// Operands by when they are loaded.
private struct LoadOrder {
  let uniforms: UnsafeBufferPointer<Int>
  let periodics: UnsafeBufferPointer<Int>
  let moving: UnsafeBufferPointer<Int>
  let directs: UnsafeBufferPointer<CompiledBody.Direct>
  let cores: UnsafeBufferPointer<CompiledBody.Direct>
  let tileLength: Int

  init(_ operands: [CompiledOperand], _ plain: PlainMemory) {
    uniforms = plain.array(from: operands.indices) {
      switch operands[$0].load {
      case .uniform, .constant: $0
      case .periodic, .periodicIota, .strided, .iota, .padded, .gathered, .direct, .core: nil
      }
    }
    periodics = plain.array(from: operands.indices) {
      operands[$0].load.period == nil ? nil : $0
    }
    moving = plain.array(from: operands.indices) {
      switch operands[$0].load {
      case .strided, .iota, .padded, .gathered: $0
      case .uniform, .constant, .periodic, .periodicIota, .direct, .core: nil
      }
    }
    directs = plain.array(from: operands.indices) {
      guard case .direct(let slot) = operands[$0].load else { return nil }
      return CompiledBody.Direct(value: $0, slot: slot, size: operands[$0].size)
    }
    cores = plain.array(from: operands.indices) {
      guard case .core = operands[$0].load else { return nil }
      return CompiledBody.Direct(value: $0, slot: -1, size: operands[$0].size)
    }
    var longest = 1
    for value in periodics { longest = max(longest, operands[value].load.period!) }
    let whole = Tile.length / longest * longest
    tileLength = periodics.allSatisfy { whole % operands[$0].load.period! == 0 } ? whole : 0
  }
}

/// Gives each instruction its kernel and a place for its result.
private struct InstructionWriter {
  private let body: Body
  private let kept: Int?
  private let context: CompilationContext
  private(set) var registers: RegisterFile
  private(set) var instructions: [CompiledBody.CompiledInstruction] = []
  private(set) var copies: [CompiledBody.Copy] = []
  private static let none = -1
  /// Where each value is, and the last instruction that reads it: `Int.max` if it is read when the tile is
  /// done.
  private var values: [(register: Int, lastUse: Int)] = []

  init(
    _ body: Body, keeping kept: Int?, _ registers: RegisterFile, _ context: CompilationContext
  ) {
    self.body = body
    self.kept = kept
    self.registers = registers
    self.context = context
    let count =
      body.instructions.isEmpty ? 0 : body.operands.count + body.instructions.count
    values.reserveCapacity(count)
    for _ in 0..<count { values.append((InstructionWriter.none, InstructionWriter.none)) }
  }

  mutating func write() {
    if !body.instructions.isEmpty { findLastUses() }
    instructions.reserveCapacity(body.instructions.count)
    for index in body.instructions.indices { add(index) }
    for store in body.stores where store.value < body.operands.count {
      copies.append(copy(store))
    }
  }

  private mutating func add(_ index: Int) {
    let instruction = body.instructions[index], inputs = instruction.inputs
    let value = body.operands.count + index
    let action = CompiledBody.Action(instruction, context)
    let destination = destination(of: value, action)
    func input(_ number: Int) -> Int { number < inputs.count ? inputs[number] : 0 }
    instructions.append(
      CompiledBody.CompiledInstruction(
        value: value, action: action, a: input(0), b: input(1), c: input(2), d: input(3),
        destination: destination, resultSize: instruction.resultType.byteCount))
    for store in body.stores where store.value == value {
      let copy = copy(store)
      if case .slot(copy.slot) = destination { continue }
      copies.append(copy)
    }
    for number in 0..<inputs.count where values[inputs[number]].lastUse == index {
      let register = values[inputs[number]].register
      if register == InstructionWriter.none { continue }
      registers.give(register)
      values[inputs[number]].register = InstructionWriter.none
    }
  }

  private mutating func destination(
    of value: Int, _ action: CompiledBody.Action
  ) -> CompiledBody.Destination {
    if case .checked = action { return .input }
    if let store = body.stores.first(where: { $0.value == value && !$0.isDeferred }) {
      return .slot(context.slots.number(of: store.slot))
    }
    let register = registers.take()
    values[value].register = register
    return .register(register)
  }

  private func copy(_ store: Body.Store) -> CompiledBody.Copy {
    CompiledBody.Copy(
      value: store.value, slot: context.slots.number(of: store.slot),
      size: body.type(of: store.value).byteCount)
  }

  /// Stored values, what a check passes on and `kept` stay until the tile is done.
  private mutating func findLastUses() {
    for index in body.instructions.indices {
      let inputs = body.instructions[index].inputs
      for number in 0..<inputs.count { values[inputs[number]].lastUse = index }
    }
    for instruction in body.instructions {
      if case .checked = instruction.operation {
        values[instruction.inputs[0]].lastUse = Int.max
      }
    }
    for store in body.stores { values[store.value].lastUse = Int.max }
    if let kept { values[kept].lastUse = Int.max }
  }
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
  fileprivate var largestElementByteCount: Int {
    var largest = 1
    for value in 0..<operands.count + instructions.count {
      largest = max(largest, type(of: value).byteCount)
    }
    return largest
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
    case .unary, .binary, .comparison, .selection, .conversion, .merged:
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
