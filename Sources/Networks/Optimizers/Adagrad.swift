// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// Adagrad: the gradient divided by the root of the sum of all its squares so far.
///
/// With gradient g: s ← s + g², w ← w - η g / (√(s₀ + s) + ε). s starts at 0, and s₀ is the initial
/// accumulator. With weight decay λ, g is g + λ w.
///
/// Source: Duchi, Hazan, Singer, "Adaptive subgradient methods for online learning and stochastic
/// optimization", JMLR 2011.
///
/// ```swift
/// let w = Parameter(value: [4])
/// let optimizer = Optimizer(Adagrad(learningRate: 0.5), for: ["w": w])
/// optimizer.minimize(w.value.squared().sum())
/// print(w.value)   // [3.5]
/// ```
public struct Adagrad: UpdateRule {
  public let name = "Adagrad"
  /// η.
  public var learningRate: Float
  /// s₀.
  public var initialAccumulator: Float
  /// ε, which keeps the division finite.
  public var epsilon: Float
  /// λ.
  public var weightDecay: Float

  /// A mistake if a setting is negative or not finite.
  public init(
    learningRate: Float = 0.01, initialAccumulator: Float = 0, epsilon: Float = 1e-10,
    weightDecay: Float = 0, file: StaticString = #fileID, line: UInt = #line
  ) {
    self.learningRate = learningRate
    self.initialAccumulator = initialAccumulator
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    check(allSettings, at: CallSite(file, line))
  }

  public var settings: [Setting<Adagrad>] {
    [
      Setting("initialAccumulator", \.initialAccumulator, .size),
      Setting("epsilon", \.epsilon, .size), Setting("weightDecay", \.weightDecay, .size),
    ]
  }

  public var stateNames: [String] { ["squareSum"] }

  public func updated(
    _ w: Tensor<Float>, gradient: Tensor<Float>, state: inout RuleValues<Tensor<Float>>,
    scalars: RuleValues<Tensor<Float>>
  ) -> Tensor<Float> {
    let g = weightDecay == 0 ? gradient : gradient + scalars.weightDecay * w
    let sum = state.squareSum + g.squared()
    state.squareSum = sum
    let whole = initialAccumulator == 0 ? sum : scalars.initialAccumulator + sum
    return w - scalars.learningRate * g / (sqrt(whole) + scalars.epsilon)
  }
}
