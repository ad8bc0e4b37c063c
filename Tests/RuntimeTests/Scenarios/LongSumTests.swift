// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors
import PullbackTestSupport
import Testing

/// Sums of long axes: the error does not grow with their length.
@Suite struct LongSumTests {
  static let layouts: [(shape: Shape, axes: [Int])] = [
    ([10_000_000], [0]), ([10_000_000, 1], [0]), ([3, 3_333_333], [1]), ([3_333_333, 3], [0]),
    ([1_000_000, 10], [0]), ([1_000_000, 10], [0, 1]), ([15_000, 700], [0]), ([5_000, 2_100], [0]),
    ([100, 10, 10_000], [0, 2]), ([100_000, 10, 10], [0, 2]), ([2, 500_000, 5], [1]),
    ([70, 100_000], [0]), ([200_000, 17], [0]),
  ]

  @Test("One number again and again", arguments: 0..<layouts.count, [0.1, 100.1, 1e-30] as [Float])
  func constants(layout: Int, number: Float) {
    let (shape, axes) = LongSumTests.layouts[layout]
    let count = axes.reduce(1) { $0 * shape[$1] }
    // As numbers in memory, and as ones that stretch.
    let stretched = Tensor<Float>(number).expanded(to: shape)
    let stored = Tensor(
      shape: shape, scalars: [Float](repeating: number, count: shape.elementCount))
    for x in [stretched, stored] {
      let sums = Tensor<Float>(x.value.reduced(.sum, AxisSet(axes))).scalars
      let expected = Double(number) * Double(count)
      for sum in [sums.min()!, sums.max()!] {
        #expect(abs(Double(sum) - expected) <= 5e-7 * expected)
      }
    }
  }

  @Test("Random numbers of one sign, and of both", arguments: 0..<layouts.count)
  func random(layout: Int) {
    let (shape, axes) = LongSumTests.layouts[layout]
    var generator = SplitMix(seed: UInt64(layout))
    let numbers = generator.floats(shape.elementCount, in: -0.5..<1)
    let x = Tensor(shape: shape, scalars: numbers)
    let sums = Tensor<Float>(x.value.reduced(.sum, AxisSet(axes))).scalars
    let (expected, sizes) = NaiveSums.sums(of: numbers, shape: Array(shape), along: axes)
    for (group, sum) in sums.enumerated() {
      #expect(abs(Double(sum) - expected[group]) <= 5e-7 * sizes[group])
    }
  }

  /// Chains of 64 at most, whose sums are added up in order.
  @Test("Columns of Double", arguments: [(700, 3), (1000, 40), (1024, 1030), (5000, 3), (65, 17)])
  func columnsOfDouble(rows: Int, width: Int) {
    var generator = SplitMix(seed: rows)
    let numbers = generator.doubles(rows * width, in: 0...1)
    let sums = Tensor(shape: [rows, width], scalars: numbers).sum(along: 0).scalars
    let expected = NaiveSums.compensatedColumns(of: numbers, width: width)
    for (sum, expected) in zip(sums, expected) { #expect(abs(sum - expected) <= 8 * expected.ulp) }
  }

  @Test func aStridedAxis() {
    let number: Float = 0.1
    let x = Tensor<Float>(
      shape: [2, 4_000_000], scalars: .init(repeating: number, count: 8_000_000))
    let expected = Double(number) * 4_000_000
    for sum in x.transposed().sum(along: 0).scalars {
      #expect(abs(Double(sum) - expected) <= 5e-7 * expected)
    }
  }

  @Test("A constant column has no deviation", arguments: [5_000_000, 16_777_217])
  func deviation(count: Int) {
    let x = Tensor<Float>(100.1).expanded(to: [count])
    let centred = x - x.mean()
    #expect(Float(sqrt(centred.squared().mean())) <= 1e-5)
  }

  @Test(
    "Rows that are gathered again and again",
    arguments: [(1, 10_000_000, 1), (3, 3_000_000, 2), (5000, 100_000, 17), (2, 65, 3)])
  func gathered(rows: Int, updates: Int, width: Int) {
    // Half of them are the first row; some others are met seldom or never.
    var generator = SplitMix(seed: UInt64(updates))
    let indices = generator.integers(updates, in: Int32(-rows)...Int32(rows - 1)).map { max(0, $0) }
    let table = Tensor<Float>.zeros([rows, width])
    let weights = Tensor<Float>(
      shape: [1, width], scalars: (0..<width).map { 0.1 + Float($0) / 8 })
    let tableg = gradient(
      of: (table.gathered(Tensor(indices)) * weights).sum(), withRespectTo: table)
    let counts = NaiveSums.counts(of: indices, below: rows)
    let found = tableg.scalars, factors = weights.scalars
    for row in 0..<rows {
      for column in 0..<width {
        let expected = counts[row] * Double(factors[column])
        // A chain of 64 in Float is the longest.
        #expect(abs(Double(found[row * width + column]) - expected) <= 1e-6 * expected)
      }
    }
  }

  @Test func aCountThatFloatDoesNotHold() {
    // Float holds 2^24 and 2^24 + 2, not what is between.
    let count = 16_777_217
    let ones = Tensor<Float>(1).expanded(to: [count])
    #expect(Float(ones.mean()) == 1)
    let x = Tensor<Float>(3)
    let slope = gradient(of: x.expanded(to: [count]).mean(), withRespectTo: x)
    #expect(Float(slope) == 1)
  }
}
