// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// a: [batch..., rows..., inner...], b: [batch..., inner..., columns...]. Axes of a group
/// that follow each other in memory are one: so each operand has as few as its view allows,
/// mostly one of a group.
package struct ContractionCore: Sendable {
  /// Over batch, `rowAxes`, `innerAxesOfA`.
  package let a: Access
  /// Over batch, `innerAxesOfB`, `columnAxes`.
  package let b: Access
  package let elementType: ElementType
  package let batch: Shape
  package let rows: Int
  package let inner: Int
  package let columns: Int
  /// The result's shape, and how many of its last axes are columns.
  package let space: Shape
  let columnRank: Int
  /// The axes of the groups, where some operand has not one of each: rows, inner of a
  /// and of b, columns.
  private let axes: [Shape]?
  /// What becomes of each element of the product on its way to memory.
  package internal(set) var ending = Ending.none

  /// With one of them the body has nothing left to do but to store.
  package enum Ending: Sendable {
    case none
    /// product + bias, the same bias [columns] for every row.
    case bias(Access)
    /// minuend - factor · product: a step of gradient descent. For an inner extent of 1.
    case update(minuend: Access, factor: Access)
  }

  /// Whether it is an outer product whose a stands in one column, its b in one row.
  package var isOuter: Bool {
    inner == 1 && rowAxes.rank == 1
      && (columns == 1 || columnAxes.rank == 1 && b.view.strides.last == 1)
  }

  /// Whether there is more than one product.
  private var isBatched: Bool { batch.elementCount > 1 }
  package var rowAxes: Shape { axes?[0] ?? axis(rows) }
  package var innerAxesOfA: Shape { axes?[1] ?? axis(inner) }
  package var innerAxesOfB: Shape { axes?[2] ?? axis(inner) }
  package var columnAxes: Shape { axes?[3] ?? axis(columns) }
  /// A literal would be an array first.
  private func axis(_ extent: Int) -> Shape { Shape(repeating: extent, rank: 1) }

  /// - Parameters:
  ///   - a: over [batch..., rows..., inner...], of `shape`.
  ///   - b: over [batch..., inner..., columns...].
  init(
    a: Access, _ shape: Shape, b: Access, batch batchRank: Int, rows rowRank: Int,
    space: Shape, _ elementType: ElementType
  ) {
    let batch = shape.leading(batchRank), inner = shape.droppingLeading(batchRank + rowRank)
    let columns = space.droppingLeading(batchRank + rowRank)
    let ofA = a.view.merged(
      behind: batchRank, space.leading(batchRank + rowRank).droppingLeading(batchRank), inner)
    let ofB = b.view.merged(behind: batchRank, inner, columns)
    self.a = Access(slot: a.slot, elementType: a.elementType, view: ofA.view)
    self.b = Access(slot: b.slot, elementType: b.elementType, view: ofB.view)
    self.batch = batch
    rows = ofA.first.elementCount
    self.inner = ofA.second.elementCount
    self.columns = ofB.second.elementCount
    let isMatrices =
      ofA.first.rank == 1 && ofA.second.rank == 1 && ofB.first.rank == 1 && ofB.second.rank == 1
    axes = isMatrices ? nil : [ofA.first, ofA.second, ofB.first, ofB.second]
    self.space = space
    columnRank = columns.rank
    self.elementType = elementType
  }
}

extension View {
  /// The view with the axes of two groups merged where they follow each other in memory, and the
  /// extents that each group has then: one at least.
  fileprivate func merged(
    behind batch: Int, _ first: Shape, _ second: Shape
  ) -> (view: View, first: Shape, second: Shape) {
    if first.rank == 1, second.rank == 1 { return (self, first, second) }
    var strides = self.strides.leading(batch)
    let one = merge(first, from: batch, into: &strides)
    let two = merge(second, from: batch + first.rank, into: &strides)
    return (View(offset: offset, strides: strides), one, two)
  }

