// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// How an input lies in memory: the same numbers, other strides.
package enum CaseView: CaseIterable, Sendable {
  case transposed
  /// A part of a larger tensor.
  case part
  /// Axes along which all numbers are equal have stride 0.
  case stretched
  /// A part of a transposed one.
  case transposedPart
  /// Negative strides.
  case reversed

  package func value(_ shape: Shape, _ numbers: [Double], _ type: ElementType) -> Value {
    let array = IndexedArray(shape, type, numbers)
    switch self {
    case .transposed: return Self.transposed(array, type)
    case .part: return Self.part(array, type) { .leaf($0, $1, type) }
    case .transposedPart:
      return Self.part(array, type) { Self.transposed(IndexedArray($0, type, $1), type) }
    case .stretched: return Self.stretched(array, type)
    case .reversed:
      return Value.leaf(shape, numbers.reversed(), type).reversed(along: AxisSet(all: shape.rank))
    }
  }

  private static func transposed(_ array: IndexedArray, _ type: ElementType) -> Value {
    let numbers = array.gathered(array.shape.reversed()) { $0.reversed() }
    let leaf = Value.leaf(Shape(array.shape.reversed()), numbers, type)
    return leaf.transposed(Shape(array.shape.indices.reversed()))
  }

  /// Between elements that nobody should read.
  private static func part(
    _ array: IndexedArray, _ type: ElementType, _ whole: (Shape, [Double]) -> Value
  ) -> Value {
    let extents = array.shape.map { $0 + 2 }, other = type.isFloatingPoint ? Double.nan : 1
    let numbers = IndexedArray.indices(of: extents).map { index in
      let inner = index.map { $0 - 1 }
      let isInside = zip(inner, array.shape).allSatisfy { 0 <= $0 && $0 < $1 }
      return isInside ? array[inner] : other
    }
    let starts = Shape(repeating: 1, rank: array.shape.rank)
    return whole(Shape(extents), numbers).sliced(from: starts, extents: array.shape)
  }

  private static func stretched(_ array: IndexedArray, _ type: ElementType) -> Value {
    let all = IndexedArray.indices(of: Array(array.shape))
    let extents = array.shape.indices.map { axis in
      let isEqual = all.allSatisfy { index in
        var first = index
        first[axis] = 0
        return isSame(array[index], array[first])
      }
      return isEqual ? Swift.min(array.shape[axis], 1) : array.shape[axis]
    }
    let leaf = Value.leaf(Shape(extents), array.gathered(extents) { $0 }, type)
    return leaf.expanded(to: array.shape)
  }
}
