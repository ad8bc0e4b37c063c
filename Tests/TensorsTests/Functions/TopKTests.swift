// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTestSupport
import Testing

@Suite struct TopKTests {
  private static let x = Tensor<Float>([[0.5, .nan, 2, 2, -1], [.infinity, 1, -.infinity, 3, 3]])

  /// As `numpy.argsort(-x, kind: 'stable')` and `numpy.take_along_axis` give them.
  @Test func largest() {
    let best = Self.x.largest(3)
    let values: [Float] = [2, 2, 0.5, .infinity, 3, 3]
    #expect(best.values.scalars == values)
    #expect(best.indices.scalars == [2, 3, 0, 0, 3, 4])
    #expect(Self.x.largest(5, along: 1).indices.scalars == [2, 3, 0, 4, 1, 0, 3, 4, 1, 2])
    #expect(Self.x.largest(1, along: 0).indices.scalars == [1, 1, 0, 1, 1])
    #expect(Self.x.largest(1, along: 0).values.scalars == [.infinity, 1, 2, 3, 3])
  }

  @Test func smallest() {
    let least = Self.x.smallest(2)
    #expect(least.values.scalars == [-1, 0.5, -.infinity, 1])
    #expect(least.indices.scalars == [4, 0, 2, 1])
  }

  @Test func noneAndAll() {
    #expect(Self.x.largest(0).values.shape == [2, 0] && Self.x.largest(0).indices.shape == [2, 0])
    let nothing = Tensor<Float>.zeros([2, 0]).largest(0)
    #expect(nothing.values.scalars.isEmpty && nothing.values.shape == [2, 0])
    #expect(Tensor<Float>.zeros([0, 3]).largest(2).values.shape == [0, 2])
    #expect(Tensor<Int32>([3, 1, 2]).largest(3).values.scalars == [3, 2, 1])
  }

  /// The first of many, with numbers that are equal, against all of them in order.
  @Test(arguments: [41, 1000, 20_001], [0, 1, 2, 5, 100, 999])
  func aFewOfMany(count: Int, most: Int) {
    var random = SplitMix(seed: UInt64(count + most))
    let special: [Float] = [.nan, .infinity, -.infinity, 0, -0.0]
    let few = Swift.min(most, count)
    for range in [10, 1_000_000] {
      let numbers = (0..<(2 * count)).map { number in
        number % 11 == 0
          ? special.randomElement(using: &random)!
          : Float(Int.random(in: 0..<range, using: &random))
      }
      let x = Tensor(shape: [2, count], scalars: numbers), wide = Tensor<Double>(x)
      let whole = x.clipped(to: -1...Float(range)).replacing(with: 0, where: x.isNaN)
      func check<Number: NumericScalar>(_ x: Tensor<Number>) {
        for descending in [false, true] {
          let order = x.sortedIndices(descending: descending)
          let found = descending ? x.largest(few) : x.smallest(few)
          #expect(found.indices.scalars == order[.all, ..<few].scalars)
          let expected = x.taken(at: order[.all, ..<few], along: 1).scalars
          // NaN is not equal to itself.
          #expect(found.values.scalars.map { "\($0)" } == expected.map { "\($0)" })
        }
      }
      check(x)
      check(wide)
      check(Tensor<Int32>(whole))
    }
    // What else is read of the same order.
    let x = Tensor<Float>.uniform([count], key: RandomKey(seed: 1)), order = x.sortedIndices()
    let both = x.taken(at: order[..<1], along: 0).sum() + Tensor<Float>(order[(count - 1)...]).sum()
    let least = x.scalars.min()!, greatest = x.scalars.firstIndex(of: x.scalars.max()!)!
    #expect(Float(both) == least + Float(greatest))
  }

  @Test func onlyTheFirstAreMade() {
    let x = Tensor<Float>.uniform([2, 100], key: RandomKey(seed: 1))
    #expect("\(Plan(evaluating: x.largest(3).values))".contains("descending, the first 3"))
    #expect(!"\(Plan(evaluating: x.sortedIndices()))".contains("the first"))
  }

  @Test func derivativesGoToTheChosen() {
    let x = Tensor<Double>([[1, 3, 2], [6, 5, 4]])
    let y = x.largest(2, along: 1).values
    let xg = gradient(of: (y * y * Tensor<Double>([1, 10])).sum(), withRespectTo: x)
    #expect(xg.scalars == [0, 6, 40, 12, 100, 0])
    let columns = x.smallest(1, along: 0).values
    #expect(gradient(of: columns.sum(), withRespectTo: x).scalars == [1, 1, 1, 0, 0, 0])
  }
}
