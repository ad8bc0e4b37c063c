// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension Plan {
  /// About how many bytes the plan itself takes: what bounds how many are kept.
  package var byteCount: Int {
    MemoryLayout<Step>.stride * steps.count + MemoryLayout<Phase>.stride * phases.count
      + MemoryLayout<Buffer>.stride * buffers.count
      + MemoryLayout<(type: ElementType, shape: Shape)>.stride * arguments.count
      + MemoryLayout<Output>.stride * outputs.count
      + steps.reduce(0) { $0 + $1.ownByteCount }
  }
}

extension Step {
  /// What its arrays take.
  fileprivate var ownByteCount: Int {
    guard case .reduction(let reduction) = core else { return body.ownByteCount }
    return body.ownByteCount + reduction.prologue.ownByteCount
  }
}

extension Body {
  fileprivate var ownByteCount: Int {
    MemoryLayout<Operand>.stride * operands.count
      + MemoryLayout<Instruction>.stride * instructions.count
      + MemoryLayout<Store>.stride * stores.count
  }
}
