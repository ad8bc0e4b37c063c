// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// Elements along one axis, each made of the one before it and of x: see `Scan`.
package struct ScanCore: Sendable {
  package let scan: Scan
  /// Over the space, in order.
  package let x: Access
  /// What a recurrence multiplies by, likewise.
  package let factors: Access?
  package let space: Shape
  package let axis: Int
  /// Whether it goes from the last element to the first.
  package let isReversed: Bool
}

extension ScanCore: StepCore {
  var madeType: ElementType? { x.elementType }

  func addReads(to reads: inout [Read]) {
    reads.append(Read(access: x, space: space, isInStep: false))
    if let factors { reads.append(Read(access: factors, space: space, isInStep: false)) }
  }

  func partCount(elements: Int) -> Int { space.leading(axis).elementCount }

  func operationCount(elements: Int) -> Int { scan.operationCount(on: space, axis: axis) }

  func description(_ name: (Slot) -> String) -> String {
    scan.description(axis: axis, isReversed: isReversed)
  }
}

extension Shape {
  /// A tensor as [outer, extent, inner], whose middle axis is this one.
  package func split(at axis: Int) -> (outer: Int, extent: Int, inner: Int) {
    (leading(axis).elementCount, self[axis], droppingLeading(axis + 1).elementCount)
  }
}
