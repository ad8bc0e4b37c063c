// SPDX-License-Identifier: Apache-2.0

import CPullbackKernels
import PullbackPlans
import PullbackTensors

/// One thread's run of a body: memory bound, registers at hand.
///
/// Positions count the elements of the body's space in row-major order. Every pointer below is in
/// bounds because positions stay below the space's element count, tiles are no longer than
/// a register, and slots hold what the plan says (see `RunMemory`).
struct BodyFrame: BitwiseCopyable {
  /// Plain data of the plan, alive as long as the run.
  private let plain: UnsafePointer<CompiledBody>
  let memory: RunMemory
  private let table: UnsafeMutablePointer<UnsafeMutableRawPointer>
  private let registers: UnsafeMutableRawPointer
  /// The core's values: element `coreStart` of the space stands at `core`.
  var core: UnsafeMutableRawPointer?
  var coreStart = 0
  /// How far behind those that it computes now the thread's next positions are.
  private var stretch = 0

  /// - Parameter scratch: `body.scratchByteCount` bytes of this thread's own.
  init(
    _ body: UnsafePointer<CompiledBody>, _ memory: RunMemory, scratch: UnsafeMutableRawPointer
  ) {
    plain = body
    self.memory = memory
    table = scratch.assumingMemoryBound(to: UnsafeMutableRawPointer.self)
    registers = scratch + body.pointee.tableByteCount
  }

  var body: CompiledBody { @inline(__always) unsafeAddress { plain } }

  /// Computes the positions `range`, tile by tile.
  mutating func run(_ range: Range<Int>) {
    begin(count: range.count)
    let length = body.tileLength
    var position = range.lowerBound
    while position < range.upperBound {
      let end = min(endOfStretch(at: position), range.upperBound)
      let isHeld = hold(position..<end, by: length)
      while position < end {
        let count = min(length, min(end, endOfRun(at: position)) - position)
        evaluate(at: position, count: count, holdsPeriods: isHeld)
        position += count
      }
    }
    if body.streams { pb_fence() }
  }

  /// Where what operands repeat ends next.
  private func endOfStretch(at position: Int) -> Int {
    let length = body.stretchLength
    return length == 0 ? Int.max : (position / length + 1) * length
  }

  /// Where what lies in memory in runs goes on elsewhere.
  private func endOfRun(at position: Int) -> Int {
    let length = body.runLength
    return length == 0 ? Int.max : (position / length + 1) * length
  }

  /// Fills the registers of periodic operands for all tiles of `length` positions in a range; false
  /// if tiles differ in what stands there.
  func hold(_ range: Range<Int>, by length: Int) -> Bool {
    if body.periodics.isEmpty { return true }
    if range.isEmpty || endOfStretch(at: range.lowerBound) < range.upperBound { return false }
    for value in body.periodics {
      let period = body.operands[value].load.repetition!.period, run = body.runLength
      if length % period != 0, length < range.count { return false }
      if run > 0, run % period != 0 || range.lowerBound % period != 0 { return false }
    }
    let count = min(length, range.count)
    for value in body.periodics {
      loadPeriod(body.operands[value], at: range.lowerBound, count: count)
    }
    return true
  }

  /// Says where operands are that have a register, and fills those that are the same everywhere;
  /// `count` positions follow.
  mutating func begin(count: Int) {
    stretch = count
    let count = min(count, body.capacity)
    for value in body.uniforms {
      let operand = body.operands[value], register = registers + operand.register
      table[value] = register
      let length = operand.isNumber ? 1 : count
      if case .uniform(let slot, let offset) = operand.load {
        operand.fill(length, register, memory.pointer(slot) + offset)
      } else if case .constant(var bits) = operand.load {
        operand.fill(length, register, &bits)
      }
    }
    for value in body.periodics { table[value] = registers + body.operands[value].register }
  }

  /// The tile of a value, after `evaluate`.
  func value(_ number: Int) -> UnsafeMutableRawPointer { table[number] }

  /// Computes one tile.
  ///
  /// - Parameter holdsPeriods: whether the registers of periodic operands are right already.
  func evaluate(at position: Int, count: Int, holdsPeriods: Bool = false) {
    for direct in body.directs {
      table[direct.value] = memory.pointer(direct.slot) + position * direct.size
    }
    for direct in body.fetched {
      pb_prefetch(count * direct.size, table[direct.value] + stretch * direct.size)
    }
    for direct in body.cores {
      table[direct.value] = core! + (position - coreStart) * direct.size
    }
    for value in body.moving {
      table[value] = moved(body.operands[value], at: position, count: count)
    }
    if !holdsPeriods {
      for value in body.periodics { load(body.operands[value], at: position, count: count) }
    }
    for index in 0..<body.instructions.count {
      let instruction = body.instructions[index]
      let value = instruction.value
      switch instruction.destination {
      case .register(let offset): table[value] = registers + offset
      case .slot(let slot):
        table[value] = memory.pointer(slot) + position * instruction.resultSize
      case .input: table[value] = table[instruction.a]
      }
      switch instruction.action {
      case .map(let map) where instruction.takesSingle:
        runByRows(map, instruction, at: position, count: count)
      case .map(let map):
        map(
          count, table[value], table[instruction.a], table[instruction.b], table[instruction.c],
          table[instruction.d])
      case .random(let random, let key):
        let key = memory.pointer(key).assumingMemoryBound(to: UInt64.self)
        random(count, table[value], key.pointee, UInt64(position))
      case .randomExamples(let examples):
        draw(
          examples.pointee, at: position, count, into: table[value],
          seeds: table[instruction.a], table[instruction.b], instruction.resultSize)
      case .checked(let limit, let use, let step):
        check(
          table[instruction.a], as: value, at: position, count, limit, use, step)
      }
    }
    for copy in body.copies {
      let target = memory.pointer(copy.slot) + position * copy.size
      // Skipped where a value is already in its place.
      if let stream = copy.stream {
        stream(count * copy.size, target, table[copy.value])
      } else if target != table[copy.value] {
        target.copyMemory(from: table[copy.value], byteCount: count * copy.size)
      }
    }
  }

