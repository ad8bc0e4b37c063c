// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

/// The graph of a loss and of gradients in it, written down once more in Double: what their checks
/// are computed in.
struct CheckedGraph {
  private let order: GraphOrder
  /// For each node of the loss those that use it.
  private let users: [[Int]]
  private let rewriting: Rewriting
  /// For nodes whose derivative another check vouches for, that derivative.
  private var cotangents: [Int: Value] = [:]

  /// - Parameters:
  ///   - given: values that the loss is computed from; how they were made is left out.
  ///   - lines: values with a check of their own: that of an earlier value goes no further.
  init(
    of loss: Value, _ pairs: [(x: Value, gradient: Value)], given: [Value], lines: [Value]
  ) {
    let leaves = given.filter { $0.elementType == .float }
      .map { ($0, $0.converted(to: .double)) }
    // Alone first: then their numbers are known, and their history is not looked at.
    evaluate(leaves.map(\.1))
    rewriting = Rewriting(
      of: [loss] + pairs.map(\.gradient), replacing: leaves, writing: Rewriting.inDouble)
    let isGiven = Set(given.map(\.node.serial))
    order = GraphOrder(of: [loss]) { isGiven.contains($0.serial) }
    var users = [[Int]](repeating: [], count: order.count)
    for position in 0..<order.count {
      for input in 0..<order.inputCount(at: position) {
        users[order.input(input, at: position)].append(position)
      }
    }
    self.users = users
    // Each is computed once; then a check computes what lies between lines, and no more.
    let known = [loss] + lines + pairs.flatMap { [$0.x, $0.gradient] }
    evaluate(known.compactMap { [rewriting] in rewriting[$0] })
    cotangents[order.count - 1] = .constant(1, .double)
    let isLine = Set(lines.map(\.node.serial))
    for (x, gradient) in pairs where isLine.contains(x.node.serial) {
      if let position = order.position(of: x) { cotangents[position] = rewriting[gradient] }
    }
  }

  /// What a value of the loss's graph became.
  subscript(value: Value) -> Value? { rewriting[value] }

  /// What follows from x; nil if the loss does not depend on it.
  func function(of x: Value) -> LocalFunction? {
    guard let start = order.position(of: x) else { return nil }
    var followers: Set<Int> = [], results: [Int] = [], pending = [start]
    if start == order.count - 1 { results = pending }
    while let position = pending.popLast() {
      for user in users[position] where !order[user].isDetached {
        guard followers.insert(user).inserted else { continue }
        if cotangents[user] != nil {
          results.append(user)
        } else if order[user].elementType.isFloatingPoint {
          pending.append(user)
        }
      }
    }
    return LocalFunction(
      of: rewriting[x]!, followers: followers.sorted().map { rewriting[Value(order[$0])]! },
      results: results.sorted().map { (rewriting[Value(order[$0])]!, cotangents[$0]!) },
      usesCustomGradient: followers.contains { order[$0].isCustom })
  }
}
