// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

/// What a layer gives is a tensor of its own, also where the layer does nothing.
struct UnchangedTests {
  private func check(_ layer: some Layer) {
    let x: Tensor<Float> = [[1, 2], [3, 4]]
    let y = layer(x)
    let (xg, yg) = gradient(of: (3 * x).sum() + (5 * y).sum(), withRespectTo: x, y)
    #expect(y.scalars == x.scalars)
    #expect(yg.scalars == [5, 5, 5, 5])
    #expect(xg.scalars == [8, 8, 8, 8])
  }

  @Test func dropoutInInference() { check(Dropout(0.5)) }

  @Test func dropoutOfNothing() {
    Pass.training(key: RandomKey(seed: 1)) { check(Dropout(0)) }
  }

  @Test func noLayers() { check(Sequential()) }
}
