// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// The prologue's last value, over [outer, reduced, inner], reduced to [outer, inner].
package struct ReductionCore: Sendable {
  /// What is reduced serially; longer axes are cut. Columns sooner, so that threads can share them
  /// where there is nothing else to share. The same in a batch as alone.
  package var segmentLength: Int {
    if reduction.combination == nil { return max(reduced, 1) }
    return inner > 1 ? 1024 : 4096
  }

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

extension ReductionCore: StepCore {
  var madeType: ElementType? { resultType }

  func addReads(to reads: inout [Read]) {
    prologue.addReads(to: &reads, over: space, isInStep: false)
  }

  var readCount: Int { prologue.operands.count }

  func addWrites(to writes: inout [Write]) {
    for store in prologue.stores {
      writes.append(Write(slot: store.slot, elementCount: space.elementCount))
    }
  }

  var checksIndices: Bool { prologue.checksIndices }

  func partCount(elements: Int) -> Int {
    reduced <= segmentLength ? outer : 1
  }

  func operationCount(elements: Int) -> Int {
    (prologue.operationCount + 1) * space.elementCount
  }

  func streamedCount(elements: Int) -> Int { space.elementCount }

  func description(_ name: (Slot) -> String) -> String {
    let term = rowTerm, before = (term?.rest ?? prologue).names
    let symbol = term.map { "(\($0.operation.symbol) \(reduction.symbol))" } ?? reduction.symbol
    return (before.isEmpty ? "" : "\(before), then ") + "\(symbol) of \(space)"
  }
}
