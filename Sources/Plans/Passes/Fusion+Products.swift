// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

// What many products read: the steps of a recurrence multiply by one matrix, and by its transpose
// on the way back, which every one of them would copy for its kernel.

extension Program {
  /// The entries that are the right operand of several products; empty if there are none.
  var readByManyProducts: [Bool] {
    var counts: [UInt8] = []
    for index in entries.indices {
      guard case .contraction = entries[index].operation else { continue }
      if counts.isEmpty { counts = [UInt8](filled: 0, count: entries.count) }
      let operand = entries[index].inputs[1]
      counts[operand] = min(counts[operand] + 1, Fusion.manyProducts)
    }
    return counts.contains(Fusion.manyProducts) ? counts.map { $0 == Fusion.manyProducts } : []
  }
}

extension Fusion {
  /// From so many on one copy is made for all of them.
  fileprivate static let manyProducts: UInt8 = 4

  /// Whether many products read a view whose rows do not stand together.
  func isPackedByMany(_ entry: Int) -> Bool {
    guard !isReadByMany.isEmpty, isReadByMany[entry],
      case .entry(_, let view) = source(of: entry), let stride = view.strides.last
    else { return false }
    return stride != 1 && program.entries[entry].shape.last! > 1
  }
}
