// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// Writes the straight-line programs of groups, one after the other: their bodies and the
/// prologues of their cores.
struct BodyBuilder {
  private let program: Program
  private let fusion: Fusion
  private let slots: [Slot?]
  /// What each entry of the program is in the one body that makes it: operand i is i, instruction i
  /// is -1 - i, because operands come while the body grows.
  private var values: [Int]
  private static let unknown = Int.min
  /// As many as most bodies have: room for them is made at once.
  private static let fewStores = 4
  // The body at hand: of which group it is, and over which space.
  private var space = Shape()
  private var group = -1
  private var role = Fusion.Role.body
  private var operands: [Operand] = []
  /// For each operand what tells most others apart from it: comparing views takes longer.
  private var marks: [Int] = []
  private var instructions: [Body.Instruction] = []
  private var stores: [Body.Store] = []

  init(_ program: Program, _ fusion: Fusion, _ slots: [Slot?]) {
    self.program = program
    self.fusion = fusion
    self.slots = slots
    values = [Int](filled: BodyBuilder.unknown, count: program.entries.count)
  }

  /// Begins a body or prologue of `entryCount` entries.
  mutating func begin(
    _ group: Int, _ role: Fusion.Role = .body, over space: Shape, entryCount: Int
  ) {
    self.group = group
    self.role = role
    self.space = space
    operands.reserveCapacity(entryCount + 2)
    instructions.reserveCapacity(entryCount)
  }

  /// The finished body, operands first, then instructions; nothing of it is left here.
  mutating func finish() -> Body {
    for index in instructions.indices {
      for input in 0..<instructions[index].inputs.count {
        instructions[index].inputs[input] = position(of: instructions[index].inputs[input])
      }
    }
    for index in stores.indices { stores[index].value = position(of: stores[index].value) }
    var body = Body()
    // Moved, not copied.
    swap(&body.operands, &operands)
    swap(&body.instructions, &instructions)
    swap(&body.stores, &stores)
    marks.removeAll(keepingCapacity: true)
    return body
  }

  /// The final number of a value.
  func position(of value: Int) -> Int { value >= 0 ? value : operands.count - 1 - value }

  mutating func addCore(_ index: Int) {
    define(index, as: operand(.core(program.entries[index].elementType), mark: index))
  }

  /// The whole of what stands in memory already, in the place of a core.
  mutating func addStored(_ index: Int) {
    let access = Access(
      slot: slots[index]!, elementType: program.entries[index].elementType,
      view: View(rowMajor: space))
    values[index] = operand(.memory(access), mark: index)
  }

  mutating func addCopy(of index: Int, to slot: Slot) {
    let value = value(of: index, for: .max, as: program.entries[index].shape)
    stores.append(Body.Store(value: value, slot: slot))
  }

  mutating func add(_ index: Int) {
    if let written = fusion.writtenOut(index) {
      let shape = program.entries[index].shape
      define(
        index, as: value(of: written.source, program.entries[index].elementType, shape, as: shape))
      return
    }
    switch program.entries[index].accessPattern {
    case .pointwise:
      addInstruction(
        index,
        BodyOperation(
          program.entries[index].operation, parameter: program.entries[index].index))
    case .rows(let batchRank):
      define(index, as: operand(.gathered(gather(index, batchRank)), mark: index))
    case .given, .view, .parts, .reduction, .whole:
      preconditionFailure(
        "\(program.entries[index].operation.name) is not computed element by element")
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

  private mutating func addInstruction(_ index: Int, _ operation: BodyOperation) {
    let shape = program.entries[index].shape, type = program.entries[index].elementType
    var inputs = program.entries[index].inputs
    // A selection's first operand is the condition; its type is that of the choices.
    let typed = inputs.isEmpty ? nil : program.entries[inputs[inputs.count - 1]].elementType
    for input in 0..<inputs.count {
      inputs[input] = value(of: inputs[input], for: index, as: shape)
    }
    instructions.append(
      Body.Instruction(
        operation: operation, elementType: typed ?? type, resultType: type, inputs: inputs))
    define(index, as: -instructions.count)
  }

  private mutating func define(_ index: Int, as value: Int) {
    values[index] = value
    guard let slot = slots[index] else { return }
    if stores.isEmpty { stores.reserveCapacity(BodyBuilder.fewStores) }
    stores.append(Body.Store(value: value, slot: slot))
  }

  /// The number of an operand: bodies are short, so that looking through those there are takes less
  /// time than a table of them.
  ///
  /// - Parameter mark: a number that equal operands have in common.
  private mutating func operand(_ operand: consuming Operand, mark: Int) -> Int {
    for index in marks.indices where marks[index] == mark && operands[index] == operand {
      return index
    }
    operands.append(operand)
    marks.append(mark)
    return operands.count - 1
  }

  /// The value of an entry for a reader, an operation over `shape`, which it broadcasts to.
  mutating func value(
    of index: Int, for reader: Int, as shape: Shape, order: Shape? = nil
  ) -> Int {
    // Mostly it is at hand.
    let base = fusion.bases[index]
    if base >= 0, let value = atHand(base), fusion.writtenOut(index) == nil { return value }
    return value(
      of: fusion.source(of: index, for: reader), program.entries[index].elementType,
      program.entries[index].shape, as: shape, order: order)
  }

  private mutating func value(
    of source: Fusion.Source, _ type: ElementType, _ own: Shape, as shape: Shape,
    order: Shape? = nil
  ) -> Int {
    switch source {
    case .constant(let number):
      let bits = type.bits(of: number)
      return operand(.constant(bits: bits, type), mark: Int(truncatingIfNeeded: bits))
    case .parameter(let parameter):
      let view = View(uniform: 0, rank: space.rank)
      return operand(
        .memory(Access(slot: .parameter(parameter), elementType: type, view: view)),
        mark: -1 - parameter)
    case .iota(let view): return operand(.iota(over(view, own, shape, order), type), mark: -1)
    case .entry(let base, let view):
      if let value = atHand(base) { return value }
      let view = over(view, own, shape, order)
      return operand(
        .memory(Access(slot: slots[base]!, elementType: type, view: view)), mark: base)
    }
  }

  /// The value of an entry that this body makes.
  private func atHand(_ entry: Int) -> Int? {
    fusion.groupOf[entry] == group && fusion.roleOf[entry] == role
      && values[entry] != BodyBuilder.unknown ? values[entry] : nil
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
