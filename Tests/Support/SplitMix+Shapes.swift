// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension SplitMix {
  /// A shape of few elements; extents 0 and 1 among them.
  package mutating func shape(rank: ClosedRange<Int> = 0...4, extents: [Int]) -> Shape {
    Shape((0..<Int.random(in: rank, using: &self)).map { _ in pick(extents) })
  }

  /// Some positions of an axis, each so far from the one before: of all lengths, in
  /// both directions.
  package mutating func part(of extent: Int) -> (start: Int, extent: Int, stride: Int) {
    let start = below(min(extent, 3) + 1)
    if start == extent { return (start, 0, pick([1, -1, 2])) }
    let stride = pick([1, 1, 2, 3, -1, -1, -2])
    let last = stride > 0 ? extent - 1 - start : start
    return (start, below(last / abs(stride) + 2), stride)
  }

  package mutating func permutation(_ count: Int) -> Shape {
    Shape((0..<count).shuffled(using: &self))
  }

  /// Another shape with as many elements.
  package mutating func refactoring(of shape: Shape) -> Shape {
    if shape.elementCount == 0 {
      return Shape((Array(shape) + [pick([0, 1, 2])]).shuffled(using: &self))
    }
    var factors = shape.flatMap { SplitMix.primeFactors($0) }.shuffled(using: &self)
    if isTrue(oneIn: 2) { factors = shape.flatMap { SplitMix.primeFactors($0) } }
    var target: [Int] = []
    while !factors.isEmpty {
      let count = 1 + below(min(3, factors.count))
      target.append(factors.prefix(count).reduce(1, *))
      factors.removeFirst(count)
    }
    while isTrue(oneIn: 3) { target.insert(1, at: below(target.count + 1)) }
    return Shape(target)
  }

  private static func primeFactors(_ number: Int) -> [Int] {
    var rest = number, factors: [Int] = [], factor = 2
    while rest > 1 {
      while rest % factor == 0 {
        factors.append(factor)
        rest /= factor
      }
      factor += 1
    }
    return factors
  }
}

extension Shape {
  /// All index tuples in row-major order.
  package var allIndices: [[Int]] {
    (0..<elementCount).map { position in
      var rest = position
      var index = [Int](repeating: 0, count: rank)
      for axis in indices.reversed() {
        index[axis] = rest % self[axis]
        rest /= self[axis]
      }
      return index
    }
  }
}
