// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

@Suite struct SoftmaxTests {
  /// By hand, in Double: y = x - ln Σ e^x, and for Σ w y the derivative w - softmax(x) Σ w.
  @Test func logSoftmaxAlongEachAxis() {
    let x: Tensor<Double> = [[1, 2, 4], [-3, 0, 1]]
    let w: Tensor<Double> = [[1, -2, 0.5], [2, 0, 1]]
    for axis in [0, 1, -1] {
      let y = logSoftmax(x, along: axis)
      let sums = exp(x).sum(along: axis, keepingAxes: true)
      #expect(y.isClose(to: x - log(sums)))
      let slope = gradient(of: (w * y).sum(), withRespectTo: x)
      #expect(slope.isClose(to: w - exp(x) / sums * w.sum(along: axis, keepingAxes: true)))
      #expect(exp(y).isClose(to: softmax(x, along: axis)))
    }
    let last: (Tensor<Double>) -> Tensor<Double> = logSoftmax
    #expect(last(x).scalars == logSoftmax(x, along: 1).scalars)
  }

  /// Rounding x - ln Σ e^x at 10000 would leave errors of a thousandth.
  @Test func largeNumbersLoseNothing() {
    let x: Tensor<Float> = [10_000, 10_001, 9_990]
    let expected: [Float] = [-1.3132739, -0.31327388, -11.313274]
    for (y, expected) in zip(logSoftmax(x).scalars, expected) {
      #expect(abs(y - expected) < 2e-6)
    }
    let slope = gradient(of: logSoftmax(x)[0], withRespectTo: x)
    #expect(slope.isClose(to: [0.73106186, -0.73104965, -1.2209773e-05], absoluteTolerance: 1e-7))
  }

  @Test func infinities() {
    let x = Tensor<Float>([[1e4, -1e4], [-.infinity, 3], [-.infinity, -.infinity], [.nan, 0]])
    let y = logSoftmax(x)
    #expect(y[0].scalars == [0, -2e4] && y[1].scalars == [-.infinity, 0])
    #expect(y[2..<4].scalars.allSatisfy { $0.isNaN })
    let slope = gradient(of: y[0..<2, 1].sum(), withRespectTo: x)
    #expect(slope[0..<2].scalars == [-1, 1, 0, 0])
  }

  /// As PyTorch: nothing along the axis gives nothing.
  @Test func ofNothing() {
    for (shape, axis) in [([0], 0), ([17, 0], 1), ([0, 3], -1), ([2, 0, 3], 1)] as [([Int], Int)] {
      let x = Tensor<Float>.zeros(Shape(shape))
      for y in [softmax(x, along: axis), logSoftmax(x, along: axis)] {
        #expect(y.shape == x.shape && y.scalars.isEmpty)
        #expect(gradient(of: y.sum(), withRespectTo: x).shape == x.shape)
      }
    }
  }
}
