// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// Writes the straight-line program of one group: its body, or the prologue of its core.
struct BodyBuilder {
  /// What each entry of the program is in the one body that makes it: operand i is i, instruction i
  /// is -1 - i, because operands come while the body grows.
  struct Values {
    private static let unknown = Int.min
    private var values: [Int]

    init(count: Int) { values = [Int](repeating: Values.unknown, count: count) }

    subscript(entry: Int) -> Int? {
      get { values[entry] == Values.unknown ? nil : values[entry] }
      set { values[entry] = newValue ?? Values.unknown }
    }
  }

  private let program: Program
  private let fusion: Fusion
  private let slots: [Slot?]
  private let space: Shape
  private let group: Int
  private let role: Fusion.Role
  private var operands: [Operand] = []
  private var instructions: [Body.Instruction] = []
  private var stores: [Body.Store] = []

  init(
    _ program: Program, _ fusion: Fusion, _ slots: [Slot?], group: Int,
    role: Fusion.Role = .body, space: Shape
  ) {
    self.program = program
    self.fusion = fusion
    self.slots = slots
    self.space = space
    self.group = group
    self.role = role
    let entries = role == .body ? fusion.groups[group].body : fusion.groups[group].prologue
    operands.reserveCapacity(entries.count + 2)
    instructions.reserveCapacity(entries.count)
  }

  /// The finished body, operands first, then instructions; the builder has nothing left.
  mutating func finish() -> Body {
    for index in instructions.indices {
      for input in instructions[index].inputs.indices {
        instructions[index].inputs[input] = position(of: instructions[index].inputs[input])
      }
    }
    for index in stores.indices { stores[index].value = position(of: stores[index].value) }
    var body = Body()
    // Moved, not copied.
    swap(&body.operands, &operands)
    swap(&body.instructions, &instructions)
    swap(&body.stores, &stores)
    return body
  }

  /// The final number of a value.
  func position(of value: Int) -> Int { value >= 0 ? value : operands.count - 1 - value }

  mutating func addCore(_ index: Int, _ values: inout Values) {
    define(index, as: operand(.core(program.entries[index].elementType)), &values)
  }

  mutating func addCopy(of index: Int, to slot: Slot, _ values: borrowing Values) {
    let value = value(of: index, for: .max, as: program.entries[index].shape, values)
    stores.append(Body.Store(value: value, slot: slot))
  }

  mutating func add(_ index: Int, _ values: inout Values) {
    if let written = fusion.writtenOut(index) {
      let shape = program.entries[index].shape
      let value = value(
        of: written.source, program.entries[index].elementType, shape, as: shape, values)
      define(index, as: value, &values)
      return
    }
    switch program.entries[index].operation {
    case .unary(let unary): addInstruction(index, .unary(unary), &values)
    case .binary(let binary): addInstruction(index, .binary(binary), &values)
    case .comparison(let comparison): addInstruction(index, .comparison(comparison), &values)
    case .selection: addInstruction(index, .selection, &values)
    case .conversion: addInstruction(index, .conversion, &values)
    case .identity(.checked(let count, let use)):
      addInstruction(index, .checked(count: count, use: use), &values)
    case .random(let distribution, _):
      addInstruction(index, .random(distribution, parameter: program.entries[index].index), &values)
    case .movement(.pad(let starts)):
      let input = program.entries[index].inputs[0]
      let access = fusion.access(to: input, for: index, slots)
      let extents = program.entries[input].shape
      define(index, as: operand(.padded(access, starts: starts, extents: extents)), &values)
    case .gathering(.gather, let batchRank):
      define(index, as: operand(.gathered(gather(index, batchRank))), &values)
    case .creation, .identity, .reduction, .contraction, .movement, .gathering:
      let name = program.entries[index].operation.name
      preconditionFailure("\(name) is not computed element by element")
    }
  }

  private func gather(_ index: Int, _ batchRank: Int) -> GatherOperand {
    let entry = program.entries[index]
    let table = program.entries[entry.inputs[0]].shape
    let indices = program.entries[entry.inputs[1]].shape
    return GatherOperand(
      table: fusion.access(to: entry.inputs[0], for: index, slots),
      indices: fusion.access(to: entry.inputs[1], for: index, slots),
      count: table[batchRank], indexCount: indices.droppingLeading(batchRank).elementCount,
      rest: table.droppingLeading(batchRank + 1).elementCount)
  }

  private mutating func addInstruction(
    _ index: Int, _ operation: BodyOperation, _ values: inout Values
  ) {
    let shape = program.entries[index].shape, type = program.entries[index].elementType
    var inputs = program.entries[index].inputs
    // A selection's first operand is the condition; its type is that of the choices.
    let typed = inputs.last.map { program.entries[$0].elementType }
    for input in inputs.indices {
      inputs[input] = value(of: inputs[input], for: index, as: shape, values)
    }
    instructions.append(
      Body.Instruction(
        operation: operation, elementType: typed ?? type, resultType: type, inputs: inputs))
    define(index, as: -instructions.count, &values)
  }

  private mutating func define(_ index: Int, as value: Int, _ values: inout Values) {
    values[index] = value
    if let slot = slots[index] { stores.append(Body.Store(value: value, slot: slot)) }
  }

  /// The number of an operand: bodies are short, so that looking through those there are takes less
  /// time than a table of them.
  private mutating func operand(_ operand: Operand) -> Int {
    if let known = operands.firstIndex(of: operand) { return known }
    operands.append(operand)
    return operands.count - 1
  }

  /// The value of an entry for a reader, an operation over `shape`, which it broadcasts to.
  mutating func value(
    of index: Int, for reader: Int, as shape: Shape, order: Shape? = nil,
    _ values: borrowing Values
  ) -> Int {
    // Mostly it is at hand.
    if case .entry(let base, _) = fusion.sources[index], let value = atHand(base, values),
      fusion.writtenOut(index) == nil
    {
      return value
    }
    return value(
      of: fusion.source(of: index, for: reader), program.entries[index].elementType,
      program.entries[index].shape, as: shape, order: order, values)
  }

  private mutating func value(
    of source: Fusion.Source, _ type: ElementType, _ own: Shape, as shape: Shape,
    order: Shape? = nil, _ values: borrowing Values
  ) -> Int {
    switch source {
    case .constant(let number): return operand(.constant(bits: type.bits(of: number), type))
    case .parameter(let parameter):
      let view = View(uniform: 0, rank: space.rank)
      return operand(
        .memory(Access(slot: .parameter(parameter), elementType: type, view: view)))
    case .iota(let view): return operand(.iota(over(view, own, shape, order), type))
    case .entry(let base, let view):
      if let value = atHand(base, values) { return value }
      let view = over(view, own, shape, order)
      return operand(.memory(Access(slot: slots[base]!, elementType: type, view: view)))
    }
  }

  /// The value of an entry that this body makes.
  private func atHand(_ entry: Int, _ values: borrowing Values) -> Int? {
    fusion.groupOf[entry] == group && fusion.roleOf[entry] == role ? values[entry] : nil
  }

  /// A view of a tensor of shape `own` as one over the body's space: fusion has made sure that what
  /// is read can be seen so.
  private func over(_ view: View, _ own: Shape, _ shape: Shape, _ order: Shape?) -> View {
    let stretched = own == shape ? view : view.moved(.expand, from: own, to: shape)!
    if let order {
      return stretched.moved(.transpose(order: order), from: shape, to: space)!
    }
    return stretched.reshaped(from: shape, to: space)!
  }
}
