// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// The main work of a step, a file for each kind. Passes and listings ask `kind`; nobody else tells
/// kinds apart but `Step`, which asks everything at once, and Runtime, where it makes
/// them ready to run.
package indirect enum Core: Sendable {
  /// The body works on stored numbers only.
  case pointwise
  case contraction(ContractionCore)
  case reduction(ReductionCore)
  case scan(ScanCore)
  case sort(SortCore)
  case scatterAdd(ScatterCore)
  case placed(PlacedCore)

  var kind: any StepCore {
    switch self {
    case .pointwise: PointwiseCore()
    case .contraction(let core): core
    case .reduction(let core): core
    case .scan(let core): core
    case .sort(let core): core
    case .scatterAdd(let core): core
    case .placed(let core): core
    }
  }

  /// What it does to each element that it takes in, if it is a kind that does anything.
  var prologue: Body? {
    switch self {
    case .reduction(let core): core.prologue
    case .pointwise, .contraction, .scan, .sort, .scatterAdd, .placed: nil
    }
  }
}

/// What passes and listings ask a core.
protocol StepCore: Sendable {
  /// The type of what it makes for each element of the step; nil if it makes nothing.
  var madeType: ElementType? { get }
  /// Adds what it reads by itself.
  func addReads(to reads: inout [Read])
  /// How much that is, about: room for it is made at once.
  var readCount: Int { get }
  /// Whether it checks indices, besides what the body of the step does.
  var checksIndices: Bool { get }
  /// Adds what it writes besides the results of the step.
  func addWrites(to writes: inout [Write])
  /// In how many equal parts, one after the other, it makes the step's results, each by itself;
  /// they can be taken together. 1 if it makes all of them at once.
  func partCount(elements: Int) -> Int
  /// Of how many its rows must be a multiple, and more: those of which a thread would have too much
  /// if it made a whole one. 1 if there are none.
  var wholeCount: Int { get }
  /// Rows of all matrices that it multiplies, which are cut into tiles; 0 if it does not.
  var matrixRowCount: Int { get }
  /// Additions, multiplications and other operations for a result of `elements` elements.
  func operationCount(elements: Int) -> Int
  /// Which of these are those of a product, whose kernels are several times as fast.
  func productCount(elements: Int) -> Int
  /// Elements that it streams through, about: what decides how many rows stay in cache.
  func streamedCount(elements: Int) -> Int
  /// The matrix that each of its rows reads whole; nil if there is none.
  var readByAllRows: SharedMatrix? { get }
  /// For a listing: empty if there is nothing to say.
  func description(_ name: (Slot) -> String) -> String
  /// Whether the description names what it reads.
  var namesWhatItReads: Bool { get }
}

extension StepCore {
  var readCount: Int { 2 }
  var checksIndices: Bool { false }
  func addWrites(to writes: inout [Write]) {}
  var namesWhatItReads: Bool { false }
  var wholeCount: Int { 1 }
  var matrixRowCount: Int { 0 }
  func productCount(elements: Int) -> Int { 0 }
  func streamedCount(elements: Int) -> Int { elements }
  var readByAllRows: SharedMatrix? { nil }
}

/// A matrix that all rows of a product are multiplied by.
package struct SharedMatrix: Hashable {
  /// Over the axes of its rows, then of its columns.
  let access: Access
  let rows: Shape
  let columns: Shape

  var byteCount: Int {
    rows.elementCount * columns.elementCount * access.elementType.byteCount
  }
}

/// A slot that a step fills.
package struct Write: Sendable {
  package let slot: Slot
  package let elementCount: Int
}

/// No core: the body does all.
struct PointwiseCore: StepCore {
  var madeType: ElementType? { nil }
  func addReads(to reads: inout [Read]) {}
  func partCount(elements: Int) -> Int { elements }
  func operationCount(elements: Int) -> Int { 0 }
  func description(_ name: (Slot) -> String) -> String { "" }
}
