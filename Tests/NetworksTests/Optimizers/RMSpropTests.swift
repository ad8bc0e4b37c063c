// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

struct RMSpropTests {
  /// A gradient that stays the same has no variance; rounding must not take the root of less.
  @Test func centeredOverAConstantGradient() {
    let w = Parameter(value: [1, 2, 3])
    let optimizer = Optimizer(
      RMSprop(learningRate: 1e-3, alpha: 0.5, epsilon: 0.1, isCentered: true), for: ["w": w])
    let step = optimizer.recorded { (x: Tensor<Float>) in (x * w.value).sum() }
    for _ in 0..<200 { step([0.1, -0.3, 7.7]) }
    #expect(w.value.scalars.allSatisfy { $0.isFinite })
  }

  @Test func whatIsKeptFollowsTheSettings() {
    let w = Parameter(value: [1])
    let optimizer = Optimizer(RMSprop(), for: ["w": w])
    #expect(optimizer.state[0].count == 1)
    optimizer.isCentered = true
    #expect(optimizer.state[0].count == 2)
    optimizer.momentum = 0.5
    #expect(optimizer.state[0].count == 3)
  }
}
