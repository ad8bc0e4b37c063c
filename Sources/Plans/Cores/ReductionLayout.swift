// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// How a reduction walks over its input: as [outer, reduced, inner]. If the reduced axes do not
/// stand together they are moved to the end, behind those that stay.
struct ReductionLayout {
  let outer: Int, reduced: Int, inner: Int
  let isInOrder: Bool
  /// The input's axes in the order of the walk.
  let order: Shape

  init(_ shape: Shape, _ axes: AxisSet) {
    let reducedAxes = axes.sorted
    let first = reducedAxes.first ?? 0, last = reducedAxes.last ?? -1
    isInOrder = last - first + 1 == reducedAxes.count
    func count(_ axes: some Sequence<Int>) -> Int { axes.reduce(1) { $0 * shape[$1] } }
    reduced = count(reducedAxes)
    if isInOrder {
      (outer, inner) = (count(0..<first), count((last + 1)..<max(shape.rank, last + 1)))
      order = Shape(0..<shape.rank)
    } else {
      let kept = shape.indices.filter { !axes.contains($0) }
      (outer, inner) = (count(kept), 1)
      order = Shape(kept + reducedAxes)
    }
  }
}
