// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

@Suite struct NormTests {
  private static let orders = [0.5, 1, 1.5, 2, 3, .infinity]

  /// By hand: (2^p + 2^p)^(1/p), of numbers whose powers Float does not hold.
  @Test(arguments: orders, [1e-37, 1e-30, 1, 1e30] as [Float])
  func numbersOfAnySize(order: Double, size: Float) {
    let x = Tensor<Float>([-2 * size, 0, 2 * size])
    let y = x.norm(order: order), expected = Float(Double(2 * size) * pow(2, 1 / order))
    #expect(abs(Float(y) - expected) <= 4 * expected.ulp)
    let slope = gradient(of: y, withRespectTo: x).scalars
    let part = order == .infinity ? 0.5 : Float(pow(2, 1 / order - 1))
    #expect(slope[1] == 0)
    #expect(abs(slope[0] + part) <= 1e-6 * part && abs(slope[2] - part) <= 1e-6 * part)
  }

  private func pow(_ x: Double, _ y: Double) -> Double {
    Double(Pullback.pow(Tensor(x), Tensor(y)))
  }

  /// The derivative of a length is 0 where the length is, to second order.
  @Test(arguments: orders)
  func ofZeros(order: Double) {
    let x = Tensor<Double>.zeros([2, 3])
    let y = x.norm(order: order, along: 1)
    #expect(y.scalars == [0, 0])
    let slope = gradient(of: y.sum(), withRespectTo: x)
    #expect(slope.scalars.allSatisfy { $0 == 0 })
    let second = gradient(of: (slope * slope).sum(), withRespectTo: x)
    #expect(second.scalars.allSatisfy { $0 == 0 })
  }

  @Test(arguments: orders)
  func extremes(order: Double) {
    let x = Tensor<Float>([[.infinity, 1], [-.infinity, 2], [.nan, 1]])
    let y = x.norm(order: order, along: 1).scalars
    #expect(y[..<2] == [.infinity, .infinity] && y[2].isNaN)
    #expect(Tensor<Float>.zeros([2, 0]).norm(order: order, along: 1).scalars == [0, 0])
    #expect(Tensor<Float>(-3).norm(order: order).scalars == [3])
  }
}
