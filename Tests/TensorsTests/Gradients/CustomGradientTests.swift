// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackRuntime
import PullbackTensors
import PullbackTestSupport
import Testing

@Suite struct CustomGradientTests {
  init() { Plan.verifiesByDefault = true }

  /// Rounds forward; the cotangent passes unchanged.
  private func rounded(_ x: Tensor<Double>) -> Tensor<Double> {
    withCustomGradient(of: { Tensor(Tensor<Int32>($0 + 0.5)) }, at: x) { x, yg in yg }
  }

  @Test func straightThrough() {
    let x: Tensor<Double> = [0.2, 1.7]
    let y = rounded(x)
    expect(y, [0, 2])
    expect(gradient(of: (y * y).sum(), withRespectTo: x), [0, 4])
  }

  @Test func gradientsDoNotLookInside() {
    let x: Tensor<Double> = [3], w: Tensor<Double> = [2]
    let y = withCustomGradient(of: { $0 * w }, at: x) { x, yg in yg * 100 }
    let (xg, wg) = gradient(of: y.sum(), withRespectTo: x, w)
    expect(xg, [100])
    expect(wg, [0])
  }

  @Test func otherUsesKeepTheirOwnDerivative() {
    let x: Tensor<Double> = [3]
    let y = withCustomGradient(of: { $0 * $0 }, at: x) { x, yg in yg * 100 } + x * x
    expect(gradient(of: y.sum(), withRespectTo: x), [106])
  }

  @Test func clippedCotangent() {
    let x: Tensor<Double> = [1, 10]
    let y = withCustomGradient(of: { $0 }, at: x) { x, yg in maximum(minimum(yg, 1), -1) }
    expect(gradient(of: (y * y * y).sum(), withRespectTo: x), [1, 1])
  }

  @Test func theRuleOfTwo() {
    let x: Tensor<Double> = [2, 3], y: Tensor<Double> = [5, 7]
    let z = withCustomGradient(of: { $0 * $1 }, at: x, y) { x, y, zg in (zg * x, zg * y * 2) }
    let (xg, yg) = gradient(of: z.sum(), withRespectTo: x, y)
    expect(xg, [2, 3])
    expect(yg, [10, 14])
  }

  @Test func secondOrderDifferentiatesTheRule() {
    // The value is x², the rule says 3 x²: its derivative is 6 x.
    let x: Tensor<Double> = [2, 5]
    let y = withCustomGradient(of: { $0 * $0 }, at: x) { x, yg in yg * 3 * x * x }
    let first = gradient(of: y.sum(), withRespectTo: x)
    expect(first, [12, 75])
    let second = gradient(of: first.sum(), withRespectTo: x)
    expect(second, [12, 30])
    expect(gradient(of: second.sum(), withRespectTo: x), [6, 6])
  }

  @Test func batchedRulesSeeOneExample() {
    // The rule normalises over its example: batching must not let examples mix.
    let x: Tensor<Double> = [1, 2]
    let y = withCustomGradient(of: { $0 * 2 }, at: x) { x, yg in yg * x / x.sum() }
    let xg = gradient(of: y.sum(), withRespectTo: x)
    let stack: Tensor<Double> = [[1, 2], [3, 1], [1, 1]]
    let results = batched([y.value, xg.value], over: [(x.value, stack.value)], extent: 3)
    #expect(results[0].numbers == [2, 4, 6, 2, 2, 2])
    let third = 1.0 / 3
    #expect(areClose(results[1].numbers, [third, 2 * third, 0.75, 0.25, 0.5, 0.5], 1e-15))
    // The gradient of what was batched calls the batched rule.
    let later = gradient(of: Tensor<Double>(results[0]).sum(), withRespectTo: stack)
    #expect(areClose(later.value.numbers, results[1].numbers, 1e-15))
    let second = gradient(of: (later * later).sum(), withRespectTo: stack)
    #expect(second.shape == [3, 2])
  }

  /// Also shapes that would sum or stretch to the right one.
  @Test(arguments: [[3], [4, 2], [1, 2], [1], []])
  func cotangentOfAWrongShapeStops(extents: [Int]) async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      [extents = extents as [Int]] in
      let x: Tensor<Float> = [1, 2]
      let y = withCustomGradient(of: { $0 }, at: x) { x, yg in Tensor.ones(Shape(extents)) }
      _ = gradient(of: y.sum(), withRespectTo: x)
    }
    #expect(
      result.message.contains(
        "withCustomGradient: the rule gave a cotangent of shape \(extents) for an input of shape "
          + "[2]. Fix: return x.g in the shape of x."))
  }

  @Test func secondCotangentOfAWrongShapeStops() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let x: Tensor<Float> = [[1, 2], [3, 4]], y: Tensor<Float> = 3
      let z = withCustomGradient(of: { $0 * $1 }, at: x, y) { x, y, zg in (zg * y, zg * x) }
      _ = gradient(of: z.sum(), withRespectTo: y)
    }
    #expect(
      result.message.contains("the rule gave a cotangent of shape [2, 2] for an input of shape []"))
  }
}
