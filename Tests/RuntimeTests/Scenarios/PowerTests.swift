// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pullback
import PullbackTestSupport
import Testing

/// pow is within 2 units in the last place, on whatever instruction set runs. Special values are
/// tested beside its gradients, in TensorsTests.
@Suite struct PowerTests {
  private static let count = 200_000

  /// Bases and exponents, the latter such that powers cover the type's range.
  private enum Sample: CaseIterable {
    case moderate, wide, nearOne, wholeNumbers, anyBits
  }

  @Test(arguments: Sample.allCases)
  private func float(_ sample: Sample) {
    var generator = SplitMix(seed: 3)
    let pairs = (0..<Self.count).map { _ -> (Float, Float) in
      if sample == .anyBits {
        let bits = generator.next()
        return (
          Float(bitPattern: UInt32(truncatingIfNeeded: bits)), Float(bitPattern: UInt32(bits >> 32))
        )
      }
      let (x, y) = Self.pair(sample, bits: 24, range: -151...129, from: &generator)
      return (Float(x), Float(y))
    }
    let results = pow(Tensor(pairs.map(\.0)), Tensor(pairs.map(\.1))).scalars
    var worst = 0.0
    for ((x, y), result) in zip(pairs, results) {
      worst = max(worst, units(result, from: Foundation.pow(Double(x), Double(y))))
    }
    #expect(worst <= 2)
  }

  @Test(arguments: Sample.allCases)
  private func double(_ sample: Sample) {
    var generator = SplitMix(seed: 4)
    let pairs = (0..<(Self.count / 4)).map { _ -> (Double, Double) in
      if sample == .anyBits {
        return (Double(bitPattern: generator.next()), Double(bitPattern: generator.next()))
      }
      return Self.pair(sample, bits: 53, range: -1080...1030, from: &generator)
    }
    let results = pow(Tensor(pairs.map(\.0)), Tensor(pairs.map(\.1))).scalars
    var worst: Wide = 0
    for ((x, y), result) in zip(pairs, results) {
      worst = max(worst, units(result, from: Foundation.pow(Wide(x), Wide(y))))
    }
    #expect(worst <= boundOfDouble)
  }

  private static func pair(
    _ sample: Sample, bits: Int, range: ClosedRange<Double>, from generator: inout SplitMix
  ) -> (Double, Double) {
    func random(_ low: Double, _ high: Double) -> Double {
      Double.random(in: low...high, using: &generator)
    }
    switch sample {
    case .moderate, .anyBits: return (random(0, 10), random(-20, 20))
    case .wholeNumbers: return (random(-40, 40).rounded(), random(-20, 20).rounded())
    case .wide:
      let exponent = random(range.lowerBound, range.upperBound)
      return (exp2(exponent), random(range.lowerBound, range.upperBound) / exponent)
    case .nearOne:
      let distance = exp2(-random(1, Double(bits)))
      let x = 1 + (Bool.random(using: &generator) ? distance : -distance / 2)
      return (x, random(range.lowerBound, range.upperBound) / log2(x))
    }
  }
}
