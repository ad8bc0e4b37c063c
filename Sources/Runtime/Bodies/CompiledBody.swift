// SPDX-License-Identifier: Apache-2.0

import CPullbackKernels
import PullbackPlans
import PullbackTensors

/// A stretch of elements that goes through a body at a time.
enum Tile {
  /// Its elements: 2 KiB of Float, small enough for the first cache, large enough that a kernel
  /// call does not show.
  static let length = Int(PB_PIECE)
  /// What bodies of few values take at a time.
  static let longest = 2048

  /// As many elements as let a body's values, of `size` bytes at most, stay in the first cache.
  static func length(values: Int, size: Int) -> Int {
    var length = longest
    while length > Tile.length, length * values * size > 16 * longest { length /= 2 }
    return length
  }
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
    case randomExamples(UnsafePointer<CompiledExamples>)
  }

  /// See `RandomExamples`.
  struct CompiledExamples: BitwiseCopyable {
    let random: pb_random
    let key: Int
    let elementCount: Int
    let folded: UnsafeBufferPointer<UInt64>
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
    /// Whether `b` is a single element for each row.
    let takesSingle: Bool
    let destination: Destination
    let resultSize: Int
  }

  struct Copy: BitwiseCopyable {
    let value: Int
    let slot: Int
    let size: Int
    /// The kernel that writes past the caches, if the slot is not soon read.
    let stream: pb_stream?
  }

  /// An operand that is read where it is.
  struct Direct: BitwiseCopyable {
    let value: Int
    let slot: Int
    let size: Int
  }

  let operands: UnsafeBufferPointer<CompiledOperand>
  // Their numbers, by when they are loaded: before all tiles, once for tiles that hold whole
  // periods, for each tile. Asking each operand at each tile would take longer than computing some.
  let uniforms: UnsafeBufferPointer<Int>
  let periodics: UnsafeBufferPointer<Int>
  let moving: UnsafeBufferPointer<Int>
  let directs: UnsafeBufferPointer<Direct>
  /// Those that are the core; their slot is not used.
  let cores: UnsafeBufferPointer<Direct>
  /// Those of which the next rows are fetched meanwhile: see `CompilationContext.fetched`.
  let fetched: UnsafeBufferPointer<Direct>
  let instructions: UnsafeBufferPointer<CompiledInstruction>
  let copies: UnsafeBufferPointer<Copy>
  /// Whether all operands are read where they lie, and what is computed goes where it stays.
  let isInPlace: Bool
  /// Elements that a register holds.
  let capacity: Int
  /// Elements that go through the body at a time: whole periods of its periodic operands, if there
  /// is such a number.
  let tileLength: Int
  /// After how many positions some of them begin to repeat something else; 0 if none does.
  let stretchLength: Int
  /// Where tiles end, so that operands that lie in memory in runs are read where they
  /// are; 0 if none does.
  let runLength: Int
  /// Whether something is written past the caches, which others see after a fence.
  let streams: Bool
  /// Bytes for the pointer table and the registers.
  let scratchByteCount: Int
  let tableByteCount: Int

  /// - Parameter kept: values that are read when the tile is done, such as one to be reduced.
  init(
    _ body: borrowing Body, space: borrowing Shape, keeping kept: InlineNumbers = [],
    in context: borrowing CompilationContext
  ) {
    let plain = context.plain, operandCount = body.operands.count
    let valueCount = operandCount + body.instructions.count
    var largest = 1
    for instruction in body.instructions.indices {
      largest = max(largest, body.instructions[instruction].resultType.byteCount)
    }
    // In bounds: there is room for one for each operand.
    let operands: UnsafeMutableBufferPointer<CompiledOperand> = plain.room(for: operandCount)
    for value in 0..<operandCount {
      let operand = CompiledOperand(body.operands[value], over: space, in: context)
      largest = max(largest, operand.size)
      operands.initializeElement(at: value, to: operand)
    }
    SingleOperands.find(in: body, operands, keeping: kept)
    NumberOperands.find(in: body, operands, keeping: kept)
    let numberCount = operands.count(where: \.isNumber)
    // Goes all at once.
    isInPlace =
      operands.allSatisfy { $0.load.isInPlace || $0.isNumber }
      && (body.instructions.isEmpty
        ? body.stores.isEmpty
        : kept.isEmpty && body.isOneStoredInstruction(but: context.streamed))
    let most =
      isInPlace ? Int.max : Tile.length(values: valueCount - numberCount, size: largest)
    let length = min(most, max(space.elementCount, 1))
    capacity = isInPlace ? max(length, Tile.length) : most
    var registers = RegisterFile(byteCount: isInPlace ? 0 : Plan.padded(length * largest))
    for value in 0..<operandCount where !operands[value].load.isInPlace {
      operands[value].register =
        operands[value].isNumber ? registers.takeNumber() : registers.take()
    }
    self.operands = UnsafeBufferPointer(operands)
    let order = LoadOrder(self.operands, capacity: capacity, plain)
    (uniforms, periodics, moving) = (order.uniforms, order.periodics, order.moving)
    (directs, cores) = (order.directs, order.cores)
    (tileLength, stretchLength) = (order.tileLength, order.stretchLength)
    runLength = order.runLength
    fetched = Self.fetched(order.directs, count: space.elementCount, in: context)
    // On the stack: an array would take as long as what is done with it.
    (instructions, copies) = withUnsafeTemporaryAllocation(
      of: InstructionWriter.Value.self, capacity: valueCount
    ) { values in
      var writer = InstructionWriter(
        UnsafeBufferPointer(operands), keeping: kept, registers, values, context)
      let written = writer.write(body, in: plain)
      registers = writer.registers
      return written
    }
    streams = copies.contains { $0.stream != nil }
    tableByteCount = Plan.padded(max(valueCount, 1) * MemoryLayout<UnsafeRawPointer>.stride)
    scratchByteCount = tableByteCount + registers.byteCount
  }

  /// What is smaller stays in the third cache, from where it comes fast enough.
  private static let fetchedByteCount = 8 << 20

  private static func fetched(
    _ directs: UnsafeBufferPointer<Direct>, count: Int, in context: borrowing CompilationContext
  ) -> UnsafeBufferPointer<Direct> {
    if context.fetched.isEmpty { return UnsafeBufferPointer(start: nil, count: 0) }
    let slots = context.fetched.map(context.slots.number)
    return context.plain.array(from: directs.indices) {
      let isFar = count * directs[$0].size >= fetchedByteCount
      return isFar && slots.contains(directs[$0].slot) ? directs[$0] : nil
    }
  }
}

