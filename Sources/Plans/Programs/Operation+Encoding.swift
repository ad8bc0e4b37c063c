// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension Operation {
  /// True for leaves whose number is an input of the plan.
  var takesParameter: Bool {
    switch self {
    case .creation(.scalar), .random: true
    case .creation, .identity, .unary, .binary, .comparison, .selection, .conversion, .reduction,
      .scan, .contraction, .movement, .gathering:
      false
    }
  }

  /// Writes the operation down, with element type and shape of its result, so that equal words mean
  /// equal operations. Numbers that are inputs of a plan (scalars, random keys) are left out.
  func encode(into words: inout [UInt64], elementType: ElementType, shape: Shape) {
    let type = UInt64(elementType.rawValue) << 24 | UInt64(shape.rank)
    func family(_ number: UInt64, _ leaf: Int = 0) {
      words.append(number << 56 | UInt64(leaf) << 32 | type)
    }
    switch self {
    case .creation(.data): family(1)
    case .creation(.scalar): family(2)
    case .creation(.iota): family(3)
    case .creation(.constant(let number)):
      family(4)
      words.append(number.bitPattern)
    case .random(let distribution, _, nil): family(5, Int(distribution.rawValue))
    case .random(let distribution, let key, let example?):
      family(31, Int(distribution.rawValue))
      let folded = key.example?.folded ?? []
      words.append(UInt64(example.shape.rank) << 32 | UInt64(folded.count))
      words += folded
    case .identity(.checked(let count, let use)):
      family(6, Int(use.rawValue))
      words.append(UInt64(count))
    case .identity: family(7)
    case .unary(let unary): family(8, Int(unary.rawValue))
    case .binary(let binary): family(9, Int(binary.rawValue))
    case .comparison(let comparison): family(10, Int(comparison.rawValue))
    case .selection: family(11)
    case .conversion: family(12)
    case .reduction(let reduction, let axes):
      family(13, Int(reduction.rawValue))
      words.append(axes.mask)
    case .contraction(let batch, 1, 1): family(14, batch)
    case .contraction(let batch, let rows, let inner):
      family(23, batch)
      words.append(UInt64(rows) << 32 | UInt64(inner))
    case .movement(.reshape): family(15)
    case .movement(.expand): family(16)
    case .movement(.transpose(let order)):
      family(17)
      words.append(contentsOf: order.lazy.map { UInt64($0) })
    case .movement(.slice(let place, let dropped)):
      family(18)
      place.encode(into: &words)
      words.append(dropped.mask)
    case .movement(.placed(let places)):
      family(19)
      words.append(UInt64(places.count))
      for place in places { place.encode(into: &words) }
    case .movement(.windows(let windows)):
      family(30, windows.axis)
      words += [windows.size, windows.stride, windows.dilation].map { UInt64($0) }
    case .gathering(.gather, let batchRank): family(20, batchRank)
    case .gathering(.scatterAdd(let count), let batchRank):
      family(21, batchRank)
      words.append(UInt64(count))
    case .scan(let scan, let axis, let isReversed):
      family(22, Int(scan.rawValue) << 1 | (isReversed ? 1 : 0))
      words.append(UInt64(axis))
    }
    for axis in 0..<shape.rank { words.append(UInt64(shape[axis])) }
  }
}

extension Place {
  fileprivate func encode(into words: inout [UInt64]) {
    words.append(UInt64(starts.rank) << 1 | (keepsNeighbours ? 0 : 1))
    words.append(contentsOf: starts.lazy.map { UInt64($0) })
    if keepsNeighbours { return }
    for axis in starts.indices { words.append(UInt64(bitPattern: Int64(stride(axis)))) }
  }
}

extension Node {
  /// Writes operation, element type and shape down.
  func encode(into words: inout [UInt64]) {
    operation.encode(into: &words, elementType: elementType, shape: shape)
  }

  /// The same for a node whose numbers are known: how they were computed does not matter.
  func encodeAsData(into words: inout [UInt64]) {
    Operation.creation(.data()).encode(into: &words, elementType: elementType, shape: shape)
  }
}
