// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

/// What a layer gives is a tensor of its own, also where the layer does nothing.
struct UnchangedTests {
  private func check(_ layer: some Layer<Tensor<Float>, Tensor<Float>>) {
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

  @Test func anActivationOfNothing() { check(Activation { $0 }) }

  @Test func aBatchOfTheWholeSharesItsNumbers() throws {
    let data = Dataset(inputs: Tensor<Float>.zeros([3, 2]), labels: [0, 1, 2])
    evaluate(data.inputs)
    let batch = try #require(data.batches(of: 5).first { _ in true })
    #expect(batch.inputs.value.node !== data.inputs.value.node)
    evaluate(batch.inputs)
    #expect(batch.inputs.value.node.numbers === data.inputs.value.node.numbers)
  }
}
