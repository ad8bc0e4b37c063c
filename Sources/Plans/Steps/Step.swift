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
  /// The leading extent, if the step goes by rows of it: makes the elements of each by themselves.
  package let rowCount: Int?

  package init(core: Core, space: Shape, body: Body) {
    // Not `core.kind`: what is asked here is asked of each new plan, and a box takes longer than answers.
    switch core {
    case .pointwise: self.init(core, PointwiseCore(), space, body)
    case .contraction(let kind): self.init(core, kind, space, body)
    case .reduction(let kind): self.init(core, kind, space, body)
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
    reads.reserveCapacity(body.operands.count + 2)
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
    let rows = space.first ?? 1
    rowCount = rows > 1 && elements > 0 && kind.goesByRows(rows) ? rows : nil
  }

  package var writes: [Slot] { filled.map(\.slot) }

  /// Memory that is read at other positions than the one the body is working on.
  package var readsOutOfStep: [Read] { reads.filter { !$0.isInStep } }

  /// True if the elements of row r of the space are made by themselves, for each r below `rows`.
  package func goesByRows(_ rows: Int) -> Bool { rowCount == rows }

}

extension Read {
  /// True if each row reads, of what a step fills, only elements of the same row.
  package func isByRows(_ rows: Int, of filled: [Write]) -> Bool {
    guard let shape = space, shape.first == rows,
      let written = filled.first(where: { $0.slot == slot })
    else { return false }
    let view = access.view, length = written.elementCount / rows
    // The first and the last element of a row in memory, whatever the directions of its axes.
    var first = view.offset, last = view.offset
    for axis in 1..<max(shape.rank, 1) {
      let distance = (shape[axis] - 1) * view.strides[axis]
      if distance < 0 { first += distance } else { last += distance }
    }
    return view.strides[0] == length && first >= 0 && last < length
  }
}
