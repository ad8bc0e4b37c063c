// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
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
  mutating func pick<T>(_ choices: [T]) -> T { choices[below(choices.count)] }

  mutating func floats(_ count: Int, in range: Range<Float> = -1..<1) -> [Float] {
    (0..<count).map { _ in Float.random(in: range, using: &self) }
  }

  mutating func doubles(_ count: Int) -> [Double] {
    (0..<count).map { _ in Double.random(in: -1..<1, using: &self) }
  }

  mutating func integers(_ count: Int, in range: ClosedRange<Int32>) -> [Int32] {
    (0..<count).map { _ in Int32.random(in: range, using: &self) }
  }
}

/// Numbers in row-major order with their shape: what references are written on.
struct Naive<Number> {
  let shape: [Int]
  let numbers: [Number]

  init(_ shape: [Int], _ number: ([Int]) -> Number) {
    self.shape = shape
    numbers = Naive.indices(of: shape).map(number)
  }

  init(_ shape: [Int], _ numbers: [Number]) {
    precondition(shape.reduce(1, *) == numbers.count)
    (self.shape, self.numbers) = (shape, numbers)
  }

  subscript(index: [Int]) -> Number {
    numbers[zip(index, shape).reduce(0) { $0 * $1.1 + $1.0 }]
  }

  /// All index tuples of a shape in row-major order.
  static func indices(of shape: [Int]) -> [[Int]] {
    var all: [[Int]] = [[]]
    for extent in shape { all = all.flatMap { index in (0..<extent).map { index + [$0] } } }
    return all
  }
}

extension Naive where Number: TensorScalar {
  var tensor: Tensor<Number> { Tensor(shape: Shape(shape), scalars: numbers) }
}
