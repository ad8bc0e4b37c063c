// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackRuntime
import PullbackTensors
import PullbackTestSupport
import Testing

/// Graphs far deeper than a stack: nothing may recurse over them.
@Suite(.serialized) struct DeepGraphTests {
  /// More than a million operations of many kinds, forwards and backwards, built, evaluated and
  /// released on a thread with a small stack.
  @Test func millionOperations() {
    let (value, slope) = onSmallStack {
      let w = Value.leaf([2, 2], [0.5, 0.25, -0.25, 0.5])
      let x = Value.leaf([2, 2], [0.1, 0.2, 0.3, 0.4])
      var y = x
      for _ in 0..<50_000 { y = Self.round(y, w) }
      let loss = y.sum
      let gradient = gradients(of: loss, withRespectTo: [x])[0]
      #expect(GraphOrder(of: [loss, gradient]) { _ in false }.nodes.count > 1_000_000)
      evaluate([loss, gradient])
      return (loss.numbers[0], gradient.numbers[0])
    }
    #expect(value.isFinite)
    // The rounds contract: nothing of the start is left.
    #expect(slope == 0)
  }

  /// The same rounds, few enough to check the slope against a difference.
  @Test func fewRoundsAreDifferentiatedRight() {
    let w = Value.leaf([2, 2], [0.5, 0.25, -0.25, 0.5])
    func loss(_ x: Value) -> Value { Self.round(Self.round(x, w), w).sum }
    let x = [0.1, 0.2, 0.3, 0.4], step = 1e-6
    let leaf = Value.leaf([2, 2], x)
    let slope = gradients(of: loss(leaf), withRespectTo: [leaf])[0].numbers[0]
    let ahead = loss(.leaf([2, 2], [x[0] + step] + x[1...])).numbers[0]
    let behind = loss(.leaf([2, 2], [x[0] - step] + x[1...])).numbers[0]
    #expect(areClose([slope], [(ahead - behind) / (2 * step)], 1e-8))
    #expect(GraphOrder(of: [loss(leaf)]) { _ in false }.nodes.count > 40)
  }

  private static func round(_ start: Value, _ w: Value) -> Value {
    var y = start
    y = (y.contracted(with: w, batch: 0) + start * 0.5).unary(.tanh)
    y = y.reshaped(to: [4]).reshaped(to: [4, 1]).transposed([1, 0])
    y = y.reshaped(to: [2, 2]).transposed([1, 0])
    let mean = y.reduced(.sum, AxisSet([1])) * 0.25
    y = y - mean.reshaped(to: [2, 1]).expanded(to: [2, 2])
    y = Value.select(y .> 0, y, y * 0.5)
    return y.sliced(from: [0, 0], extents: [1, 2]).padded(to: [2, 2], at: [1, 0]) + y.unary(.negate)
  }

  /// A running sum: pytorch#5534, Tracker.jl#49, micrograd#90.
  @Test func aLongChainHasItsValueAndSlope() {
    let count = 400_000
    let (value, slope) = onSmallStack {
      let x = Value.leaf([], [1])
      var y = x
      for _ in 0..<count { y = y + x }
      let gradient = gradients(of: y, withRespectTo: [x])[0]
      evaluate([y, gradient])
      return (y.numbers[0], gradient.numbers[0])
    }
    #expect(value == Double(count + 1) && slope == Double(count + 1))
  }

  /// x = x x + x: 2^10,000 paths lead to the first x, and each node is visited once.
  @Test func manyPaths() {
    let levels = 10_000
    let visited = onSmallStack {
      let x = Value.leaf([], [1e-5])
      var y = x
      for _ in 0..<levels { y = y * y + y }
      let gradient = gradients(of: y, withRespectTo: [x])[0]
      let nodes = GraphOrder(of: [gradient]) { _ in false }.nodes.count
      #expect(GraphOrder(of: [y]) { _ in false }.nodes.count == 2 * levels + 1)
      let slope = gradient.numbers[0]
      #expect(slope.isFinite && slope > 1)
      return nodes
    }
    // A handful of nodes for each level, not a number that grows with the paths.
    #expect(visited < 10 * levels)
  }

  /// Each rule holds the tensor before it: releasing the last one must not recurse either.
  @Test func chainsOfCustomRulesAreReleased() {
    onSmallStack {
      var y = Tensor<Double>(Value.leaf([2], [1, 2]))
      for _ in 0..<20_000 {
        let before = y
        y = withCustomGradient(of: { $0 * 1 }, at: before) { _, yg in yg * before }
      }
    }
  }

  /// Branches that share a long trunk, released in an order that leaves the trunk for last.
  @Test func sharedTrunksAreReleased() {
    onSmallStack {
      var trunk = Value.leaf([], [0])
      for _ in 0..<200_000 { trunk = trunk + trunk }
      var branches = (0..<50).map { _ in -trunk }
      trunk = .leaf([], [0])
      while !branches.isEmpty { branches.removeFirst() }
    }
  }
}
