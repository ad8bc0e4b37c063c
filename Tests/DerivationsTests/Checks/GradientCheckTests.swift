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

  @Test(
    "Numbers of very different sizes", arguments: [1e-3, 1e-5, 1e-6, 1e-7, 1e-8] as [Double],
    0..<5 as Range<UInt64>)
  func sizes(least: Double, seed: UInt64) {
    let x = Tensor<Double>([least, 1, -least.squareRoot(), 3, 0])
    #expect(gradientCheck({ log($0.squared() + 1e-30) }, at: x[0..<4], seed: seed).passes)
    #expect(gradientCheck({ 1 / $0[0..<4] }, at: x, seed: seed).passes)
    #expect(gradientCheck({ relu($0) }, at: x, seed: seed).passes)
    func wrong(by factor: Double) -> GradientCheck {
      gradientCheck(
        { x in withCustomGradient(of: { 1 / $0 }, at: x) { x, yg in -factor * yg / (x * x) } },
        at: x[0..<4], seed: seed)
    }
    #expect(wrong(by: 1).passes && !wrong(by: 1.001).passes && !wrong(by: -1).passes)
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
