// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// How a reduction walks over its input: as [outer, reduced, inner]. If the reduced axes do not
/// stand together they are moved to the end, behind those that stay.
struct ReductionLayout {
  let outer: Int, reduced: Int, inner: Int
  let isInOrder: Bool
  /// The input's axes in the order of the walk.
  let order: Shape

  init(_ shape: Shape, _ axes: AxisSet, of reduction: Reduction) {
    var outer = 1, reduced = 1, inner = 1, count = 0, kept = Shape(), last = Shape()
    for axis in 0..<shape.rank {
      if axes.contains(axis) {
        reduced *= shape[axis]
        last.append(axis)
        count += 1
      } else {
        kept.append(axis)
        if count == 0 { outer *= shape[axis] } else { inner *= shape[axis] }
      }
    }
    let first = last.first ?? 0
    isInOrder =
      (count == 0 || last[count - 1] - first + 1 == count)
      && (inner == 1 || !reduction.goesAlongRows)
    self.reduced = reduced
    // With nothing to reduce, every element is a row of its own.
    (self.outer, self.inner) =
      isInOrder ? (count == 0 ? (1, outer) : (outer, inner)) : (outer * inner, 1)
    order = isInOrder ? Shape(axesOfRank: shape.rank) : kept + last
  }
}
