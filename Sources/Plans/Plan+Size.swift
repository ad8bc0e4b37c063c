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
    let core =
      switch core {
      case .none: 0
      case .contraction(let core): core.a.ownByteCount + core.b.ownByteCount
      case .reduction(let core): core.prologue.ownByteCount
      case .scatterAdd(let core): core.values.ownByteCount + core.indices.ownByteCount
      }
    return core + body.ownByteCount
  }
}

extension Access {
  fileprivate var ownByteCount: Int { view.strides.allocatedByteCount }
}

extension Operand {
  fileprivate var ownByteCount: Int {
    switch self {
    case .memory(let access): access.ownByteCount
    case .padded(let access, let starts, let extents):
      access.ownByteCount + starts.allocatedByteCount + extents.allocatedByteCount
    case .iota(let view, _): view.strides.allocatedByteCount
    case .gathered(let gather): gather.table.ownByteCount + gather.indices.ownByteCount
    case .constant, .core: 0
    }
  }
}

extension Body {
  fileprivate var ownByteCount: Int {
    operands.allocatedByteCount + instructions.allocatedByteCount + stores.allocatedByteCount
      + operands.reduce(0) { $0 + $1.ownByteCount }
  }
}