extension Body {
  /// Whether it is a single instruction whose result goes where it is stored, and nowhere else.
  ///
  /// - Parameter streamed: slots that are written past the caches.
  fileprivate func isOneStoredInstruction(but streamed: Set<Slot>) -> Bool {
    guard instructions.count == 1, stores.count == 1, stores[0].value == operands.count,
      !stores[0].isDeferred
    else { return false }
    return !streamed.contains(stores[0].slot)
  }
}

/// Gives each instruction its kernel and a place for its result.
private struct InstructionWriter {
  /// Where a value is, and the last instruction that reads it: `Int.max` if it is read when the
  /// tile is done.
  typealias Value = (register: Int, lastUse: Int)

  private let operands: UnsafeBufferPointer<CompiledOperand>
  private let kept: InlineNumbers
  private let slots: SlotNumbering
  private let streamed: Set<Slot>
  private let step: Int
  private(set) var registers: RegisterFile
  private static let none = -1
  // In bounds: there is one for each value of the body, and inputs and stores are numbers of
  // values.
  private let values: UnsafeMutableBufferPointer<Value>

  /// - Parameter values: room for one for each value, as long as the writer is used.
  init(
    _ operands: UnsafeBufferPointer<CompiledOperand>, keeping kept: InlineNumbers,
    _ registers: RegisterFile, _ values: UnsafeMutableBufferPointer<Value>,
    _ context: borrowing CompilationContext
  ) {
    self.operands = operands
    self.values = values
    self.kept = kept
    self.registers = registers
    slots = context.slots
    // What goes to a reduction is at hand tile by tile, without a fence.
    streamed = kept.isEmpty ? context.streamed : []
    step = context.step
  }

