// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// A seeded source of choices: the same seed makes the same test, on any machine.
///
/// Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
struct Choice: RandomNumberGenerator {
  private var state: UInt64

  init(seed: Int) { state = UInt64(bitPattern: Int64(seed)) &* 0x2545_F491_4F6C_DD1D }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func below(_ count: Int) -> Int { Int.random(in: 0..<count, using: &self) }
  mutating func isTrue(oneIn count: Int) -> Bool { below(count) == 0 }
  mutating func pick<T>(_ choices: [T]) -> T { choices[below(choices.count)] }

  /// A shape of few elements; extents 0 and 1 among them.
  mutating func shape(rank: ClosedRange<Int> = 0...4, extents: [Int]) -> Shape {
    Shape((0..<Int.random(in: rank, using: &self)).map { _ in pick(extents) })
  }

  mutating func permutation(_ count: Int) -> Shape { Shape((0..<count).shuffled(using: &self)) }

  /// Another shape with as many elements.
  mutating func refactoring(of shape: Shape) -> Shape {
    if shape.elementCount == 0 {
      return Shape((Array(shape) + [pick([0, 1, 2])]).shuffled(using: &self))
    }
    var factors = shape.flatMap { Choice.primeFactors($0) }.shuffled(using: &self)
    if isTrue(oneIn: 2) { factors = shape.flatMap { Choice.primeFactors($0) } }
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
  var allIndices: [[Int]] {
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
