// SPDX-License-Identifier: Apache-2.0

import CPullbackKernels
import PullbackPlans
import PullbackTensors

/// A row term made ready to run: see `RowTerm`.
struct CompiledRowTerm: BitwiseCopyable {
  private let kernel: pb_rows_of
  private let a: Int
  private let b: Int
  /// Where b is that is one for each row, and how far apart those of two rows are.
  private let single: (slot: Int, walk: Walk, distance: Int)?
  private let stored: Int?
  private let length: Int
  private let size: Int

  /// The term of a core's rows and what of the prologue comes before it, if
  /// whole rows of that fit into a tile.
  ///
  /// - Parameter isWide: whether sums are added in Double.
  static func taken(
    from core: borrowing ReductionCore, isWide: Bool, in context: borrowing CompilationContext
  ) -> (term: CompiledRowTerm, rest: CompiledBody)? {
    guard let taken = core.rowTerm,
      let term = CompiledRowTerm(taken, of: core, isWide: isWide, in: context)
    else { return nil }
    let rest = CompiledBody(taken.rest, space: core.space, keeping: term.kept, in: context)
    return core.reduced <= rest.capacity ? (term, rest) : nil
  }

  /// Nil if b does not lie in memory as the kernel takes it.
  private init?(
    _ term: borrowing RowTerm, of core: borrowing ReductionCore, isWide: Bool,
    in context: borrowing CompilationContext
  ) {
    (a, b) = (term.a, term.b)
    length = core.reduced
    size = core.elementType.byteCount
    stored = term.stored.map(context.slots.number)
    let code = term.operation.kernelCode
    kernel = isWide ? pb_rows_of_wide(code) : pb_rows_of_for(code, core.elementType.kernelType)
    if term.operation == .product {
      single = nil
      return
    }
    let operand = CompiledOperand(core.prologue.operands[b], over: core.space, in: context)
    guard case .strided(let slot, let walk) = operand.load,
      let distance = walk.distanceOfRows(of: core.reduced)
    else { return nil }
    single = (slot, walk, distance)
  }

  /// What the rest of the prologue leaves for it.
  var kept: InlineNumbers { single == nil ? [a, b] : [a] }

  /// Adds up `count` rows from `row` on, whose tile `frame` has evaluated.
  func add(
    _ count: Int, from row: Int, _ frame: BodyFrame, into sums: UnsafeMutableRawPointer
  ) {
    // In bounds: as many elements of a, of b where it is a factor, and of the slot as there are
    // positions from the first of the row on; else one of b for each row.
    let first = row * length, a = frame.value(a)
    let made = stored.map { frame.memory.pointer($0) + first * size }
    if let single {
      let b = frame.memory.pointer(single.slot) + single.walk.element(first) * size
      kernel(count, length, sums, a, b, single.distance, made)
    } else {
      kernel(count, length, sums, a, frame.value(b), 0, made)
    }
  }
}

extension RowTerm.Operation {
  fileprivate var kernelCode: pb_term {
    switch self {
    case .product: PB_TERM_PRODUCT
    case .difference: PB_TERM_DIFFERENCE
    case .squaredDifference: PB_TERM_SQUARE
    }
  }
}
