// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// a: [batch..., rows, inner], b: [batch..., inner, columns]; the views have these axes.
package struct ContractionCore: Sendable {
  package let a: Access
  package let b: Access
  package let elementType: ElementType
  package let batch: Shape
  package let rows: Int
  package let inner: Int
  package let columns: Int
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

  package var space: Shape { batch + [rows, columns] }
  /// Whether there is more than one product.
  private var isBatched: Bool { batch.elementCount > 1 }
}

extension ContractionCore: StepCore {
  var madeType: ElementType? { elementType }

  func addReads(to reads: inout [Read]) {
    // Rows of the step are rows of one matrix, or matrices.
    reads.append(Read(access: a, space: batch + [rows, inner], isInStep: false))
    let right = isBatched ? batch + [inner, columns] : nil
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

  func partCount(elements: Int) -> Int { isBatched ? batch.elementCount : rows }

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

  func productCount(elements: Int) -> Int { 2 * inner * elements }

  func streamedCount(elements: Int) -> Int {
    let ofEachMatrix = isBatched ? (rows + columns) * inner : rows * inner
    return batch.elementCount * ofEachMatrix + elements
  }

  func description(_ name: (Slot) -> String) -> String {
    let left = batch + [rows, inner], right = batch + [inner, columns]
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
