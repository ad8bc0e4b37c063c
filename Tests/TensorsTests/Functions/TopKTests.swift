// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

@Suite struct TopKTests {
  private static let x = Tensor<Float>([[0.5, .nan, 2, 2, -1], [.infinity, 1, -.infinity, 3, 3]])

  /// As `numpy.argsort(-x, kind: 'stable')` and `numpy.take_along_axis` give them.
  @Test func largest() {
    let best = Self.x.largest(3)
    #expect(best.values.scalars == [2, 2, 0.5, .infinity, 3, 3])
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

  @Test func derivativesGoToTheChosen() {
    let x = Tensor<Double>([[1, 3, 2], [6, 5, 4]])
    let y = x.largest(2, along: 1).values
    let xg = gradient(of: (y * y * Tensor<Double>([1, 10])).sum(), withRespectTo: x)
    #expect(xg.scalars == [0, 6, 40, 12, 100, 0])
    let columns = x.smallest(1, along: 0).values
    #expect(gradient(of: columns.sum(), withRespectTo: x).scalars == [1, 1, 1, 0, 0, 0])
  }
}
