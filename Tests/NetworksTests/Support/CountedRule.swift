// SPDX-License-Identifier: Apache-2.0

import Pullback
import Synchronization

/// Gradient descent that counts how often it is written down.
struct CountedRule: UpdateRule {
  /// Counts for one test.
  final class Count: Sendable, Hashable {
    let updates = Atomic<Int>(0), gradients = Atomic<Int>(0)
    var both: [Int] {
      [gradients.load(ordering: .relaxed), updates.load(ordering: .relaxed)]
    }
    static func == (left: Count, right: Count) -> Bool { left === right }
    func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
  }

  let name = "Counted"
  let count: Count
  var learningRate: Float
  var isUphill = false
  var pull: Float = 0

  init(_ count: Count, learningRate: Float, isUphill: Bool = false, pull: Float = 0) {
    self.count = count
    self.learningRate = learningRate
    self.isUphill = isUphill
    self.pull = pull
  }

  var settings: [Setting<CountedRule>] {
    [Setting("pull", \.pull), Setting("isUphill", \.isUphill)]
  }

  func updated(
    _ w: Tensor<Float>, gradient g: Tensor<Float>, state: inout RuleValues<Tensor<Float>>,
    scalars: RuleValues<Tensor<Float>>
  ) -> Tensor<Float> {
    count.updates.add(1, ordering: .relaxed)
    let step = scalars.learningRate * g
    let moved = isUphill ? w + step : w - step
    return pull == 0 ? moved : moved - scalars.pull
  }
}

/// Passes the cotangent on, and counts how often it is asked.
struct CountedGradient: GradientRule {
  let count: CountedRule.Count
  func pullback(_ x: Tensor<Float>, _ yg: Tensor<Float>) -> Tensor<Float> {
    count.gradients.add(1, ordering: .relaxed)
    return yg
  }
}
