// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// Writes the straight-line program of one group.
struct BodyBuilder {
  private let program: Program
  private let fusion: Fusion
  private let slots: [Int: Slot]
  private let space: Shape
  private let role: Fusion.Role
  private var operands: [Operand] = []
  private var instructions: [Body.Instruction] = []
  private var stores: [Body.Store] = []
  private var operandOf: [Operand: Int] = [:]
  /// Values while the body grows: operand i is i, instruction i is -1 - i.
  private var valueOf: [Int: Int] = [:]

  init(
    _ program: Program, _ fusion: Fusion, _ slots: [Int: Slot], space: Shape,
    role: Fusion.Role = .body
  ) {
    self.program = program
    self.fusion = fusion
    self.slots = slots
    self.space = space
    self.role = role
  }

  /// The finished body: operands first, then instructions.
  func body() -> Body {
    var body = Body()
    body.operands = operands
    body.instructions = instructions.map {
      Body.Instruction(
        operation: $0.operation, elementType: $0.elementType, resultType: $0.resultType,
        inputs: $0.inputs.map(position))
    }
    body.stores = stores.map { Body.Store(value: position(of: $0.value), slot: $0.slot) }
    return body
  }

  /// The final number of a value.
  func position(of value: Int) -> Int { value >= 0 ? value : operands.count - 1 - value }

  mutating func addCore(_ index: Int) {
    define(index, as: operand(.core(program.entries[index].elementType)))
  }

  mutating func addCopy(of index: Int, to slot: Slot) {
    let value = value(of: index, for: .max, as: program.entries[index].shape)
    stores.append(Body.Store(value: value, slot: slot))
  }

  mutating func add(_ index: Int) {
    let entry = program.entries[index]
    if let written = fusion.writtenOut[index] {
      define(index, as: value(of: written.source, entry.elementType, entry.shape, as: entry.shape))
      return
    }
    switch entry.operation {
    case .unary(let unary): addInstruction(index, .unary(unary))
    case .binary(let binary): addInstruction(index, .binary(binary))
    case .comparison(let comparison): addInstruction(index, .comparison(comparison))
    case .selection: addInstruction(index, .selection)
    case .conversion: addInstruction(index, .conversion)
    case .identity(.checked(let count, let use)):
      addInstruction(index, .checked(count: count, use: use))
    case .random(let distribution, _):
      addInstruction(index, .random(distribution, parameter: entry.index))
    case .movement(.pad(let starts)):
      let access = access(to: entry.inputs[0], for: index)
      let extents = program.entries[entry.inputs[0]].shape
      define(
        index, as: operand(.padded(access, starts: Array(starts), extents: Array(extents))))
    case .gathering(.gather, let batchRank):
      define(index, as: operand(.gathered(gather(index, batchRank))))
    case .creation, .identity, .reduction, .contraction, .movement, .gathering:
      preconditionFailure("\(entry.operation.name) is not computed element by element")
    }
  }

  private func gather(_ index: Int, _ batchRank: Int) -> GatherOperand {
    let entry = program.entries[index]
    let table = program.entries[entry.inputs[0]].shape
    let indices = program.entries[entry.inputs[1]].shape
    return GatherOperand(
      table: access(to: entry.inputs[0], for: index),
      indices: access(to: entry.inputs[1], for: index),
      count: table[batchRank], indexCount: Shape(indices.dropFirst(batchRank)).elementCount,
      rest: Shape(table.dropFirst(batchRank + 1)).elementCount)
  }

  private mutating func addInstruction(_ index: Int, _ operation: BodyOperation) {
    let entry = program.entries[index]
    let inputs = (0..<entry.inputs.count).map {
      value(of: entry.inputs[$0], for: index, as: entry.shape)
    }
    // A selection's first operand is the condition; its type is that of the choices.
    let typed = entry.inputs.count == 0 ? nil : entry.inputs[entry.inputs.count - 1]
    instructions.append(
      Body.Instruction(
        operation: operation,
        elementType: typed.map { program.entries[$0].elementType } ?? entry.elementType,
        resultType: entry.elementType, inputs: EntryInputs(inputs)))
    define(index, as: -instructions.count)
  }

  private mutating func define(_ index: Int, as value: Int) {
    valueOf[index] = value
    if let slot = slots[index] { stores.append(Body.Store(value: value, slot: slot)) }
  }

  private mutating func operand(_ operand: Operand) -> Int {
    if let known = operandOf[operand] { return known }
    operandOf[operand] = operands.count
    operands.append(operand)
    return operands.count - 1
  }

  /// The value of an entry for a reader, an operation over `shape`, which it broadcasts to.
  mutating func value(
    of index: Int, for reader: Int, as shape: Shape, order: Shape? = nil
  ) -> Int {
    let entry = program.entries[index]
    return value(
      of: fusion.source(of: index, for: reader), entry.elementType, entry.shape, as: shape,
      order: order)
  }

  private mutating func value(
    of source: Fusion.Source, _ type: ElementType, _ own: Shape, as shape: Shape,
    order: Shape? = nil
  ) -> Int {
    // Fusion has made sure that what is read can be seen over this space.
    func over(_ view: View) -> View {
      let stretched = view.moved(.expand, from: own, to: shape)!
      if let order {
        return stretched.moved(.transpose(order: order), from: shape, to: space)!
      }
      return stretched.reshaped(from: shape, to: space)!
    }
    switch source {
    case .constant(let number): return operand(.constant(bits: type.bits(of: number), type))
    case .parameter(let parameter):
      let view = View(offset: 0, strides: [Int](repeating: 0, count: space.rank))
      return operand(
        .memory(Access(slot: .parameter(parameter), elementType: type, view: view)))
    case .iota(let view): return operand(.iota(over(view), type))
    case .entry(let base, let view):
      if let value = valueOf[base] { return value }
      return operand(.memory(Access(slot: slots[base]!, elementType: type, view: over(view))))
    }
  }

  /// Where an entry's numbers stand in memory, for cores and operands that read by themselves.
  func access(to index: Int, for reader: Int) -> Access {
    guard case .entry(let base, let view) = fusion.source(of: index, for: reader) else {
      preconditionFailure("constants and ranges are written out before they are accessed")
    }
    return Access(
      slot: slots[base]!, elementType: program.entries[base].elementType, view: view)
  }
}
