// SPDX-License-Identifier: Apache-2.0

import PullbackTensors
import PullbackTestSupport

/// A random graph of small tensors: operations of all families, much sharing, many views.
struct RandomGraph {
  private var random: SplitMix
  private(set) var values: [Value] = []
  private(set) var leaves: [Value] = []

  private let extents: [Int]
  /// Elements that no tensor exceeds.
  private let limit: Int

  init(
    seed: UInt64, operations: Int, extents: [Int] = [1, 2, 2, 3, 3, 4], limit: Int = 200
  ) {
    random = SplitMix(seed: seed)
    self.extents = extents
    self.limit = limit
    for _ in 0..<3 {
      var shape = Shape()
      for _ in 0..<Int.random(in: 0...3, using: &random) { shape = [extent()] + shape }
      if shape.elementCount > limit { shape = Shape(shape.prefix(1)) }
      leaves.append(.leaf(shape, random.doubles(shape.elementCount)))
    }
    values = leaves
    while values.count < operations + 3 { values.append(next()) }
  }

  /// Some of the values, the last one among them.
  mutating func results() -> [Value] {
    values.dropLast().filter { _ in Int.random(in: 0..<6, using: &random) == 0 } + [values.last!]
  }

  private mutating func extent() -> Int { extents.randomElement(using: &random)! }

  /// Recent values are more likely, so that graphs are deep.
  private mutating func pick() -> Value {
    let recent = Bool.random(using: &random) ? values.suffix(5) : values[...]
    return recent.randomElement(using: &random)!
  }

  private mutating func next() -> Value {
    let x = pick()
    switch Int.random(in: 0..<22, using: &random) {
    case 0, 1:
      let operations: [Unary] = [
        .tanh, .sigmoid, .softplus, .erf, .sin, .cos, .absolute, .negate, .relu, .sign,
      ]
      return x.unary(operations.randomElement(using: &random)!)
    case 2...6: return pointwise(x)
    case 7: return select(x)
    case 8...10 where x.rank > 0:
      let axes = x.shape.indices.filter { _ in Bool.random(using: &random) }
      let reduction: Reduction = [.sum, .product, .max, .min].randomElement(using: &random)!
      return x.reduced(reduction, AxisSet(axes)) * 0.5
    case 11...12 where x.rank > 0:
      return x.transposed(Shape(x.shape.indices.shuffled(using: &random)))
    case 13: return x.reshaped(to: [x.shape.elementCount])
    case 14 where x.rank < 4:
      let extent = extent()
      return x.shape.elementCount * extent <= limit ? x.expanded(to: [extent] + x.shape) : x
    case 15 where x.rank > 0: return slice(x)
    case 16 where x.rank > 0: return pad(x)
    case 17...18 where x.rank > 0: return product(x)
    case 19 where x.rank > 0: return gather(x)
    case 20 where x.rank > 0: return scan(x)
    case 21 where x.rank > 0: return windows(x)
    default: return x * x
    }
  }

  private mutating func scan(_ x: Value) -> Value {
    let axis = Int.random(in: 0..<x.rank, using: &random), isReversed = Bool.random(using: &random)
    let scans: [Scan] = [.sum, .product, .max, .min, .sort]
    let scan = scans.randomElement(using: &random)!
    if Int.random(in: 0..<5, using: &random) == 0 {
      return x.recurrence(factors: x.unary(.tanh), along: axis, isReversed: isReversed) * 0.5
    }
    return x.scanned(scan, along: axis, isReversed: isReversed) * 0.5
  }

  private mutating func pointwise(_ x: Value) -> Value {
    let operation: Binary = [.add, .subtract, .multiply, .maximum, .minimum]
      .randomElement(using: &random)!
    let fitting = values.filter {
      ($0.shape.broadcast(with: x.shape)?.elementCount ?? .max) <= limit
    }
    var y = fitting.randomElement(using: &random)!
    // The same numbers in another order: the hard case of fusion.
    if x.rank > 1, Bool.random(using: &random) {
      let order = Shape(x.shape.indices.reversed())
      if x.transposed(order).shape == x.shape { y = x.transposed(order) }
    }
    return Bool.random(using: &random) ? x.binary(operation, y) : y.binary(operation, x)
  }

