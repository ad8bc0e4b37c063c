// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// Keys of examples by number, in the order in which they first come, and the examples of each.
struct Strata {
  /// The positions of the examples of each key, in the order given.
  private(set) var members: [[Int]] = []

  /// - Parameter order: the positions in the order in which they are to be seen.
  init<Key: Hashable>(_ keys: [Key], inOrder order: [Int]) {
    var numbers: [Key: Int] = [:]
    for position in order {
      let number = numbers[keys[position], default: members.count]
      if number == members.count {
        numbers[keys[position]] = number
        members.append([])
      }
      members[number].append(position)
    }
  }

  /// How many examples of each key the first part gets: its share, rounded up or down so that they
  /// are `total` together, as far as keys of several examples that are in both parts allow.
  private func counts(share: Double, total: Int) -> [Int] {
    let shares = members.map { members in
      let exact = Double(members.count) * share, nearest = exact.rounded()
      // A product such as 0.29 * 100 is a whole number that rounding has missed.
      return abs(exact - nearest) < 1e-9 * max(exact, 1) ? nearest : exact
    }
    var counts = shares.map { Int($0) }, most = shares.map { Int($0.rounded(.up)) }
    if share > 0, share < 1 {
      for (stratum, members) in members.enumerated() where members.count > 1 {
        counts[stratum] = max(counts[stratum], 1)
        most[stratum] = max(min(most[stratum], members.count - 1), counts[stratum])
      }
    }
    let rounded = members.indices.filter { counts[$0] < most[$0] }.sorted {
      (Double(counts[$0]) - shares[$0], $0) < (Double(counts[$1]) - shares[$1], $1)
    }
    let missing = max(total - counts.reduce(0, +), 0)
    for stratum in rounded.prefix(missing) { counts[stratum] += 1 }
    return counts
  }

  /// Whether each position belongs to the first part, of two: the share of each key's examples.
  func split(_ share: Double, total: Int, of count: Int) -> [Bool] {
    var isFirst = Array(repeating: false, count: count)
    for (members, taken) in zip(members, counts(share: share, total: total)) {
      for position in members.prefix(taken) { isFirst[position] = true }
    }
    return isFirst
  }

  /// The fold of each position. Keys are dealt out one after the other, so that sizes of folds, and
  /// the examples of a key in each, differ by one at most.
  func folds(_ number: Int, of count: Int) -> [Int] {
    var folds = Array(repeating: 0, count: count)
    for (turn, position) in members.joined().enumerated() { folds[position] = turn % number }
    return folds
  }

  /// Whether each position belongs to the first part, of two in which no key stands in both: about
  /// `total` examples in the first one.
  func splitWhole(total: Int, of count: Int) -> [Bool] {
    var isFirst = Array(repeating: false, count: members.count), left = total
    for (number, members) in members.enumerated() where members.count <= left {
      isFirst[number] = true
      left -= members.count
    }
    // One more may come nearer, and the first part is not to be empty if there is something for
    // both.
    let others = members.indices.filter { !isFirst[$0] }
    if others.count > 1, let next = others.min(by: { members[$0].count < members[$1].count }) {
      isFirst[next] = 2 * left > members[next].count || left == total && total > 0
    }
    var result = Array(repeating: false, count: count)
    for (number, members) in members.enumerated() where isFirst[number] {
      for position in members { result[position] = true }
    }
    return result
  }

  /// The fold of each position, where no key stands in two folds: the largest key first, each
  /// into the smallest fold so far.
  func foldsWhole(_ number: Int, of count: Int) -> [Int] {
    var folds = Array(repeating: 0, count: count), sizes = Array(repeating: 0, count: number)
    let bySize = members.enumerated().sorted {
      ($1.element.count, $0.offset) < ($0.element.count, $1.offset)
    }
    for (_, members) in bySize {
      let fold = sizes.indices.min { (sizes[$0], $0) < (sizes[$1], $1) }!
      sizes[fold] += members.count
      for position in members { folds[position] = fold }
    }
    return folds
  }
}
