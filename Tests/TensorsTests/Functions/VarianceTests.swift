// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

@Suite struct VarianceTests {
  /// Deviations of a half beside a mean of a million: by hand, exact.
  @Test func aLargeMeanCostsNoDigits() {
    let x = Tensor<Float>([1e6, 1_000_000.5, 1e6, 1_000_000.5, 1e6, 1_000_000.5])
    #expect(x.variance().scalars == [0.0625])
    #expect(x.variance(correction: 1).scalars == [0.075])
    #expect(x.standardDeviation().scalars == [0.25])
    let slope = gradient(of: x.variance(), withRespectTo: x)
    let expected = 0.5 / 6 as Float
    #expect(
      slope.isClose(to: Tensor([-expected, expected, -expected, expected, -expected, expected])))
  }

  @Test func ofEqualNumbers() {
    let x = Tensor<Float>([0.1, 0.1, 0.1])
    let y = x.standardDeviation()
    #expect(y.scalars == [0] && gradient(of: y, withRespectTo: x).scalars == [0, 0, 0])
  }

  /// As NumPy: nothing is divided by nothing.
  @Test func tooFewNumbers() {
    let one = Tensor<Float>([3])
    #expect(one.variance().scalars == [0])
    #expect(one.variance(correction: 1).scalars[0].isNaN)
    #expect(one.variance(correction: 2).scalars[0].isNaN)
    #expect(Tensor<Float>.zeros([0]).variance().scalars[0].isNaN)
    #expect(
      Tensor<Float>.zeros([2, 0]).standardDeviation(along: 1).scalars.allSatisfy { $0.isNaN })
    #expect(Tensor<Float>([1, .infinity]).variance().scalars[0].isNaN)
  }

  /// As PyTorch in Float: 1.5275 times the size, where the squares of deviations are no numbers of Float.
  @Test(arguments: [1e30, 1e-25, 1e-30] as [Float])
  func deviationsWhoseSquaresAreNoNumbers(size: Float) {
    let x = Tensor<Float>([1, 2, 4]) * size
    let y = x.standardDeviation(correction: 1), slope = gradient(of: y, withRespectTo: x)
    #expect(abs(y.scalars[0] / size - 1.5275252) < 1e-6)
    #expect(slope.isClose(to: [-0.43643576, -0.10910894, 0.5455447], relativeTolerance: 1e-5))
  }
}
