// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTestSupport
import Testing

@Suite struct CumulativeTests {
  private static let shape: Shape = [3, 20, 9]

  /// What runs along an axis of `shape`, by a loop; exclusive, what came before, from `start`.
  private func reference(
    _ x: [Double], _ axis: Int, exclusive: Bool, reversed: Bool, from start: Double,
    _ next: (Double, Double) -> Double
  ) -> [Double] {
    let shape = Self.shape
    let inner = shape[(axis + 1)...].reduce(1, *), extent = shape[axis]
    var result = x
    for outer in 0..<(x.count / extent / inner) {
      for column in 0..<inner {
        var kept = start
        for step in 0..<extent {
          let i = reversed ? extent - 1 - step : step
          let place = (outer * extent + i) * inner + column
          let before = kept
          kept = next(kept, x[place])
          result[place] = exclusive ? before : kept
        }
      }
    }
    return result
  }

  @Test(arguments: 0..<3, [false, true])
  func everyWay(axis: Int, reversed: Bool) {
    var random = SplitMix(seed: UInt64(axis))
    let numbers = (0..<Self.shape.elementCount).map { _ in
      Double.random(in: -2...2, using: &random)
    }
    let x = Tensor(shape: Self.shape, scalars: numbers)
    for exclusive in [false, true] {
      let sums = reference(numbers, axis, exclusive: exclusive, reversed: reversed, from: 0, +)
      let products = reference(
        numbers, axis, exclusive: exclusive, reversed: reversed, from: 1, *)
      #expect(
        x.cumulativeSum(along: axis, exclusive: exclusive, reversed: reversed)
          .isClose(to: Tensor(shape: Self.shape, scalars: sums)))
      #expect(
        x.cumulativeProduct(along: axis - 3, exclusive: exclusive, reversed: reversed)
          .isClose(to: Tensor(shape: Self.shape, scalars: products)))
    }
    let most = reference(
      numbers, axis, exclusive: false, reversed: reversed, from: -.infinity, max)
    let least = reference(
      numbers, axis, exclusive: false, reversed: reversed, from: .infinity, min)
    #expect(x.cumulativeMaximum(along: axis, reversed: reversed).scalars == most)
    #expect(x.cumulativeMinimum(along: axis, reversed: reversed).scalars == least)
  }

  /// Int32 wraps, like all its arithmetic; zeros keep their sign as NumPy's do.
  @Test func edges() {
    let most = Tensor<Int32>([.max, 1, -1])
    #expect(most.cumulativeSum(along: 0).scalars == [.max, .min, .max])
    #expect(Tensor<Int32>([1 << 20, 1 << 20]).cumulativeProduct(along: 0).scalars == [1 << 20, 0])
    let zeros = Tensor<Float>([Float](repeating: -0.0, count: 19)).cumulativeSum(along: 0)
    #expect(zeros.scalars.allSatisfy { $0 == 0 && $0.sign == .minus })
    #expect(Tensor<Float>.zeros([2, 0]).cumulativeSum(along: 1, exclusive: true).shape == [2, 0])
    #expect(Tensor<Float>.zeros([0]).cumulativeProduct(along: 0, exclusive: true).scalars == [])
    #expect(Tensor<Float>([7]).cumulativeProduct(along: 0, exclusive: true).scalars == [1])
    #expect(
      Tensor<Bool>([false, true, false]).cumulativeMaximum(along: 0).scalars == [
        false, true, true,
      ])
    #expect(
      Tensor<Bool>([true, false, true]).cumulativeMinimum(along: 0, reversed: true).scalars == [
        false, false, true,
      ])
    let infinite = Tensor<Float>([1, .infinity, 2, -.infinity, 3, 4, 5, 6, 7, 8, 9])
      .cumulativeSum(along: 0).scalars
    #expect(infinite.prefix(3) == [1, .infinity, .infinity])
    #expect(infinite.dropFirst(3).allSatisfy { $0.isNaN })
  }

  /// With zeros a quotient of products would be 0 / 0. By hand, for weights of 1.
  @Test(
    arguments: [
      ([2, 0, 3], [1, 8, 0]), ([0, 0, 3], [1, 0, 0]), ([2, 3, 0], [4, 2, 6]),
      ([0, 5, 7], [41, 0, 0]), ([1, 0, 0, 4], [1, 1, 0, 0]), ([0], [1]),
    ] as [([Double], [Double])])
  func productsWithZeros(numbers: [Double], expected: [Double]) {
    let x = Tensor(numbers)
    let xg = gradient(of: x.cumulativeProduct(along: 0).sum(), withRespectTo: x)
    #expect(xg.scalars == expected)
    // The other way round.
    let back = Tensor<Double>(numbers.reversed())
    let backg = gradient(
      of: back.cumulativeProduct(along: 0, reversed: true).sum(), withRespectTo: back)
    #expect(backg.scalars == expected.reversed())
  }

  /// d²(x0 + x0 x1 + x0 x1 x2 + x0 x1 x2 x3) by hand, where two in a row are 0.
  @Test func secondOrderWithZeros() {
    let x = Tensor<Double>([2, 0, 0, 5])
    let hessian = [
      [0.0, 1, 0, 0],
      [1, 0, 12, 0],
      [0, 12, 0, 0],
      [0, 0, 0, 0],
    ]
    let xg = gradient(of: x.cumulativeProduct(along: 0).sum(), withRespectTo: x)
    for (row, expected) in hessian.enumerated() {
      #expect(gradient(of: xg[row], withRespectTo: x).scalars == expected)
    }
  }

  @Test func extremesGiveToWhereTheyWereMet() {
    let x = Tensor<Double>([1, 3, 3, 2, 5])
    let weights = Tensor<Double>([1, 10, 100, 1000, 10000])
    let highest = gradient(
      of: (weights * x.cumulativeMaximum(along: 0)).sum(), withRespectTo: x)
    #expect(highest.scalars == [1, 10, 1100, 0, 10000])
    let lowest = gradient(
      of: (weights * x.cumulativeMinimum(along: 0, reversed: true)).sum(), withRespectTo: x)
    #expect(lowest.scalars == [1, 0, 0, 1110, 10000])
    let broken = Tensor<Double>([1, .nan, 3])
    let brokeng = gradient(of: broken.cumulativeMaximum(along: 0).sum(), withRespectTo: broken)
    #expect(brokeng.scalars[0] == 1 && brokeng.scalars[1...].allSatisfy { $0.isNaN })
  }
}
