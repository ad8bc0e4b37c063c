// SPDX-License-Identifier: Apache-2.0

/// Items in rows, linked from row to row, and an order within each row in which few links cross.
///
/// Source: Sugiyama, Tagawa, Toda, "Methods for visual understanding of hierarchical system
/// structures", IEEE Transactions on Systems, Man, and Cybernetics 11, 1981.
struct LayeredOrder {
  /// The items of each row from left to right.
  private(set) var rows: [[Int]]
  /// Linked items in the row above and in the row below.
  let above: [[Int]], below: [[Int]]

  /// Orders that are tried, and sweeps down or up of each.
  private static let starts = 12, sweeps = 12

  /// - Parameters:
  ///   - rows: the items of each row.
  ///   - links: pairs of items, the first in the row above that of the second.
  init(rows: [[Int]], links: [(Int, Int)]) {
    let count = (rows.joined().max() ?? -1) + 1
    var above = [[Int]](repeating: [], count: count), below = above
    for (upper, lower) in links {
      above[lower].append(upper)
      below[upper].append(lower)
    }
    self.rows = rows
    self.above = above
    self.below = below
    reduceCrossings()
  }

  /// Sweeps down and up from several starts, the same ones each time, and keeps the best order.
  private mutating func reduceCrossings() {
    var best = rows, fewest = crossings
    var state: UInt64 = 1
    func random(below bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    for start in 0..<LayeredOrder.starts where fewest > 0 {
      if start > 0 {
        for row in rows.indices {
          for last in rows[row].indices.dropFirst().reversed() {
            rows[row].swapAt(last, random(below: last + 1))
          }
        }
      }
      for sweep in 0..<LayeredOrder.sweeps {
        let isDown = sweep % 2 == 0
        for row in isDown ? Array(rows.indices) : rows.indices.reversed() {
          sort(row, by: isDown ? above : below)
        }
      }
      while exchangeNeighbours() {}
      let now = crossings
      if now < fewest { (best, fewest) = (rows, now) }
    }
    rows = best
  }

  /// Exchanges neighbours whose links cross less the other way round; false if there are none.
  private mutating func exchangeNeighbours() -> Bool {
    let place = places
    var isBetter = false
    for row in rows.indices {
      for index in rows[row].indices.dropFirst() {
        let (left, right) = (rows[row][index - 1], rows[row][index])
        func crossings(_ left: Int, _ right: Int) -> Int {
          [above, below].reduce(0) { sum, linked in
            sum
              + linked[left].reduce(0) { count, first in
                count + linked[right].count { place[$0] < place[first] }
              }
          }
        }
        if crossings(right, left) < crossings(left, right) {
          rows[row].swapAt(index - 1, index)
          isBetter = true
        }
      }
      // The other rows were compared with the places of before.
      if isBetter { return true }
    }
    return false
  }

  /// Sorts a row by the mean place of what each item is linked to; items without links stay.
  private mutating func sort(_ row: Int, by neighbours: [[Int]]) {
    let place = places
    let keys = rows[row].enumerated().map { position, item -> (Double, Int, Int) in
      let linked = neighbours[item]
      let mean =
        linked.isEmpty
        ? Double(position)
        : Double(linked.reduce(0) { $0 + place[$1] }) / Double(linked.count)
      return (mean, position, item)
    }
    rows[row] = keys.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.2)
  }

  private var places: [Int] {
    var places = [Int](repeating: 0, count: above.count)
    for row in rows { for (place, item) in row.enumerated() { places[item] = place } }
    return places
  }

  /// Pairs of links between neighbouring rows that cross.
  var crossings: Int {
    let place = places
    return rows.reduce(0) { sum, row in
      let links = row.flatMap { upper in below[upper].map { (place[upper], place[$0]) } }
      var count = 0
      for (index, first) in links.enumerated() {
        for second in links[..<index] where (first.0 - second.0) * (first.1 - second.1) < 0 {
          count += 1
        }
      }
      return sum + count
    }
  }
}
