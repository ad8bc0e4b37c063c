// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// Which trained leaves known tensors were computed from as they were before a step.
///
/// A signature does not look behind tensors that are older than what is trained now. Where these
/// come from a former value its words must say so: the gradient is that of plain numbers, but a
/// loss that reaches a parameter in this way alone is a mistake.
package struct FormerValues: Sendable {
  /// What holds the trained leaves, by number.
  private let holders: [UInt64]
  /// What was found before, so that a history that grows is read once.
  private var found: [UInt64: [Int]] = [:]

  private static let capacity = 4096

  package init(of holders: [UInt64] = []) { self.holders = holders }

  /// The numbers of the trained leaves, in increasing order.
  mutating func numbers(below node: Node) -> [Int] {
    // Mostly a part of plain numbers, a batch of a data set: no walk finds more.
    var source = node
    while case .movement = source.operation, source.input(1) == nil, let input = source.input(0) {
      source = input
    }
    if let holder = source.holder { return holders.firstIndex(of: holder).map { [$0] } ?? [] }
    if source.isDetached || source.input(0) == nil { return [] }
    if let found = found[node.serial] { return found }
    let known = found
    let order = GraphOrder(of: [Value(node)]) { $0.isDetached || known[$0.serial] != nil }
    var numbers: Set<Int> = []
    for node in order.nodes {
      if let found = known[node.serial] {
        numbers.formUnion(found)
      } else if let holder = node.holder, let number = holders.firstIndex(of: holder) {
        numbers.insert(number)
      }
    }
    if found.count >= FormerValues.capacity { found = [:] }
    found[node.serial] = numbers.sorted()
    return numbers.sorted()
  }
}
