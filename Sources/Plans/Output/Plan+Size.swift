// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension Plan {
  /// About how many bytes the plan itself takes: what bounds how many are kept.
  package var byteCount: Int {
    var count = Plan.byteCount(of: steps) + Plan.byteCount(of: buffers)
    count += Plan.byteCount(of: arguments) + Plan.byteCount(of: outputs)
    for index in steps.indices {
      count += Plan.byteCount(of: steps[index].reads) + Plan.byteCount(of: steps[index].filled)
      count += MemoryLayout<ReductionCore>.size + Plan.byteCount(of: steps[index].body)
      if let prologue = steps[index].core.prologue { count += Plan.byteCount(of: prologue) }
    }
    return count
  }

  private static func byteCount(of body: Body) -> Int {
    byteCount(of: body.operands) + byteCount(of: body.instructions) + byteCount(of: body.stores)
  }

  /// What an array takes in memory: with the words in front of its elements and those of `malloc`.
  private static func byteCount<Element>(of array: [Element]) -> Int {
    array.isEmpty ? 0 : 48 + array.count * MemoryLayout<Element>.stride
  }
}
