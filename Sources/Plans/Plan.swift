// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// What is to be done, in order, with which memory: a graph made ready to run, as data.
///
/// A plan is immutable and holds no numbers; it is made once for a graph's structure and replayed
/// with other numbers. `print(plan)` lists its steps, buffers, bytes and floating-point operations.
public struct Plan: Sendable {
  package var steps: [Step] = []
  /// Which steps may be worked on side by side; they follow each other and cover all steps.
  package var phases: [Phase] = []
  /// Element counts and places of the buffers between steps.
  package var buffers: [Buffer] = []
  package var arguments: [(type: ElementType, shape: Shape)] = []
  package var parameterCount = 0
  /// The results in the order of asking: where each one's numbers are.
  package var results: [Int] = []
  package var outputs: [Output] = []
  /// Bytes of memory that all buffers share.
  package var arenaByteCount = 0

  /// A piece of memory that one step fills and later ones read.
  package struct Buffer: Sendable {
    package let elementType: ElementType
    package let elementCount: Int
    /// Where it begins in the arena, in bytes: a multiple of 64.
    package var offset = 0
    /// The steps during which its memory is its own: whole phases.
    package var firstStep = Int.max
    package var lastStep = -1
    /// From its first use to its last, if the first is in a phase that goes by rows: there it can have
    /// the memory of another buffer with as many bytes a row, after that one's last use.
    package var rowSteps: ClosedRange<Int>?
    package var numberByteCount: Int { elementCount * elementType.byteCount }
    package var byteCount: Int { Plan.padded(numberByteCount) }
  }

  /// Numbers that outlive the run.
  package struct Output: Sendable {
    package let elementType: ElementType
    package let shape: Shape
    /// The argument whose memory it may take over if nobody else holds it.
    package var donor: Int?
  }

  /// Rounds up to whole cache lines.
  package static func padded(_ byteCount: Int) -> Int { (byteCount + 63) & ~63 }
}

/// Where numbers are.
package enum Slot: Sendable, Hashable {
  case argument(Int)
  case parameter(Int)
  case buffer(Int)
  case output(Int)
}

/// Elements of a slot, seen through a view over the space of a step.
package struct Access: Sendable, Hashable {
  package let slot: Slot
  package let elementType: ElementType
  package let view: View
}

/// One step: a core that makes numbers (a product, a reduction), and a body that works on each
/// of them while it is at hand and stores what is needed later.
package struct Step: Sendable {
  package let core: Core
  /// The shape over which the body runs.
  package let space: Shape
  package let body: Body
}

package enum Core: Sendable {
  /// The body works on stored numbers only.
  case none
  case contraction(ContractionCore)
  case reduction(ReductionCore)
  case scatterAdd(ScatterCore)

  package var elementType: ElementType? {
    switch self {
    case .none: nil
    case .contraction(let core): core.elementType
    case .reduction(let core): core.resultType
    case .scatterAdd(let core): core.values.elementType
    }
  }
}

/// a: [batch..., rows, inner], b: [batch..., inner, columns]; the views have these axes.
package struct ContractionCore: Sendable {
  package let a: Access
  package let b: Access
  package let elementType: ElementType
  package let batch: Shape
  package let rows: Int
  package let inner: Int
  package let columns: Int
}

/// The prologue's last value, over [outer, reduced, inner], reduced to [outer, inner].
package struct ReductionCore: Sendable {
  /// What is reduced serially; longer axes are cut.
  package static let segmentLength = 4096

  package let reduction: Reduction
  package let prologue: Body
  /// Which value of the prologue is reduced.
  package let reducedValue: Int
  package let space: Shape
  package let elementType: ElementType
  package let resultType: ElementType
  package let outer: Int
  package let reduced: Int
  package let inner: Int
}

/// result[b, indices[b, i], ...] += values[b, i, ...], in the order of i.
package struct ScatterCore: Sendable {
  /// [batch, i, rest]
  package let values: Access
  /// [batch, i]
  package let indices: Access
  package let batch: Int
  package let count: Int
  package let updates: Int
  package let rest: Int
}

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
    package let inputs: EntryInputs
  }

  package struct Store: Sendable, Hashable {
    package let value: Int
    package let slot: Slot
    /// True if the slot may be an operand's memory that later instructions still read: then
    /// a tile is written when all of them are done.
    package internal(set) var isDeferred = false
  }

  package func type(of value: Int) -> ElementType {
    value < operands.count
      ? operands[value].elementType : instructions[value - operands.count].resultType
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
  /// The accessed block among zeros: inside where starts <= index < starts + extents.
  case padded(Access, starts: [Int], extents: [Int])
  /// table[b, indices[b, i], rest] over a space of [batch, i, rest]; both in row-major order.
  case gathered(GatherOperand)

  package var elementType: ElementType {
    switch self {
    case .memory(let access), .padded(let access, _, _): access.elementType
    case .constant(_, let type), .iota(_, let type), .core(let type): type
    case .gathered(let gather): gather.table.elementType
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

/// What one instruction does to one element.
package enum BodyOperation: Sendable, Hashable {
  case unary(Unary)
  case binary(Binary)
  case comparison(Comparison)
  case selection
  case conversion
  /// Stops the evaluation at an index outside 0 ..< count.
  case checked(count: Int, use: IndexUse)
  /// A random number that depends on the key in a parameter and on the element's position.
  case random(RandomDistribution, parameter: Int)
}