  /// Instructions, and what is copied when all of them are done.
  mutating func write(_ body: borrowing Body, in plain: PlainMemory) -> (
    instructions: UnsafeBufferPointer<CompiledBody.CompiledInstruction>,
    copies: UnsafeBufferPointer<CompiledBody.Copy>
  ) {
    if !body.instructions.isEmpty { findLastUses(in: body) }
    // In bounds: there is room for one for each instruction, and for one for each store.
    let instructions: UnsafeMutableBufferPointer<CompiledBody.CompiledInstruction> =
      plain.room(for: body.instructions.count)
    for index in instructions.indices {
      instructions.initializeElement(at: index, to: instruction(index, of: body, in: plain))
      giveRegisters(body.instructions[index].inputs, readLastBy: index)
    }
    let copies: UnsafeMutableBufferPointer<CompiledBody.Copy> =
      plain.room(for: body.stores.count)
    var count = 0
    for store in body.stores where store.value >= body.operands.count {
      let copy = copy(store, of: body.type(of: store.value))
      if case .slot(copy.slot) = instructions[store.value - body.operands.count].destination {
        continue
      }
      copies.initializeElement(at: count, to: copy)
      count += 1
    }
    for store in body.stores where store.value < body.operands.count {
      copies.initializeElement(at: count, to: copy(store, of: body.type(of: store.value)))
      count += 1
    }
    return (
      UnsafeBufferPointer(instructions), UnsafeBufferPointer(rebasing: copies[..<count])
    )
  }

  private mutating func instruction(
    _ index: Int, of body: borrowing Body, in plain: PlainMemory
  ) -> CompiledBody.CompiledInstruction {
    let instruction = body.instructions[index]
    var inputs = instruction.inputs
    let value = body.operands.count + index, action: CompiledBody.Action
    let one = instruction.single(among: operands)
    let takesSingle = one.map { operands[inputs[$0]].isSingle } ?? false
    if let one, let map = instruction.map(withOne: one) {
      action = .map(map)
      // Kernels take it second.
      if one == 0 { inputs.swapAt(0, 1) }
    } else {
      action = CompiledBody.Action(instruction, slots, step: step, in: plain)
    }
    func input(_ number: Int) -> Int { number < inputs.count ? inputs[number] : 0 }
    return CompiledBody.CompiledInstruction(
      value: value, action: action, a: input(0), b: input(1), c: input(2), d: input(3),
      takesSingle: takesSingle, destination: destination(of: value, action, in: body),
      resultSize: instruction.resultType.byteCount)
  }

  private mutating func giveRegisters(_ inputs: InlineNumbers, readLastBy index: Int) {
    for number in 0..<inputs.count where values[inputs[number]].lastUse == index {
      let register = values[inputs[number]].register
      if register == InstructionWriter.none { continue }
      registers.give(register)
      values[inputs[number]].register = InstructionWriter.none
    }
  }

  private mutating func destination(
    of value: Int, _ action: CompiledBody.Action, in body: borrowing Body
  ) -> CompiledBody.Destination {
    if case .checked = action { return .input }
    if let store = body.stores.first(where: {
      $0.value == value && !$0.isDeferred && !streamed.contains($0.slot)
    }) {
      return .slot(slots.number(of: store.slot))
    }
    let register = registers.take()
    values[value].register = register
    return .register(register)
  }

  private func copy(_ store: Body.Store, of type: ElementType) -> CompiledBody.Copy {
    CompiledBody.Copy(
      value: store.value, slot: slots.number(of: store.slot), size: type.byteCount,
      stream: streamed.contains(store.slot) ? pb_stream_for_bytes() : nil)
  }

  /// Stored values, what a check passes on and `kept` stay until the tile is done.
  private func findLastUses(in body: borrowing Body) {
    values.initialize(repeating: (InstructionWriter.none, InstructionWriter.none))
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
    for index in 0..<kept.count { values[kept[index]].lastUse = Int.max }
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

  /// One for a single element.
  mutating func takeNumber() -> Int {
    byteCount += Plan.padded(1)
    return byteCount - Plan.padded(1)
  }

  mutating func give(_ register: Int) { free.append(register) }
}

extension CompiledBody.Action {
  fileprivate init(
    _ instruction: borrowing Body.Instruction, _ slots: SlotNumbering, step: Int,
    in plain: PlainMemory
  ) {
    switch instruction.operation {
    case .checked(let count, let use):
      self = .checked(count: count, use: use, step: step)
    case .random(let distribution, let parameter, let examples):
      let kernel = distribution.kernel(for: instruction.resultType)
      let key = slots.number(of: .parameter(parameter))
      self =
        examples.map { examples in
          let compiled = CompiledBody.CompiledExamples(
            random: kernel, key: key, elementCount: max(examples.elementCount, 1),
            folded: plain.array(examples.folded))
          return .randomExamples(plain.one(compiled))
        } ?? .random(kernel, key: key)
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
