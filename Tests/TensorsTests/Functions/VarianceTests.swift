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
}
