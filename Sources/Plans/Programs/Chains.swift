// SPDX-License-Identifier: Apache-2.0

/// Lists of small numbers, each number in one list at most: their links stand in one array. Most
/// lists are short, and an array for each would take longer than what is done with them.
struct Chains {
  /// One of the lists.
  struct Chain {
    fileprivate(set) var count = 0
    fileprivate(set) var first = -1
    fileprivate var last = -1

    var isEmpty: Bool { count == 0 }
  }

  private var links: [Int]

  /// For the numbers 0 ..< count.
  init(count: Int) { links = [Int](filled: -1, count: count) }

  /// The number behind another one in its list.
  func next(_ number: Int) -> Int { links[number] }

  mutating func append(_ number: Int, to chain: inout Chain) {
    append(Chain(count: 1, first: number, last: number), to: &chain)
  }

  mutating func append(_ other: Chain, to chain: inout Chain) {
    if other.isEmpty { return }
    if chain.isEmpty {
      chain = other
    } else {
      links[chain.last] = other.first
      chain.last = other.last
      chain.count += other.count
    }
  }

  func forEach(_ chain: Chain, _ body: (Int) -> Void) {
    var number = chain.first
    for _ in 0..<chain.count {
      body(number)
      number = links[number]
    }
  }

  /// Shows each number of a list that is given up: it may be put into another.
  mutating func take(_ chain: Chain, _ body: (Int, inout Chains) -> Void) {
    var number = chain.first
    for _ in 0..<chain.count {
      let next = links[number]
      links[number] = -1
      body(number, &self)
      number = next
    }
  }

  func allSatisfy(_ chain: Chain, _ isSo: (Int) -> Bool) -> Bool {
    var areSo = true
    forEach(chain) { areSo = areSo && isSo($0) }
    return areSo
  }
}
