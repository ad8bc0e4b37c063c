// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

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

extension ScatterCore: StepCore {
  var madeType: ElementType? { values.elementType }

  func addReads(to reads: inout [Read]) {
    reads.append(Read(access: values, space: nil, isInStep: false))
    reads.append(Read(access: indices, space: nil, isInStep: false))
  }

  func partCount(elements: Int) -> Int { 1 }

  func operationCount(elements: Int) -> Int { batch * updates * rest }

  func description(_ name: (Slot) -> String) -> String {
    "scatterAdd \(updates) rows into \(count)"
  }
}