  private mutating func select(_ x: Value) -> Value {
    let y = values.filter { $0.shape == x.shape }.randomElement(using: &random)!
    return Value.select(x .> 0.25, x, y * 0.5)
  }

  private mutating func slice(_ x: Value) -> Value {
    var starts = Shape(), extents = Shape(), strides = Shape()
    for extent in x.shape {
      let isBackwards = Int.random(in: 0..<3, using: &random) == 0
      let stride = Int.random(in: 1...2, using: &random)
      let count = Int.random(
        in: Swift.min(1, extent)...((extent + stride - 1) / stride), using: &random)
      let rest = extent - Swift.max((count - 1) * stride + 1, 0)
      let start = Int.random(in: 0...Swift.max(rest - 1, 0), using: &random)
      starts.append(isBackwards ? Swift.max(start + (count - 1) * stride, 0) : start)
      strides.append(isBackwards ? -stride : stride)
      extents.append(count)
    }
    return x.strided(from: starts, extents: extents, by: strides)
  }

  private mutating func pad(_ x: Value) -> Value {
    var starts = Shape(), extents = Shape()
    for extent in x.shape {
      let before = Int.random(in: 0...1, using: &random)
      starts.append(before)
      extents.append(extent + before + Int.random(in: 0...1, using: &random))
    }
    if extents.elementCount > limit { return x }
    // Beside each other, over each other, or alone.
    let other = values.filter { $0.shape == x.shape }.randomElement(using: &random)!
    switch Int.random(in: 0..<3, using: &random) {
    case 0:
      return .placed(
        [(x, starts, nil), (other, Shape(repeating: 0, rank: x.rank), nil)], in: extents)
    case 1 where 2 * x.shape.elementCount <= limit:
      return .concatenated([x, other], along: Int.random(in: 0..<x.rank, using: &random))
    default: return x.padded(to: extents, at: starts)
    }
  }

  private mutating func windows(_ x: Value) -> Value {
    let axis = x.shape.indices.randomElement(using: &random)!
    guard x.rank < 5, x.shape[axis] > 0 else { return x }
    let size = Int.random(in: 1...Swift.min(x.shape[axis], 3), using: &random)
    let y = x.windows(of: size, every: Int.random(in: 1...2, using: &random), along: axis)
    return y.shape.elementCount <= limit ? y : x
  }

  /// x • xᵀ over the last two axes, or x with a matrix of its own.
  private mutating func product(_ x: Value) -> Value {
    guard x.rank > 1 else { return x.matmul(x) }
    let others = values.filter {
      $0.rank == 2 && $0.shape[0] == x.shape.last!
        && x.shape.elementCount * $0.shape[1] <= limit * x.shape.last!
    }
    if let other = others.randomElement(using: &random) { return x.matmul(other) * 0.5 }
    let rows = x.shape[x.rank - 2], columns = x.shape.last!
    if x.shape.elementCount * rows > limit * columns { return x }
    return x.contracted(with: x.swappingLastAxes(), batch: x.rank - 2) * 0.1
  }

  private mutating func gather(_ x: Value) -> Value {
    let count = Int.random(in: 1...3, using: &random), rows = x.shape[0]
    if x.shape.elementCount * count > limit * rows { return x }
    let indices = (0..<count).map { _ in Double(Int.random(in: 0..<rows, using: &random)) }
    let index = Value.leaf([count], indices, .int32)
    return Bool.random(using: &random)
      ? x.gathered(index)
      : x.gathered(index).scatterAdded(index, count: rows)
  }
}
