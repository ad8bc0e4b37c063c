// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// The elements along one axis in order, or the places where they stood.
package struct SortCore: Sendable {
  /// Over the space, in order.
  package let x: Access
  package let space: Shape
  package let axis: Int
  package let isDescending: Bool
  /// That of x, or Int32 for the places.
  package let resultType: ElementType
  package let givesPositions: Bool
  /// How many elements of each line are read, the first ones: of places no others are made.
  package let count: Int
}

extension SortCore: StepCore {
  private var scan: Scan { givesPositions ? .sortedPositions : .sort }

  var madeType: ElementType? { resultType }

  func addReads(to reads: inout [Read]) {
    reads.append(Read(access: x, space: space, isInStep: false))
  }

  /// One for each index of the axes before.
  func partCount(elements: Int) -> Int { space.leading(axis).elementCount }

  func operationCount(elements: Int) -> Int { scan.operationCount(on: space, axis: axis) }

  func description(_ name: (Slot) -> String) -> String {
    scan.description(axis: axis, isReversed: isDescending)
      + (count < space[axis] ? ", the first \(count)" : "")
  }
}
