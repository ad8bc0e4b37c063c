// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackPlans
import Testing

struct BodyBuilderTests {
  init() { Plan.verifiesByDefault = true }

  /// 0 and -0 are equal and yet two constants: one step must not take one for the other.
  @Test func zerosKeepTheirSigns() {
    let x: Tensor<Float> = [2, 3]
    let quotients: Tensor<Float> = 1 / select(x .> 2.5, 0, Tensor(-0.0))
    #expect(quotients.scalars == [-Float.infinity, .infinity])
    let both: Tensor<Float> = 1 / (x * 0) + 1 / (x * Tensor(-0.0))
    #expect(both.scalars.allSatisfy { $0.isNaN })
    let sum = Float(Tensor<Float>(-0.0) + 0)
    #expect(sum == 0 && sum.sign == .plus)
  }
}