  /// A map whose second operand is a single element in each row: row by row.
  private func runByRows(
    _ map: pb_map, _ instruction: CompiledBody.CompiledInstruction, at position: Int, count: Int
  ) {
    guard case .single(let slot, let walk) = body.operands[instruction.b].load else { return }
    let base = memory.pointer(slot), size = body.operands[instruction.b].size
    let result = table[instruction.value]
    walk.forEachRow(from: position, count: count) { done, element, length in
      let done = done * size
      map(
        length, result + done, table[instruction.a] + done, base + element * size,
        table[instruction.c] + done, table[instruction.d] + done)
    }
  }

  /// Each example's numbers with a key of its own, from its first element on.
  private func draw(
    _ examples: CompiledBody.CompiledExamples, at position: Int, _ count: Int,
    into result: UnsafeMutableRawPointer, seeds upper: UnsafeRawPointer,
    _ lower: UnsafeRawPointer, _ size: Int
  ) {
    let key = memory.pointer(examples.key).assumingMemoryBound(to: UInt64.self).pointee
    let high = upper.assumingMemoryBound(to: UInt32.self)
    let low = lower.assumingMemoryBound(to: UInt32.self)
    var done = 0
    while done < count {
      let first = (position + done) % examples.elementCount
      let length = min(examples.elementCount - first, count - done)
      let own = RandomKey.Example.bits(
        from: key, seed: UInt64(high[done]) << 32 | UInt64(low[done]), folded: examples.folded)
      examples.random(length, result + done * size, own, UInt64(first))
      done += length
    }
  }

  private func check(
    _ indices: UnsafeRawPointer, as value: Int, at position: Int, _ count: Int, _ limit: Int,
    _ use: IndexUse, _ step: Int
  ) {
    let indices = indices.assumingMemoryBound(to: Int32.self)
    let bound = Int32(clamping: limit)
    let first = pb_first_outside(count, indices, bound)
    guard first >= 0 else { return }
    memory.failure.takeUnretainedValue().note(
      FailedCheck.Record(
        step: step, value: value, position: position + first, index: indices[first], count: limit,
        use: use))
  }

  /// Where an operand's tile is: in memory if it lies there side by side, else in its register.
  private func moved(
    _ operand: CompiledOperand, at position: Int, count: Int
  ) -> UnsafeMutableRawPointer {
    if operand.runLength != nil, case .strided(let slot, let walk) = operand.load,
      position % walk.extent + count <= walk.extent
    {
      // In bounds: elements of the view, one after the other.
      return memory.pointer(slot) + walk.element(position) * operand.size
    }
    load(operand, at: position, count: count)
    return registers + operand.register
  }

  /// Fills the register of an operand for one tile.
  private func load(_ operand: CompiledOperand, at position: Int, count: Int) {
    let size = operand.size
    let register = registers + operand.register
    switch operand.load {
    case .uniform, .constant, .direct, .core, .single: break
    case .strided(let slot, let walk), .periodic(let slot, let walk, _):
      walk.load(
        operand.loadWalk, into: register, from: memory.pointer(slot), size: size, at: position,
        count: count)
    case .iota(let walk), .periodicIota(let walk, _):
      walk.write(operand.iota, into: register, at: position, count: count)
    case .gathered(let gather):
      // In bounds: the indices were checked by an earlier step.
      gather.kernel(
        count, register, memory.pointer(gather.table),
        memory.pointer(gather.indices).assumingMemoryBound(to: Int32.self), position, gather.rest,
        gather.indexCount, gather.count)
    }
  }

  /// Fills the register of an operand that repeats itself with whole periods.
  private func loadPeriod(_ operand: CompiledOperand, at position: Int, count: Int) {
    guard let period = operand.load.repetition?.period else { return }
    var done = min(period, count)
    load(operand, at: position, count: done)
    let register = registers + operand.register
    while done < count {
      // What is there is whole periods.
      let more = min(done, count - done)
      (register + done * operand.size).copyMemory(from: register, byteCount: more * operand.size)
      done += more
    }
  }
}
