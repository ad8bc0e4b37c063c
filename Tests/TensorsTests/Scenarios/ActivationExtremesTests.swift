// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

/// What functions of each element are far out and at their joints: by hand.
@Suite struct ActivationExtremesTests {
  private static let gated: [@Sendable (Tensor<Float>) -> Tensor<Float>] = [
    silu, gelu, { gelu($0, approximation: .tanh) }, hardSwish,
  ]

  /// -∞ times 0 is the limit, 0, and so are the slopes.
  @Test(arguments: gated.indices)
  func gatesOfInfinities(index: Int) {
    let far = Float.greatestFiniteMagnitude
    let x = Tensor<Float>([-.infinity, -far, -1e4, 1e4, far, .infinity])
    let y = Self.gated[index](x)
    #expect(y.scalars == [0, 0, 0, 1e4, far, .infinity])
    let slope = gradient(of: y.sum(), withRespectTo: x)
    #expect(slope.scalars == [0, 0, 0, 1, 1, 1])
    let second = gradient(of: slope.sum(), withRespectTo: x)
    #expect(second.scalars == [0, 0, 0, 0, 0, 0])
  }

  @Test func exponentialsBelow() {
    let x = Tensor<Float>([-.infinity, -1e4, -1e-9, 0, 1e4, .infinity])
    func slope(_ y: Tensor<Float>) -> [Float] { gradient(of: y.sum(), withRespectTo: x).scalars }
    #expect(elu(x).scalars == [-1, -1, -1e-9, 0, 1e4, .infinity])
    #expect(slope(elu(x)) == [0, 0, 1, 1, 1, 1])
    #expect(slope(elu(x, alpha: 2)) == [0, 0, 2, 2, 1, 1])
    #expect(slope(selu(x))[..<2] == [0, 0])
    #expect(slope(leakyReLU(x, slope: 0.5)) == [0.5, 0.5, 0.5, 0.5, 1, 1])
  }

  @Test func joints() {
    let x = Tensor<Float>([-3, -1, 0, 1, 3, 6])
    func slope(_ y: Tensor<Float>) -> [Float] { gradient(of: y.sum(), withRespectTo: x).scalars }
    #expect(slope(relu6(x)) == [0, 0, 0, 1, 1, 0])
    #expect(slope(hardTanh(x)) == [0, 0, 1, 0, 0, 0])
    #expect(slope(6 * hardSigmoid(x)) == [0, 1, 1, 1, 0, 0])
    #expect(slope(hardSwish(x))[0] == 0 && slope(hardSwish(x))[4...] == [1, 1])
    #expect(slope(x.clipped(to: -1...3)) == [0, 0, 1, 1, 0, 0])
  }

  @Test func clippedWholeNumbers() {
    let x: Tensor<Int32> = [-5, 0, 7]
    #expect(x.clipped(to: -1...3).scalars == [-1, 0, 3])
    #expect(x.clipped(to: 2...).scalars == [2, 2, 7] && x.clipped(to: ...2).scalars == [-5, 0, 2])
  }

  /// Against Double, which is right to 1e-15, as far as σ(x) has all digits that Float can hold.
  @Test func siluIsWithinFourUnits() {
    let numbers = (-3480...4000).map { Float($0) / 40 }
    let y = silu(Tensor(numbers)).scalars
    let expected = silu(Tensor(numbers.map { Double($0) })).scalars
    for (y, expected) in zip(y, expected) {
      #expect(abs(Double(y) - expected) <= 4 * Double(Float(expected).ulp))
    }
  }
}
