// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

struct PassTests {
  /// A layer as a user would write it: random in training, the identity otherwise.
  struct Noise: Layer {
    var parameters: Parameters { [:] }
    func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> {
      guard let key = Pass.current.nextKey() else { return x }
      return x + Tensor<Float>.normal(x.shape, key: key)
    }
  }

  private let model = Sequential(Noise(), Noise())
  private let x = Tensor<Float>.zeros([4])

  @Test func inferenceIsTheDefault() {
    #expect(!Pass.current.isTraining)
    #expect(model(x).scalars == [0, 0, 0, 0])
  }

  @Test func theSameKeyGivesTheSameNumbers() {
    func run(_ seed: UInt64) -> [Float] {
      Pass.training(key: RandomKey(seed: seed)) { model(x).scalars }
    }
    #expect(run(1) == run(1))
    #expect(run(1) != run(2))
  }

  @Test func eachLayerDrawsItsOwnNumbers() {
    let (first, second) = Pass.training(key: RandomKey(seed: 1)) { (Noise()(x), Noise()(x)) }
    #expect(first.scalars != second.scalars)
  }

  @Test func inferenceCanBeNestedInTraining() {
    Pass.training(key: RandomKey(seed: 1)) {
      #expect(Pass.current.isTraining)
      Pass.inference { #expect(model(x).scalars == [0, 0, 0, 0]) }
    }
  }

  @Test func dropoutKeepsTheExpectedShareAndScale() {
    let x = Tensor<Float>.ones([200, 100])
    let y = Pass.training(key: RandomKey(seed: 9)) { Dropout(0.25)(x) }
    let zeros = y.scalars.filter { $0 == 0 }.count
    // 5000 expected; six standard deviations are 367.
    #expect(abs(zeros - 5000) < 367)
    let kept: Float = 1 / 0.75
    #expect(Set(y.scalars) == Set([0, kept]))
    #expect(gradient(of: y.sum(), withRespectTo: x).scalars == y.scalars)
    #expect(Dropout(0.25)(x).scalars == x.scalars)
  }
}
