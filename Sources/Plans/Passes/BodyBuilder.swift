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
  }

  /// The finished body: operands first, then instructions.
  func body() -> Body {
    var body = Body()
    body.operands = operands
    body.instructions = instructions
    for index in instructions.indices {
      body.instructions[index].inputs = instructions[index].inputs.map(position)
    }
    body.stores = stores
    for index in stores.indices { body.stores[index].value = position(of: stores[index].value) }
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
    let entry = program.entries[index]
    if let written = fusion.writtenOut(index) {
      let value = value(
        of: written.source, entry.elementType, entry.shape, as: entry.shape, values)
      define(index, as: value, &values)
      return
    }
    switch entry.operation {
    case .unary(let unary): addInstruction(index, .unary(unary), &values)
    case .binary(let binary): addInstruction(index, .binary(binary), &values)
    case .comparison(let comparison): addInstruction(index, .comparison(comparison), &values)
    case .selection: addInstruction(index, .selection, &values)
    case .conversion: addInstruction(index, .conversion, &values)
    case .identity(.checked(let count, let use)):
      addInstruction(index, .checked(count: count, use: use), &values)
    case .random(let distribution, _):
      addInstruction(index, .random(distribution, parameter: entry.index), &values)
    case .movement(.pad(let starts)):
      let access = fusion.access(to: entry.inputs[0], for: index, slots)
      let extents = program.entries[entry.inputs[0]].shape
      define(index, as: operand(.padded(access, starts: starts, extents: extents)), &values)
    case .gathering(.gather, let batchRank):
      define(index, as: operand(.gathered(gather(index, batchRank))), &values)
    case .creation, .identity, .reduction, .contraction, .movement, .gathering:
      preconditionFailure("\(entry.operation.name) is not computed element by element")
    }
  }

  private func gather(_ index: Int, _ batchRank: Int) -> GatherOperand {
    let entry = program.entries[index]
    let table = program.entries[entry.inputs[0]].shape
    let indices = program.entries[entry.inputs[1]].shape
    return GatherOperand(
      table: fusion.access(to: entry.inputs[0], for: index, slots),
      indices: fusion.access(to: entry.inputs[1], for: index, slots),
      count: table[batchRank], indexCount: Shape(indices.dropFirst(batchRank)).elementCount,
      rest: Shape(table.dropFirst(batchRank + 1)).elementCount)
  }

  private mutating func addInstruction(
    _ index: Int, _ operation: BodyOperation, _ values: inout Values
  ) {
    let entry = program.entries[index]
    var inputs = EntryInputs()
    for input in entry.inputs {
      inputs.append(value(of: input, for: index, as: entry.shape, values))
    }
    // A selection's first operand is the condition; its type is that of the choices.
    let typed = entry.inputs.last.map { program.entries[$0].elementType }
    instructions.append(
      Body.Instruction(
        operation: operation, elementType: typed ?? entry.elementType,
        resultType: entry.elementType, inputs: inputs))
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
    let entry = program.entries[index]
    return value(
      of: fusion.source(of: index, for: reader), entry.elementType, entry.shape, as: shape,
      order: order, values)
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
      if fusion.groupOf[base] == group, fusion.roleOf[base] == role, let value = values[base] {
        return value
      }
      let view = over(view, own, shape, order)
      return operand(.memory(Access(slot: slots[base]!, elementType: type, view: view)))
    }
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
