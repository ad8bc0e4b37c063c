// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

/// Against PyTorch in Double: `torch.nn.functional.gelu` and its derivative.
@Suite struct GELUTests {
  private static let x = [-6, -2.5, -1, -1e-3, 0, 0.5, 3, 10]
  private static let y = [
    -5.919525869479969e-09, -0.015524163314440398, -0.15865525393145702, -0.000499601057786089,
    0.0, 0.34573123063700656, 2.99595030590511, 10.0,
  ]
  private static let slope = [
    -3.546870945402639e-08, -0.03761108590814519, -0.08331547058768635, 0.4992021157051586, 0.5,
    0.8674951246561629, 1.011945647204184, 1.0,
  ]

  @Test func valuesAndDerivatives() {
    let x = Tensor(Self.x), y = gelu(x)
    let slope = gradient(of: y.sum(), withRespectTo: x)
    for index in Self.x.indices {
      #expect(abs(y.scalars[index] - Self.y[index]) < 1e-15 * max(1, abs(Self.y[index])))
      #expect(abs(slope.scalars[index] - Self.slope[index]) < 1e-14)
    }
    let single = gelu(Tensor(Self.x.map { Float($0) })).scalars
    for (number, expected) in zip(single, Self.y) {
      #expect(abs(number - Float(expected)) < 3e-7 * max(1, abs(Float(expected))))
    }
    #expect(gelu(Tensor<Float>(.nan)).scalars[0].isNaN)
  }

  /// Against mpmath with 50 digits.
  @Test func digitsFarBelowZero() {
    let x = [-4.0, -6, -8, -12]
    let expected = [
      -0.0001266849673324797, -5.9195258702261885e-09, -4.976768459417427e-15,
      -2.1317785344932147e-32,
    ]
    for (y, expected) in zip(gelu(Tensor(x)).scalars, expected) {
      #expect(abs(y - expected) <= 6 * expected.ulp)
    }
    for (y, expected) in zip(gelu(Tensor(x.map { Float($0) })).scalars, expected) {
      #expect(abs(y - Float(expected)) <= 6 * Float(expected).ulp)
    }
  }
}
