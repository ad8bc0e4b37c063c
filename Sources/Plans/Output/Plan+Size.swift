// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension Plan {
  /// About how many bytes the plan itself takes: what bounds how many are kept.
  package var byteCount: Int {
    steps.allocatedByteCount + phases.allocatedByteCount + buffers.allocatedByteCount
      + arguments.allocatedByteCount + outputs.allocatedByteCount
      + steps.reduce(0) { $0 + $1.ownByteCount }
  }
}

extension Array {
  /// What the array takes in memory: with the words in front of its elements and those of `malloc`.
  fileprivate var allocatedByteCount: Int {
    isEmpty ? 0 : 48 + count * MemoryLayout<Element>.stride
  }
}

extension Step {
  /// What its arrays take.
  fileprivate var ownByteCount: Int {
    ([body] + core.kind.bodies).reduce(
      reads.allocatedByteCount + filled.allocatedByteCount
    ) {
      $0 + $1.operands.allocatedByteCount + $1.instructions.allocatedByteCount
        + $1.stores.allocatedByteCount
    }
  }
}
