// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors
import PullbackTestSupport
import Testing

/// Rows and single numbers that are added up where indices say, in several groups
/// that threads share.
@Suite struct BatchedScatterTests {
  private static func sums<Number: NumericScalar>(
    _ values: [Double], _ indices: [Int32],
    _ shape: (batch: Int, updates: Int, count: Int, rest: Int),
    as type: Number.Type
  ) -> [Double] {
    let (batch, updates, count, rest) = shape
    let x = Tensor<Number>(Tensor<Double>(shape: [batch, updates, rest], scalars: values))
    let places = Tensor<Int32>(shape: [batch, updates], scalars: indices)
    let sums = x.value.scatterAdded(
      places.value, count: count, batchRank: 1)
    return Tensor<Double>(Tensor<Number>(sums)).scalars
  }

  /// Whole numbers, which all types add up exactly; also many to one place.
  @Test(
    arguments: [
      (1, 9, 4, 1), (3, 9, 4, 1), (3, 9, 4, 5), (40, 500, 3, 1), (40, 500, 3, 4), (7, 300, 299, 2),
      (1, 5000, 7, 1), (2, 0, 3, 2), (0, 3, 2, 1), (64, 1000, 1000, 1),
    ])
  func wholeNumbers(shape: (batch: Int, updates: Int, count: Int, rest: Int)) {
    var random = SplitMix(seed: UInt64(shape.updates))
    let (batch, updates, count, rest) = shape
    let values = (0..<(batch * updates * rest)).map { _ in
      Double(Int.random(in: -50...50, using: &random))
    }
    let indices = (0..<(batch * updates)).map { _ in
      Int32.random(in: 0..<Int32(count), using: &random)
    }
    var expected = [Double](repeating: 0, count: batch * count * rest)
    for group in 0..<batch {
      for update in 0..<updates {
        let row = group * count + Int(indices[group * updates + update])
        for column in 0..<rest {
          expected[row * rest + column] += values[(group * updates + update) * rest + column]
        }
      }
    }
    onThreads([1, 2, 7]) { _ in
      #expect(Self.sums(values, indices, shape, as: Float.self) == expected)
      #expect(Self.sums(values, indices, shape, as: Double.self) == expected)
      #expect(Self.sums(values, indices, shape, as: Int32.self) == expected)
    }
  }
}
