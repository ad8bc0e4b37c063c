// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors
import PullbackTestSupport

/// A random expression graph. The same seed builds the same graph, of new nodes, each time.
struct RandomGraph {
  private(set) var results: [Value] = []
  private var pool: [Value] = []
  private var choice: SplitMix
  private let extents: [Int]

  /// - Parameter extents: what leaves are made of.
  init(seed: Int, operations: Int, extents: [Int]) {
    choice = SplitMix(seed: seed)
    self.extents = extents
    for _ in 0..<3 {
      pool.append(leaf(shape(rank: 0...4), choice.pick([.float, .float, .double, .int32])))
    }
    while pool.count < operations {
      grow()
      if let last = pool.last, !small(last.shape) { pool.removeLast() }
    }
    let count = 1 + choice.below(4)
    for _ in 0..<count {
      // Mostly the youngest, which depend on much.
      let value = choice.isTrue(oneIn: 3) ? choice.pick(pool) : choice.pick(pool.suffix(6))
      results.append(value)
    }
    if choice.isTrue(oneIn: 4), let loss = results.last, loss.elementType.isFloatingPoint {
      let targets = pool.filter { $0.elementType.isFloatingPoint }.prefix(2)
      results += gradients(
        of: loss.reduced(.sum, AxisSet(all: loss.rank)), withRespectTo: Array(targets))
    }
  }

  /// All nodes that the results depend on, inputs first.
  var nodes: [Node] { Array(GraphOrder(of: results) { _ in false }.nodes) }

  private mutating func shape(rank: ClosedRange<Int>) -> Shape {
    while true {
      let shape = choice.shape(rank: rank, extents: extents)
      if small(shape) { return shape }
    }
  }

  private mutating func leaf(_ shape: Shape, _ type: ElementType) -> Value {
    let count = shape.elementCount
    switch type {
    case .float: return Tensor<Float>(shape: shape, scalars: numbers(count).map { Float($0) }).value
    case .double: return Tensor<Double>(shape: shape, scalars: numbers(count)).value
    case .int32:
      return Tensor<Int32>(shape: shape, scalars: numbers(count).map { Int32($0 * 8) }).value
    case .bool: return Tensor<Bool>(shape: shape, scalars: numbers(count).map { $0 > 0 }).value
    }
  }

  private mutating func numbers(_ count: Int) -> [Double] {
    (0..<count).map { _ in
      choice.isTrue(oneIn: 6)
        ? choice.pick([0, -0.0, 1, -1, 2]) : Double.random(in: -2..<2, using: &choice)
    }
  }

  private mutating func any(where holds: (Value) -> Bool = { _ in true }) -> Value? {
    let candidates = pool.filter(holds)
    return candidates.isEmpty ? nil : choice.pick(candidates)
  }

  /// A value of a shape that broadcasts with another, of its type.
  private mutating func partner(of x: Value) -> Value {
    if choice.isTrue(oneIn: 5) {
      return Value.constant(choice.pick([1, 0, -1, 2, 0.3, 3]), x.elementType)
    }
    let fits = pool.filter {
      $0.elementType == x.elementType && small($0.shape.broadcast(with: x.shape))
    }
    if fits.count > 1 || choice.isTrue(oneIn: 2), let last = fits.last {
      return choice.isTrue(oneIn: 2) ? last : choice.pick(fits)
    }
    // Square things meet their own transposition, and anything its own rows.
    if x.rank > 1, choice.isTrue(oneIn: 2) {
      let turned = x.transposed(choice.permutation(x.rank))
      if small(turned.shape.broadcast(with: x.shape)) { return turned }
    }
    return leaf(Shape(x.shape.map { choice.isTrue(oneIn: 3) ? 1 : $0 }), x.elementType)
  }

  private func small(_ shape: Shape?) -> Bool {
    guard let shape else { return false }
    return shape.elementCount <= 20_000 && shape.rank <= 6
  }

  private mutating func grow() {
    switch choice.below(21) {
    case 0...3: unary()
    case 4...8: binary()
    case 9: comparison()
    case 10...13: movement()
    case 14, 15: reduction()
    case 16: if choice.isTrue(oneIn: 2) { contraction() } else { groupedContraction() }
    case 17: gathering()
    case 18: conversion()
    case 19: scan()
    default: creation()
    }
  }

