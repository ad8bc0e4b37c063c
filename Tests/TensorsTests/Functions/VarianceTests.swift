// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTestSupport
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

  /// As PyTorch in Float: 1.5275 times the size, where the squares of deviations are no
  /// numbers of Float.
  @Test(arguments: [1e30, 1e-25, 1e-30] as [Float])
  func deviationsWhoseSquaresAreNoNumbers(size: Float) {
    let x = Tensor<Float>([1, 2, 4]) * size
    let y = x.standardDeviation(correction: 1), slope = gradient(of: y, withRespectTo: x)
    #expect(abs(y.scalars[0] / size - 1.5275252) < 1e-6)
    #expect(slope.isClose(to: [-0.43643576, -0.10910894, 0.5455447], relativeTolerance: 1e-5))
  }

  /// Rows against loops in Double, with an outlier in front and beside a mean that is large.
  @Test(arguments: [1, 2, 15, 16, 17, 300, 512, 513, 5000])
  func rowsAgainstLoops(length: Int) {
    var random = SplitMix(seed: length)
    for (outlier, mean) in [(0, 0), (1e5, 0), (0, 1e4), (-3e4, 1e3)] as [(Float, Float)] {
      var numbers = random.floats(3 * length).map { $0 + mean }
      for row in 0..<3 { numbers[row * length] += outlier }
      let x = Tensor<Float>(shape: [3, length], scalars: numbers)
      let variances = x.variance(along: 1).scalars, norms = x.norm(along: 1).scalars
      for row in 0..<3 {
        let wide = numbers[row * length..<(row + 1) * length].map(Double.init)
        let centre = wide.reduce(0, +) / Double(length)
        let variance = wide.reduce(0) { $0 + ($1 - centre) * ($1 - centre) } / Double(length)
        let norm = wide.reduce(0) { $0 + $1 * $1 }.squareRoot()
        #expect(abs(Double(variances[row]) - variance) <= variance * 2e-7)
        #expect(abs(Double(norms[row]) - norm) <= norm * 1e-7)
      }
    }
  }

  /// The same numbers in columns take another way; both are within a few units in the last place.
  @Test func columnsAndRowsAgree() {
    let x = Tensor<Float>.normal([70, 40], key: RandomKey(seed: 3)) + 5
    let turned = x.transposed().variance(along: 1)
    #expect(x.variance(along: 0).isClose(to: turned, relativeTolerance: 1e-6))
    #expect(x.norm(along: 0).isClose(to: x.transposed().norm(along: 1), relativeTolerance: 1e-6))
  }

  /// Of numbers that are all equal the variance is flat, but curved: 2 (δ - 1 / n) / n.
  @Test func curvatureAtEqualNumbers() {
    let x = Tensor<Float>([3, 3])
    let slope = gradient(of: x.variance(), withRespectTo: x)
    let curvature = gradient(of: (slope * [1, 0]).sum(), withRespectTo: x)
    #expect(slope.scalars == [0, 0] && curvature.scalars == [0.5, -0.5])
  }
}
