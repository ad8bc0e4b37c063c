// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pullback
import PullbackTensors
import PullbackTestSupport
import Testing

/// expm1, log1p and softplus are within 2 units in the last place, sigmoid within 2.5.
extension TranscendentalTests {
  @Test(arguments: [0.7, 20, 89.5] as [Float])
  func expm1OfFloat(most: Float) {
    checkFloat(in: -most...most, expm1, Foundation.expm1)
  }

  @Test(arguments: [-0.5, 1, 0x1p24] as [Float])
  func log1pOfFloat(most: Float) {
    checkFloat(in: -1...most, log1p, Foundation.log1p)
  }

  @Test(arguments: [4, 104] as [Float])
  func sigmoidOfFloat(most: Float) {
    checkFloat(in: -most...most, bound: 2.5, sigmoid) { x in
      x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x))
    }
  }

  @Test(arguments: [4, 104] as [Float])
  func softplusOfFloat(most: Float) {
    checkFloat(in: -most...most, softplus) { x in (x > 0 ? x : 0) + log1p(exp(-abs(x))) }
  }

  /// What gelu multiplies x by.
  @Test(arguments: [-4, -14.5] as [Float])
  func normalDistributionOfFloat(least: Float) {
    checkFloat(in: least...6, bound: 5, { Tensor($0.value.unary(.normalDistribution)) }) { x in
      erfc(-x * 0.5.squareRoot()) / 2
    }
  }

  @Test(arguments: [-4.0, -38.7])
  func normalDistributionOfDouble(least: Double) {
    checkDouble(
      in: least...9, bound: boundOfDouble + 3, { Tensor($0.value.unary(.normalDistribution)) }
    ) { x in
      // What rounding the argument costs is made good.
      if x.isInfinite { return x > 0 ? 1 : 0 }
      let half: Wide = 0.5, root = half.squareRoot()
      let restOfRoot = half.addingProduct(-root, root) / (2 * root)
      let u = -x * root, rest = -(u.addingProduct(x, root) + x * restOfRoot)
      return (erfc(u) - rest * 2 / Wide.pi.squareRoot() * exp(-u * u)) / 2
    }
  }

  @Test(arguments: [0.7, 40, 710])
  func expm1OfDouble(most: Double) {
    checkDouble(in: -most...most, expm1, Foundation.expm1)
  }

  @Test(arguments: [-0.5, 1, 0x1p60])
  func log1pOfDouble(most: Double) {
    checkDouble(in: -1...most, log1p, Foundation.log1p)
  }

  @Test(arguments: [4.0, 746])
  func sigmoidOfDouble(most: Double) {
    checkDouble(in: -most...most, bound: boundOfDouble + 0.5, sigmoid) { x in
      x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x))
    }
  }

  @Test(arguments: [4.0, 746])
  func softplusOfDouble(most: Double) {
    checkDouble(in: -most...most, softplus) { x in (x > 0 ? x : 0) + log1p(exp(-abs(x))) }
  }

  @Test func exactCasesOfExpm1Log1pAndSigmoids() {
    let signed = Tensor<Float>([0, -0.0, -.infinity, .infinity])
    let powers = expm1(signed).scalars, expected: [Float] = [0, -0.0, -1, .infinity]
    #expect(powers.map(\.bitPattern) == expected.map(\.bitPattern))
    let logarithms = log1p(signed).scalars
    #expect(logarithms[..<2].map(\.bitPattern) == expected[..<2].map(\.bitPattern))
    #expect(logarithms[2].isNaN && logarithms[3] == .infinity)
    let infinities = [-Double.infinity, .infinity]
    #expect(log1p(Tensor<Double>([-1, .infinity])).scalars == infinities)
    #expect(sigmoid(signed).scalars == [0.5, 0.5, 0, 1])
    #expect(softplus(signed).scalars[2...] == [0, .infinity])
  }
}