  private mutating func unary() {
    guard let x = any(where: { $0.elementType != .bool }) else { return }
    let general: [Unary] = [.negate, .absolute, .sign, .relu]
    let smooth: [Unary] = [
      .exp, .expm1, .log, .log1p, .squareRoot, .tanh, .sigmoid, .softplus, .erf,
      .normalDistribution, .sin, .cos,
      .floor, .ceil, .round,
    ]
    pool.append(x.unary(choice.pick(x.elementType == .int32 ? general : general + smooth)))
  }

  private mutating func binary() {
    let x = choice.pick(pool), y = partner(of: x)
    var operations: [Binary] = [.maximum, .minimum]
    if x.elementType != .bool { operations += [.add, .subtract, .multiply, .divide] }
    if x.elementType.isFloatingPoint { operations.append(.power) }
    let operation = choice.pick(operations)
    pool.append(
      choice.isTrue(oneIn: 2) ? x.binary(operation, y) : y.binary(operation, x))
  }

  private mutating func comparison() {
    guard let x = any(where: { $0.elementType != .bool }) else { return }
    let y = partner(of: x)
    let condition = x.compared(choice.pick(Comparison.allCases), to: y)
    pool.append(choice.isTrue(oneIn: 2) ? condition : Value.select(condition, x, y))
  }

  private mutating func conversion() {
    let x = choice.pick(pool)
    switch choice.below(4) {
    case 0: pool.append(x.named("x"))
    case 1: pool.append(x.detached())
    default: pool.append(x.converted(to: choice.pick(ElementType.allCases)))
    }
  }

  private mutating func movement() {
    let x = choice.pick(pool)
    switch choice.below(6) {
    case 0: pool.append(x.reshaped(to: choice.refactoring(of: x.shape)))
    case 1: pool.append(x.transposed(choice.permutation(x.rank)))
    case 2:
      var target = x.shape
      for axis in target.indices where target[axis] == 1 {
        target[axis] = choice.pick([0, 1, 2, 3])
      }
      if choice.isTrue(oneIn: 2) { target = [choice.pick([1, 2, 3])] + target }
      if small(target) { pool.append(x.expanded(to: target)) }
    case 3:
      guard let axis = x.shape.indices.filter({ x.shape[$0] > 0 }).last, x.rank < 6 else { return }
      let size = 1 + choice.below(min(x.shape[axis], 4))
      let y = x.windows(of: size, every: choice.pick([1, 2, 3]), along: axis)
      if small(y.shape) { pool.append(y) }
    case 4:
      let parts = x.shape.map { choice.part(of: $0) }
      pool.append(
        x.strided(
          from: Shape(parts.map(\.start)), extents: Shape(parts.map(\.extent)),
          by: Shape(parts.map(\.stride))))
    default:
      let starts = Shape(x.shape.map { _ in choice.below(3) })
      let target = Shape(x.shape.indices.map { x.shape[$0] + starts[$0] + choice.below(2) })
      let others = pool.filter { $0.shape == x.shape && $0.elementType == x.elementType }
      let other = choice.pick(others), zeros = Shape(repeating: 0, rank: x.rank)
      if choice.isTrue(oneIn: 3), x.rank > 0, small([2] + x.shape) {
        pool.append(.concatenated([x, other], along: choice.below(x.rank)))
      } else if choice.isTrue(oneIn: 3), small(target) {
        pool.append(.placed([(x, starts, nil), (other, zeros, nil)], in: target))
      } else if small(target) {
        pool.append(x.padded(to: target, at: starts))
      }
    }
  }

  private mutating func reduction() {
    guard let x = any(where: { $0.rank > 0 }) else { return }
    var axes = AxisSet((0..<x.rank).filter { _ in choice.isTrue(oneIn: 2) })
    if axes.isEmpty { axes = AxisSet([choice.below(x.rank)]) }
    var kinds: [Reduction] = x.elementType == .bool ? [] : [.sum, .sum, .product]
    if x.elementType == .float { kinds += [.norm, .squaredDeviations] }
    if axes.sorted.allSatisfy({ x.shape[$0] > 0 }) {
      kinds += [.max, .min]
      if axes.count == 1, x.elementType != .bool { kinds += [.argmax, .argmin] }
    }
    if kinds.isEmpty { return }
    let result = x.reduced(choice.pick(kinds), axes)
    pool.append(choice.isTrue(oneIn: 2) ? result : result.reshaped(to: x.shape.collapsing(axes)))
  }

