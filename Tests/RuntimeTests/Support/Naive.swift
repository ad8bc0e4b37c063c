// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

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
