// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// One step: a core that makes numbers (a product, a reduction), and a body that works on each
/// of them while it is at hand and stores what is needed later.
package struct Step: Sendable {
  package let core: Core
  /// The shape over which the body runs.
  package let space: Shape
  package internal(set) var body: Body
  /// All memory that the step reads.
  package let reads: [Read]
  /// All slots that the step fills, those of the body first.
  package let filled: [Write]
  /// Additions, multiplications and other pointwise operations that the step performs.
  package let floatingPointOperations: Int
  /// Which of them are those of a product.
  package let productCount: Int
  /// Elements that the step streams through, about.
  package let streamedCount: Int
  package let checksIndices: Bool
  /// See `StepCore`.
  let matrixRowCount: Int
  private let partCount: Int
  private let wholeCount: Int

  package init(core: Core, space: Shape, body: Body) {
    // Not `core.kind`: what is asked here is asked of each new plan, and a box takes
    // longer than answers.
    switch core {
    case .pointwise: self.init(core, PointwiseCore(), space, body)
    case .contraction(let kind): self.init(core, kind, space, body)
    case .reduction(let kind): self.init(core, kind, space, body)
    case .scan(let kind): self.init(core, kind, space, body)
    case .sort(let kind): self.init(core, kind, space, body)
    case .scatterAdd(let kind): self.init(core, kind, space, body)
    case .placed(let kind): self.init(core, kind, space, body)
    }
  }

  private init(_ core: Core, _ kind: some StepCore, _ space: Shape, _ body: Body) {
    self.core = core
    self.space = space
    self.body = body
    let elements = space.elementCount
    var reads: [Read] = [], filled: [Write] = []
    reads.reserveCapacity(body.operands.count + kind.readCount)
    kind.addReads(to: &reads)
    body.addReads(to: &reads, over: space, isInStep: true)
    filled.reserveCapacity(body.stores.count)
    for store in body.stores { filled.append(Write(slot: store.slot, elementCount: elements)) }
    kind.addWrites(to: &filled)
    self.reads = reads
    self.filled = filled
    floatingPointOperations =
      body.operationCount * elements + kind.operationCount(elements: elements)
    productCount = kind.productCount(elements: elements)
    streamedCount = kind.streamedCount(elements: elements)
    checksIndices = body.checksIndices || kind.checksIndices
    matrixRowCount = kind.matrixRowCount
    partCount = elements == 0 ? 1 : kind.partCount(elements: elements)
    wholeCount = kind.wholeCount
  }

  package var writes: [Slot] { filled.map(\.slot) }

  /// See `StepCore`.
  package var readByAllRows: SharedMatrix? { core.kind.readByAllRows }

  /// Memory that is read at other positions than the one the body is working on.
  package var readsOutOfStep: [Read] { reads.filter { !$0.isInStep } }

  /// Whether the step makes each of `rows` equal parts of its results, one after the other in
  /// row-major order, by itself.
  package func goesByRows(_ rows: Int) -> Bool {
    partCount.isMultiple(of: rows)
      && (wholeCount == 1 || rows > wholeCount && rows.isMultiple(of: wholeCount))
  }

  /// Whether each of `rows` rows reads, of a slot of `count` elements, only those of the same row.
  package func reads(_ slot: Slot, byRows rows: Int, of count: Int) -> Bool {
    reads.indices.allSatisfy { reads[$0].slot != slot || reads[$0].isByRows(rows, of: count) }
  }

  private static let fewRows = 16

  /// Adds by how many rows a phase may go that the step is in, if they are new: its leading axis,
  /// or the leading two, whose rows are fewer numbers at a time; more if those are still few.
  func addRowCounts(to counts: inout [Int]) {
    if partCount <= 1 { return }
    var rows = 1, axes = 0
    for axis in 0..<space.rank where space[axis] > 1 && (axes < 2 || rows < Self.fewRows) {
      rows *= space[axis]
      axes += 1
      if !partCount.isMultiple(of: rows) { return }
      if goesByRows(rows), !counts.contains(rows) { counts.append(rows) }
    }
  }
}

extension Read {
  /// True if each of `rows` rows reads, of what a step fills, only elements of the same row.
  package func isByRows(_ rows: Int, of filled: [Write]) -> Bool {
    guard let written = filled.first(where: { $0.slot == slot }) else { return false }
    return isByRows(rows, of: written.elementCount)
  }

  /// True if each of `rows` rows reads, of `count` elements, only those of the same row.
  package func isByRows(_ rows: Int, of count: Int) -> Bool {
    space.map { access.view.isByRows(rows, over: $0, of: count) } ?? false
  }
}

extension View {
  /// Whether each of `rows` equal parts of `shape`, in row-major order, sees only the same part of
  /// `count` elements.
  func isByRows(_ rows: Int, over shape: Shape, of count: Int) -> Bool {
    let length = count / rows
    // Rows that are not yet axes that were passed, and the elements of a row that can be seen.
    var rest = rows, lowest = offset, highest = offset
    for axis in 0..<shape.rank {
      var extent = shape[axis]
      if rest > 1, extent > 1 {
        if rest.isMultiple(of: extent) {
          rest /= extent
          if strides[axis] != length * rest { return false }
          continue
        }
        guard extent.isMultiple(of: rest) else { return false }
        extent /= rest
        if strides[axis] * extent != length { return false }
        rest = 1
      }
      let reach = (extent - 1) * strides[axis]
      lowest += min(reach, 0)
      highest += max(reach, 0)
    }
    return rest == 1 && count.isMultiple(of: rows) && lowest >= 0 && highest < length
  }
}