  private mutating func contraction() {
    guard let a = any(where: { $0.elementType != .bool && $0.rank >= 1 }) else { return }
    let inner = a.shape[a.rank - 1]
    let fits = pool.filter {
      $0.elementType == a.elementType && $0.rank >= 1
        && $0.shape[max($0.rank - 2, 0)] == inner
        && small(Shape($0.shape.dropLast(2)).broadcast(with: Shape(a.shape.dropLast(2))))
    }
    let b: Value
    if fits.isEmpty || choice.isTrue(oneIn: 3) {
      b =
        a.rank >= 2 && choice.isTrue(oneIn: 2)
        ? a.swappingLastAxes() : leaf([inner, choice.pick(extents)], a.elementType)
    } else {
      b = choice.pick(fits)
    }
    let batch = max(Shape(b.shape.dropLast(2)).elementCount, 1)
    let rows = a.shape.elementCount / max(inner, 1), columns = b.rank > 1 ? b.shape[b.rank - 1] : 1
    if rows * columns * batch <= 20_000 { pool.append(a.matmul(b)) }
  }

  /// Groups of any number of axes, in any order in memory.
  private mutating func groupedContraction() {
    guard let x = any(where: { $0.elementType != .bool && $0.rank <= 4 }) else { return }
    let a = x.transposed(choice.permutation(x.rank))
    let batch = choice.below(a.rank + 1), inner = choice.below(a.rank - batch + 1)
    let rows = a.rank - batch - inner
    let columns = choice.shape(rank: 0...2, extents: [1, 2, 3])
    let shape = a.shape.leading(batch) + a.shape.droppingLeading(batch + rows) + columns
    guard small(shape), small(a.shape.leading(batch + rows) + columns) else { return }
    let order = choice.permutation(shape.rank)
    let b = leaf(shape.arranged(by: order), a.elementType)
    var inverse = order
    for (axis, source) in order.enumerated() { inverse[source] = axis }
    pool.append(
      a.contracted(with: b.transposed(inverse), batch: batch, rows: rows, inner: inner))
  }

  private mutating func gathering() {
    guard let x = any(where: { $0.rank >= 1 && $0.shape[0] > 0 }) else { return }
    let shape = choice.shape(rank: 0...2, extents: [0, 1, 2, 5])
    let rows = (0..<shape.elementCount).map { _ in Int32(choice.below(x.shape[0])) }
    let indices = Tensor<Int32>(shape: shape, scalars: rows).value
    let checked = indices.checked(below: x.shape[0], for: .gather)
    let picked = x.gathered(checked)
    pool.append(small(picked.shape) ? picked : x)
    if x.elementType != .bool, choice.isTrue(oneIn: 2), small(picked.shape) {
      pool.append(picked.scatterAdded(checked, count: x.shape[0]))
    }
  }

  private mutating func scan() {
    guard let x = any(where: { $0.rank >= 1 && $0.elementType != .bool }) else { return }
    let axis = choice.below(x.rank), isReversed = choice.isTrue(oneIn: 2)
    if x.elementType.isFloatingPoint, choice.isTrue(oneIn: 4) {
      let factors = x.unary(.tanh)
      return pool.append(x.recurrence(factors: factors, along: axis, isReversed: isReversed))
    }
    let scans: [Scan] = [.sum, .product, .max, .min, .sort, .sortedPositions]
    pool.append(x.scanned(choice.pick(scans), along: axis, isReversed: isReversed))
  }

  private mutating func creation() {
    let shape = shape(rank: 0...3)
    let type = choice.pick([ElementType.float, .double])
    switch choice.below(4) {
    case 0: pool.append(.iota(choice.pick(extents), choice.pick([.float, .double, .int32])))
    case 1: pool.append(.full(shape, choice.pick([0, 1, 0.25]), type))
    default:
      pool.append(
        .random(
          choice.pick(RandomDistribution.allCases), shape, type,
          key: RandomKey(seed: choice.next())))
    }
  }
}

extension Value {
  /// The numbers as bit patterns, so that -0 is not 0; all NaN count as one.
  var bits: [UInt64] {
    switch elementType {
    case .float:
      Tensor<Float>(self).scalars.map { $0.isNaN ? .max : UInt64($0.bitPattern) }
    case .double: Tensor<Double>(self).scalars.map { $0.isNaN ? .max : $0.bitPattern }
    case .int32: Tensor<Int32>(self).scalars.map { UInt64(UInt32(bitPattern: $0)) }
    case .bool: Tensor<Bool>(self).scalars.map { $0 ? 1 : 0 }
    }
  }
}
