// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackPlans
import Testing

/// The recorded step of the next network of one structure is not written down again; what differs
/// in anything but numbers of the run is. Counted, not timed.
struct SharedRecordingsTests {
  init() { Plan.verifiesByDefault = true }

  @Test func theNextNetworkWritesNothingDown() {
    let count = CountedRule.Count()
    for number in 0..<4 {
      let rate = 0.125 / Float(1 + number), x: [Float] = [1, Float(number)]
      let w = Parameter(value: Tensor([Float(number) / 4, 0.5]))
      let optimizer = Optimizer(CountedRule(count, learningRate: rate), for: ["w": w])
      let step = optimizer.recorded { (x: Tensor<Float>) in
        withCustomGradient(
          of: { $0 * 1 }, at: (x * w.value).sum(), rule: CountedGradient(count: count)
        ).squared()
      }
      for _ in 0..<3 {
        let w0 = w.value.scalars, y = x[0] * w0[0] + x[1] * w0[1]
        #expect(step(Tensor(x)) == y * y)
        #expect(w.value.scalars == [w0[0] - rate * (2 * y * x[0]), w0[1] - rate * (2 * y * x[1])])
      }
    }
    // One gradient, one update.
    #expect(count.both == [1, 1])
  }

  /// Functions that look alike: each is recorded for a network of its own, after all others, and
  /// does what `minimize` does.
  @Test func whatDiffersIsNeverShared() {
    typealias Loss = @Sendable (Net, Tensor<Float>, Tensor<Float>, RandomKey) -> Tensor<Float>
    let near: Tensor<Float> = [0.25, 0.5], far: Tensor<Float> = [4, 8]
    evaluate(near, far)
    let losses: [Loss] = [
      { net, x, y, _ in (x * net.w.value - y).squared().sum() },
      { net, x, y, _ in (y * net.w.value - x).squared().sum() },
      { net, x, y, _ in (x * net.v.value - y).squared().sum() },
      { net, x, y, _ in (x * net.w.value - y).squared().sum() * 3 },
      { net, x, y, _ in (x * net.w.value - y).squared().sum() * 5 },
      { net, x, _, _ in (x * net.w.value - x).squared().sum() },
      { net, x, _, _ in (x * net.w.value - near).squared().sum() },
      { net, x, _, _ in (x * net.w.value - far).squared().sum() },
      { net, x, _, _ in (x * net.w.value - net.untrained.value).squared().sum() },
      { net, x, _, _ in (x * net.w.value - net.untrained.value[0]).squared().sum() },
      { net, x, _, _ in (x * net.w.value - net.w.value.detached()).squared().sum() },
      { net, x, _, key in (x * net.w.value - .uniform([2], key: key)).squared().sum() },
      { net, x, _, key in
        (x * net.w.value - .uniform([2], key: key.folding(in: 1))).squared().sum()
      },
      { net, x, _, key in
        (x * net.w.value - .uniform([2], key: key.folding(in: 2))).squared().sum()
      },
      { net, x, _, _ in
        (x * net.w.value - .uniform([2], key: RandomKey(seed: 3))).squared().sum()
      },
      { net, x, _, _ in
        (x * net.w.value - .uniform([2], key: RandomKey(seed: 4))).squared().sum()
      },
    ]
    for start: Float in [0, 0.5] {
      for (number, loss) in losses.enumerated() {
        let net = Net(start), twin = Net(start)
        let optimizer = net.optimizer(), other = twin.optimizer()
        let step = optimizer.recorded {
          (x: Tensor<Float>, y: Tensor<Float>, key: RandomKey) in loss(net, x, y, key)
        }
        for time in 0..<3 {
          let x = Tensor([1, Float(time)]), y = Tensor([start, 3])
          let key = RandomKey(seed: UInt64(time))
          let recorded = step(x, y, key)
          #expect(recorded == other.minimize(loss(twin, x, y, key)), "function \(number)")
          #expect(net.numbers == twin.numbers, "function \(number)")
        }
      }
    }
  }

  /// Two parameters that are trained, and one that is not.
  private struct Net: Sendable {
    let w: Parameter, v: Parameter, untrained: Parameter

    init(_ start: Float) {
      w = Parameter(value: Tensor([start, 1]))
      v = Parameter(value: Tensor([2, start]))
      untrained = Parameter(value: Tensor([start + 1, 7]))
    }

    func optimizer() -> Optimizer<SGD> {
      Optimizer(SGD(learningRate: 0.125, momentum: 0.5), for: ["w": w, "v": v])
    }

    var numbers: [Float] { w.value.scalars + v.value.scalars }
  }
}
