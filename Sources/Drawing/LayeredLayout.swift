// SPDX-License-Identifier: Apache-2.0

/// Where the items of an order stand from left to right: close to what they are linked to, in
/// order, and never closer to each other than their widths allow.
struct LayeredLayout {
  /// The x of each item's anchor; the leftmost item begins at 0.
  private(set) var anchors: [Double]
  private(set) var width = 0.0

  /// Room that an item takes on both sides of its anchor, and how much it wants to be straight
  /// below and above what it is linked to.
  struct Extent {
    let left, right, weight: Double
  }

  private let order: LayeredOrder
  private let extents: [Extent]
  private static let gap = 18.0, sweeps = 200

  init(_ order: LayeredOrder, extents: [Extent]) {
    self.order = order
    self.extents = extents
    anchors = [Double](repeating: 0, count: extents.count)
    for row in order.rows {
      var x = 0.0
      for item in row {
        anchors[item] = x + extents[item].left
        x += extents[item].left + extents[item].right + LayeredLayout.gap
      }
    }
    for sweep in 0..<LayeredLayout.sweeps {
      let isDown = sweep % 2 == 0
      for row in isDown ? Array(order.rows.indices) : order.rows.indices.reversed() {
        place(row)
      }
    }
    let items = order.rows.joined()
    let left = items.map { anchors[$0] - extents[$0].left }.min() ?? 0
    for item in items { anchors[item] -= left }
    width = items.map { anchors[$0] + extents[$0].right }.max() ?? 0
  }

  /// Moves a row's items to the mean of their links' anchors as far as order and widths allow:
  /// the nearest such places in the sense of least squares.
  private mutating func place(_ row: Int) {
    let items = order.rows[row]
    // Without the widths before them, places only have to be in order.
    var offset = 0.0, offsets: [Double] = [], wanted: [Double] = [], weights: [Double] = []
    for (position, item) in items.enumerated() {
      if position > 0 {
        offset += extents[items[position - 1]].right + extents[item].left + LayeredLayout.gap
      }
      let linked = order.above[item] + order.below[item]
      let total = linked.reduce(0) { $0 + extents[$1].weight }
      let mean =
        linked.isEmpty
        ? anchors[item] : linked.reduce(0) { $0 + anchors[$1] * extents[$1].weight } / total
      offsets.append(offset)
      wanted.append(mean - offset)
      weights.append(linked.isEmpty ? 0.1 : extents[item].weight)
    }
    let places = LayeredLayout.nearestIncreasing(to: wanted, weights: weights)
    for (position, item) in items.enumerated() {
      anchors[item] = places[position] + offsets[position]
    }
  }

  /// The numbers in increasing order that are nearest to the wanted ones in weighted least squares
  /// (pool adjacent violators).
  ///
  /// Source: Ayer, Brunk, Ewing, Reid, Silverman, "An empirical distribution function for sampling
  /// with incomplete information", Annals of Mathematical Statistics 26, 1955.
  static func nearestIncreasing(to wanted: [Double], weights: [Double]) -> [Double] {
    var pools: [(mean: Double, weight: Double, count: Int)] = []
    for (number, weight) in zip(wanted, weights) {
      pools.append((number, weight, 1))
      while pools.count > 1, pools[pools.count - 2].mean > pools[pools.count - 1].mean {
        let last = pools.removeLast(), before = pools.removeLast()
        let weight = before.weight + last.weight
        let mean = (before.mean * before.weight + last.mean * last.weight) / weight
        pools.append((mean, weight, before.count + last.count))
      }
    }
    return pools.flatMap { [Double](repeating: $0.mean, count: $0.count) }
  }
}
