// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// A straight-line program that is run for each element of a space, tile by tile.
///
/// Value v is operand v, or the result of instruction v - operands.count.
package struct Body: Sendable {
  package internal(set) var operands: [Operand] = []
  package internal(set) var instructions: [Instruction] = []
  package internal(set) var stores: [Store] = []

  package struct Instruction: Sendable, Hashable {
    package let operation: BodyOperation
    /// The type of the operands (for a selection, of the choices).
    package let elementType: ElementType
    package let resultType: ElementType
    package internal(set) var inputs: InlineNumbers
  }

  package struct Store: Sendable, Hashable {
    package internal(set) var value: Int
    package let slot: Slot
    /// True if the slot may be an operand's memory that later instructions still read: then
    /// a tile is written when all of them are done.
    package internal(set) var isDeferred = false
  }

  /// Of shorter rows a number is not read once for all of the row.
  package static let shortestRow = 128

  package func type(of value: Int) -> ElementType {
    value < operands.count
      ? operands[value].elementType : instructions[value - operands.count].resultType
  }

  /// Whether a value is read, and is the same everywhere.
  func isUniform(_ value: Int, over space: Shape) -> Bool {
    guard value < operands.count else { return false }
    return switch operands[value] {
    case .constant: true
    case .memory(let access): access.view.isUniform(space)
    case .core, .iota, .gathered: false
    }
  }

  /// Its instructions, for a listing.
  var names: String { instructions.map(\.operation.name).joined(separator: " ") }

  /// Operations that the body performs for each element.
  package var operationCount: Int {
    var count = 0
    for instruction in instructions { count += instruction.operation.operationCount }
    return count
  }

  var checksIndices: Bool {
    instructions.contains {
      if case .checked = $0.operation { true } else { false }
    }
  }

  /// The slot that takes the core's values as they are, if that is all the body does.
  package var slotOfCore: Slot? {
    guard instructions.isEmpty, operands.count == 1, stores.count == 1, case .core = operands[0]
    else { return nil }
    return stores[0].slot
  }

  /// Adds what its operands read over `space`.
  ///
  /// - Parameter isInStep: whether it is known when all of it has been read: not for a reduction's.
  func addReads(to reads: inout [Read], over space: Shape, isInStep: Bool) {
    for index in operands.indices {
      switch operands[index] {
      case .memory(let access):
        reads.append(
          Read(
            access: access, space: space,
            isInStep: isInStep && access.view.isRowMajor(space)))
      case .gathered(let gather):
        reads.append(Read(access: gather.table, space: nil, isInStep: false))
        reads.append(Read(access: gather.indices, space: nil, isInStep: false))
      case .constant, .iota, .core: break
      }
    }
  }

  /// Defers stores over what a later instruction reads.
  ///
  /// - Parameter donors: for each store what it is written over.
  mutating func deferStores(over donors: [Slot?]) {
    for index in stores.indices {
      guard let donor = donors[index] else { continue }
      let producer = stores[index].value - operands.count
      stores[index].isDeferred = instructions.indices.contains { later in
        later > producer
          && instructions[later].inputs.contains {
            $0 < operands.count && operands[$0].reads(donor)
          }
      }
    }
  }
}

/// Where a body's numbers come from.
package enum Operand: Sendable, Hashable {
  case memory(Access)
  /// The bytes of one element: 0 and -0 are equal numbers but different constants.
  case constant(bits: UInt64, ElementType)
  /// offset + Σ index · stride
  case iota(View, ElementType)
  /// What the core of the step made at this position.
  case core(ElementType)
  /// table[b, indices[b, i], rest] over a space of [batch, i, rest]; both in row-major order.
  case gathered(GatherOperand)

  package var elementType: ElementType {
    switch self {
    case .memory(let access): access.elementType
    case .constant(_, let type), .iota(_, let type), .core(let type): type
    case .gathered(let gather): gather.table.elementType
    }
  }

  func reads(_ slot: Slot) -> Bool {
    switch self {
    case .memory(let access): access.slot == slot
    case .gathered(let gather): gather.table.slot == slot || gather.indices.slot == slot
    case .constant, .iota, .core: false
    }
  }
}

package struct GatherOperand: Sendable, Hashable {
  package let table: Access
  package let indices: Access
  /// Rows of the table for each index of the batch axes.
  package let count: Int
  /// Indices for each index of the batch axes.
  package let indexCount: Int
  /// Elements of a row.
  package let rest: Int
}

/// Examples that draw with a key each. The halves of the number that an example has folded in are
/// the instruction's inputs, the same for all its elements.
package struct RandomExamples: Sendable, Hashable {
  /// Elements of one.
  package let elementCount: Int
  /// What else is folded in.
  package let folded: [UInt64]
}

/// What one instruction does to one element.
package enum BodyOperation: Sendable, Hashable {
  case unary(Unary)
  case binary(Binary)
  case comparison(Comparison)
  case selection
  case conversion
  /// Several in one pass over the tile.
  case merged(MergedOperation)
  /// Stops the evaluation at an index outside 0 ..< count.
  case checked(count: Int, use: IndexUse)
  /// A random number that depends on the key in a parameter and on the element's position; or on a
  /// key for each example and on the position in it.
  case random(RandomDistribution, parameter: Int, of: RandomExamples? = nil)

  /// The one that a pointwise operation is. Inlined, it looks at the operation where it stands.
  ///
  /// - Parameter parameter: where its key is, for random numbers.
  @inline(__always)
  init(_ operation: Operation, parameter: Int) {
    switch operation {
    case .unary(let unary): self = .unary(unary)
    case .binary(let binary): self = .binary(binary)
    case .comparison(let comparison): self = .comparison(comparison)
    case .selection: self = .selection
    case .conversion: self = .conversion
    case .identity(.checked(let count, let use)): self = .checked(count: count, use: use)
    case .random(let distribution, let key, let example):
      self = .random(
        distribution, parameter: parameter,
        of: example.map {
          RandomExamples(
            elementCount: $0.shape.elementCount, folded: key.example?.folded ?? [])
        })
    case .creation, .identity, .reduction, .scan, .contraction, .movement, .gathering:
      preconditionFailure("\(operation.name) is not computed element by element")
    }
  }

  package var name: String {
    switch self {
    case .unary(let unary): unary.symbol
    case .binary(let binary): binary.symbol
    case .comparison(let comparison): comparison.symbol
    case .selection: "select"
    case .conversion: "convert"
    case .merged(let merged): merged.name
    case .checked: "check"
    case .random(let distribution, _, _): distribution.symbol
    }
  }

  var operationCount: Int {
    if case .merged(let merged) = self { merged.operations.count } else { 1 }
  }
}
