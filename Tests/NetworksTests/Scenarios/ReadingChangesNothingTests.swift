// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackPlans
import PullbackTestSupport
import Testing

/// Training gives the same bits whether its tensors are read on the way or not.
struct ReadingChangesNothingTests {
  init() { Plan.verifiesByDefault = true }

  @Test("Fresh steps, read at random moments", arguments: 0..<12)
  func freshSteps(seed: Int) {
    func weights(_ reads: () -> Bool) -> [[UInt32]] {
      let first = Parameter(value: .normal([3, 4], key: RandomKey(seed: UInt64(seed))))
      let second = Parameter(value: .normal([4, 2], key: RandomKey(seed: UInt64(seed + 100))))
      let x = Tensor<Float>.normal([5, 3], key: RandomKey(seed: 7))
      let optimizer = Optimizer(Adam(learningRate: 0.05), for: ["first": first, "second": second])
      func read(_ tensor: Tensor<Float>) -> Tensor<Float> {
        if reads() { _ = tensor.scalars }
        return tensor
      }
      var average = read(first.value.detached())
      for _ in 0..<6 {
        let features = read(read(x * 0.5).named("x") + 1)
        let hidden = read(relu(read(features • first.value)))
        let target = read(read(hidden.detached()).sum(along: 1, keepingAxes: true))
        let scores = read(read(hidden[0..<5]) • second.value)
        let near = (first.value - average).squared().mean()
        optimizer.minimize(read(read(tanh(scores) - target).squared().mean() + read(near)))
        average = read(0.9 * average + 0.1 * read(first.value.detached()))
      }
      return [first, second].map { $0.value.scalars.map(\.bitPattern) }
    }
    var moments = SplitMix(seed: seed)
    let quiet = weights { false }
    #expect(weights { moments.isTrue(oneIn: 3) } == quiet)
    #expect(weights { true } == quiet)
  }

  @Test func tensorsOutsideARecordedStep() {
    func weights(reading: Bool) -> [Float] {
      let w = Parameter(value: .normal([3, 4], key: RandomKey(seed: 1)))
      let optimizer = Optimizer(SGD(learningRate: 0.05, momentum: 0.5), for: ["w": w])
      let scale = exp(w.value), mask = Tensor<Float>.uniform([3, 4], key: RandomKey(seed: 2))
      let frozen = (scale * mask).detached()
      if reading { _ = (scale.scalars, frozen.scalars) }
      let step = optimizer.recorded { (x: Tensor<Float>) in
        ((x • w.value) - (x • frozen) * scale.sum()).squared().mean()
      }
      for number in 0..<4 { step(.normal([5, 3], key: RandomKey(seed: UInt64(number)))) }
      return w.value.scalars
    }
    #expect(weights(reading: true) == weights(reading: false))
  }
}
