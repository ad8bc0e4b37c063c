// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// Lion: steps of one size, by the sign of a mean of the gradient.
///
/// With gradient g: w ← w - η (sign(β₁ m + (1 - β₁) g) + λ w), then m ← β₂ m + (1 - β₂) g. m starts
/// at 0. Each number moves by η, so the learning rate is 3 to 10 times smaller than that of
/// ``AdamW`` and the weight decay as many times larger.
///
/// Source: Chen et al., "Symbolic discovery of optimization algorithms", NeurIPS 2023, algorithm 2.
///
/// ```swift
/// let w = Parameter(value: [4])
/// let optimizer = Optimizer(Lion(learningRate: 0.5), for: ["w": w])
/// optimizer.minimize(w.value.squared().sum())
/// print(w.value)   // [3.5]
/// ```
public struct Lion: UpdateRule {
  public let name = "Lion"
  /// η.
  public var learningRate: Float
  /// λ.
  public var weightDecay: Float
  /// β₁, 0 ..< 1.
  public var beta1: Float
  /// β₂, 0 ..< 1.
  public var beta2: Float

  /// A mistake if the learning rate or λ is negative or not finite, or a β not in 0 ..< 1.
  public init(
    learningRate: Float = 1e-4, betas: (Float, Float) = (0.9, 0.99), weightDecay: Float = 0,
    file: StaticString = #fileID, line: UInt = #line
  ) {
    self.learningRate = learningRate
    self.weightDecay = weightDecay
    (beta1, beta2) = betas
    check(allSettings, at: CallSite(file, line))
  }

  public var settings: [Setting<Lion>] {
    [
      Setting("weightDecay", \.weightDecay, .size),
      Setting("beta1", \.beta1, .share, title: "a first beta"),
      Setting("beta2", \.beta2, .share, title: "a second beta"),
    ]
  }

  public var stateNames: [String] { ["firstMoment"] }

  public func addScalars(to scalars: inout RuleValues<Double>, step: Int) {
    scalars.signShare = 1 - beta1.asWritten
    scalars.firstShare = 1 - beta2.asWritten
    scalars.kept = kept(decay: weightDecay)
  }

  public func updated(
    _ w: Tensor<Float>, gradient g: Tensor<Float>, state: inout RuleValues<Tensor<Float>>,
    scalars: RuleValues<Tensor<Float>>
  ) -> Tensor<Float> {
    let way = sign(scalars.beta1 * state.firstMoment + scalars.signShare * g)
    state.firstMoment = scalars.beta2 * state.firstMoment + scalars.firstShare * g
    return scalars.kept * w - scalars.learningRate * way
  }
}