  private func merge(_ extents: Shape, from axis: Int, into strides: inout Shape) -> Shape {
    if extents.elementCount == 0 {
      strides.append(1)
      return [0]
    }
    var merged = Shape()
    for index in 0..<extents.rank where extents[index] != 1 {
      let extent = extents[index], stride = self.strides[axis + index]
      if merged.rank > 0, strides[strides.rank - 1] == stride * extent {
        merged[merged.rank - 1] *= extent
        strides[strides.rank - 1] = stride
      } else {
        merged.append(extent)
        strides.append(stride)
      }
    }
    if merged.rank == 0 {
      merged.append(1)
      strides.append(extents.rank == 0 ? 0 : self.strides[axis + extents.rank - 1])
    }
    return merged
  }
}

extension ContractionCore: StepCore {
  var madeType: ElementType? { elementType }

  func addReads(to reads: inout [Read]) {
    // Rows of the step are rows of one matrix, or matrices.
    reads.append(Read(access: a, space: batch + rowAxes + innerAxesOfA, isInStep: false))
    let right = isBatched && !areShared ? batch + innerAxesOfB + columnAxes : nil
    reads.append(Read(access: b, space: right, isInStep: false))
    switch ending {
    case .none: break
    case .bias(let bias): reads.append(Read(access: bias, space: space, isInStep: false))
    case .update(let minuend, let factor):
      reads.append(Read(access: minuend, space: space, isInStep: true))
      reads.append(Read(access: factor, space: space, isInStep: false))
    }
  }

  var namesWhatItReads: Bool { true }

  /// A few large products are shared by all threads: by rows of each, if all of b, which is copied
  /// before, is little beside what has these rows; else one after the other.
  func partCount(elements: Int) -> Int {
    if !isBatched { return rows }
    if !areShared { return batch.elementCount }
    return 4 * min(inner, columns) <= rows ? batch.elementCount * rows : 1
  }

  var wholeCount: Int { areShared ? batch.elementCount : 1 }

  private var areShared: Bool {
    isBatched && batch.elementCount < Self.many
      && Double(rows) * Double(inner) * Double(columns) > Self.largeProduct
  }

  /// As many products as keep the threads of a large machine busy, and multiplications that take
  /// some 20 microseconds.
  private static let many = 16
  private static let largeProduct = 0x1p21

  var matrixRowCount: Int { batch.elementCount * rows }

  func operationCount(elements: Int) -> Int {
    let each =
      switch ending {
      case .none: 0
      case .bias: 1
      case .update: 2
      }
    return productCount(elements: elements) + each * elements
  }

  func productCount(elements: Int) -> Int {
    let (count, overflow) = (2 * inner).multipliedReportingOverflow(by: elements)
    return overflow ? Self.mostCounted : min(count, Self.mostCounted)
  }

  /// Operations of more than anybody waits for: so sums of them are numbers.
  private static let mostCounted = 1 << 56

  var readByAllRows: SharedMatrix? {
    isBatched ? nil : SharedMatrix(access: b, rows: innerAxesOfB, columns: columnAxes)
  }

  func streamedCount(elements: Int) -> Int {
    let ofEachMatrix = isBatched ? (rows + columns) * inner : rows * inner
    return batch.elementCount * ofEachMatrix + elements
  }

  func description(_ name: (Slot) -> String) -> String {
    let left = batch + rowAxes + innerAxesOfA, right = batch + innerAxesOfB + columnAxes
    let product = "matmul \(name(a.slot)) \(left) • \(name(b.slot)) \(right)"
    return switch ending {
    case .none: product
    case .bias(let bias): "\(product) + \(name(bias.slot))"
    case .update(let minuend, let factor):
      "\(name(minuend.slot)) - \(name(factor.slot)) * \(product)"
    }
  }

  /// The body that adds a bias, for kernels that cannot.
  package func bodyAdding(_ bias: Access, into slot: Slot) -> Body {
    var body = Body()
    body.operands = [.core(elementType), .memory(bias)]
    body.instructions = [
      Body.Instruction(
        operation: .binary(.add), elementType: elementType, resultType: elementType,
        inputs: InlineNumbers([0, 1]))
    ]
    body.stores = [Body.Store(value: 2, slot: slot)]
    return body
  }
}
