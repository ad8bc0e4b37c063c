// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackPlans
import PullbackTestSupport
import Testing

/// A layer on [..., d] is one product of all its rows.
@Suite struct LinearTests {
  /// Rows, inner extent and columns of each product; none of these plans has a batch.
  private static func products(_ plan: Plan) -> [[Int]] {
    plan.steps.compactMap { step in
      guard case .contraction(let core) = step.core else { return nil }
      #expect(core.batch.isEmpty)
      return [core.rows, core.inner, core.columns]
    }
  }

  @Test(
    "Any leading axes are rows",
    arguments: [[128, 32], [8, 16, 32], [2, 4, 16, 32], [1, 128, 32], [2, 2, 2, 16, 32]])
  func leadingAxes(shape: [Int]) {
    let layer = Linear(32, 24).initialized(seed: 1)
    let bias = Tensor<Float>.normal([24], key: RandomKey(seed: 2))
    layer.bias!.value = bias
    let numbers = Tensor<Float>.normal([128, 32], key: RandomKey(seed: 3))
    let upstream = Tensor<Float>.normal([128, 24], key: RandomKey(seed: 4))
    evaluate(numbers, upstream)
    /// The layer over `x`, and the gradients for x and the weight.
    func results(_ x: Tensor<Float>) -> (Tensor<Float>, Tensor<Float>, Tensor<Float>) {
      let y = layer(x), loss = (y * upstream.reshaped(to: y.shape)).sum()
      let (xg, wg) = gradient(of: loss, withRespectTo: x, layer.weight.value)
      return (y, xg, wg)
    }
    let rows = results(numbers)
    let x = numbers.reshaped(to: Shape(shape)).detached()
    evaluate(x)
    let whole = results(x)
    #expect(Self.products(Plan(evaluating: whole.0)) == [[128, 32, 24]])
    #expect(Self.products(Plan(evaluating: whole.1)) == [[128, 24, 32]])
    #expect(Self.products(Plan(evaluating: whole.2)) == [[32, 128, 24]])
    #expect(whole.0.shape == Shape(shape.dropLast() + [24]))
    #expect(whole.0.scalars == rows.0.scalars)
    #expect(whole.1.scalars == rows.1.scalars)
    #expect(whole.2.scalars == rows.2.scalars)
  }
}
