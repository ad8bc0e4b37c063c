// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// Numbers in row-major order, read by their index along each axis: slow and plain.
package struct IndexedArray {
  package let shape: Shape
  package let numbers: [Double]
  package let value: Value

  package init(_ shape: Shape, _ type: ElementType, _ numbers: [Double]) {
    self.shape = shape
    self.numbers = numbers
    value = .leaf(shape, numbers, type)
  }

  /// Random numbers; for Int32 large enough to wrap when added up.
  package init(_ shape: Shape, _ type: ElementType, seed: UInt64) {
    var random = SplitMix(seed: seed)
    let scale = type == .int32 ? 1e9 : type == .bool ? 0.6 : 1
    let numbers = random.doubles(shape.elementCount).map {
      type == .bool ? ($0 > scale ? 1 : 0) : Reference.conversion($0 * scale, to: type)
    }
    self.init(shape, type, numbers)
  }

  /// The element at an index, 0 outside.
  package subscript(index: [Int]) -> Double {
    var place = 0
    for (axis, position) in index.enumerated() {
      guard 0 <= position, position < shape[axis] else { return 0 }
      place = place * shape[axis] + position
    }
    return numbers[place]
  }

  /// The elements at places that are functions of an index.
  package func gathered(_ extents: [Int], _ place: ([Int]) -> [Int]) -> [Double] {
    Self.indices(of: extents).map { self[place($0)] }
  }

  package func reduced(along axes: AxisSet, _ reduction: ([Double]) -> Double) -> [Double] {
    let kept = shape.indices.filter { !axes.contains($0) }, reduced = axes.sorted
    return Self.indices(of: kept.map { shape[$0] }).map { outer in
      reduction(
        Self.indices(of: reduced.map { shape[$0] }).map { inner in
          var index = [Int](repeating: 0, count: shape.rank)
          for (axis, position) in zip(kept, outer) { index[axis] = position }
          for (axis, position) in zip(reduced, inner) { index[axis] = position }
          return self[index]
        })
    }
  }

  /// All indices in row-major order.
  package static func indices(of extents: [Int]) -> [[Int]] {
    extents.reduce([[]]) { indices, extent in
      indices.flatMap { index in (0..<extent).map { index + [$0] } }
    }
  }
}
