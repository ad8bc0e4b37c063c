// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

@Suite struct GradientCheckTests {
  @Test(arguments: 0..<10 as Range<UInt64>)
  func rightGradientsPass(seed: UInt64) {
    let x = Tensor<Float>.normal([3, 4], key: RandomKey(seed: seed))
    #expect(gradientCheck({ softmax($0 • $0.transposed()) }, at: x, seed: seed).passes)
    let layer = Sequential(Linear(4, 5), Activation { tanh($0) }, Linear(5, 2))
      .initialized(seed: seed)
    let check = gradientCheck(layer, at: x, seed: seed)
    #expect(check.checks.map(\.name) == ["x", "0.weight", "0.bias", "2.weight", "2.bias"])
    #expect(check.passes)
    #expect(check.checks.allSatisfy { $0.check.relativeError < 1e-7 })
  }

  @Test(arguments: 0..<10 as Range<UInt64>)
  func aWrongGradientFails(seed: UInt64) {
    let x = Tensor<Double>.normal([4, 4], key: RandomKey(seed: seed))
    // One element of sixteen is off by a thousandth.
    let check = gradientCheck(
      { x in
        withCustomGradient(of: { $0 * $0 }, at: x) { x, yg in
          let isFirst = Tensor<Int32>(range: 0..<16).reshaped(to: [4, 4]) .== 5
          return select(isFirst, 2.002 * x * yg, 2 * x * yg)
        }
      }, at: x, seed: seed)
    #expect(!check.passes)
  }

  @Test func theSeedIsPrinted() {
    let x: Tensor<Double> = [1, 2]
    let check = gradientCheck({ exp($0) }, at: x)
    #expect(check.description.hasSuffix("(seed \(check.seed))"))
    #expect(gradientCheck({ exp($0) }, at: x, seed: 3).description.hasPrefix("x: "))
    let again = gradientCheck({ exp($0) }, at: x, seed: check.seed)
    #expect(again.checks[0].check == check.checks[0].check)
  }

  @Test func whatDoesNotDependPasses() {
    let constant: Tensor<Double> = [1, 2]
    #expect(gradientCheck({ _ in constant }, at: Tensor<Double>([1])).passes)
  }
}
