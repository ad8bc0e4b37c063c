// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// Stochastic gradient descent, with momentum if wanted.
///
/// v ← μ v + w.g, w ← w - η v, with learning rate η and momentum μ; without momentum v is w.g. v
/// starts at 0, and is 0 where |v| < 2⁻¹⁰⁰. Nesterov's form goes on by w.g + μ v in the place of v.
/// With weight decay λ, w.g is w.g + λ w.
///
/// Source: Sutskever, Martens, Dahl, Hinton, "On the importance of initialization and momentum in
/// deep learning", ICML 2013, in the form PyTorch uses.
///
/// ```swift
/// let w = Parameter(value: [4])
/// let optimizer = Optimizer(SGD(learningRate: 0.1), for: ["w": w])
/// let loss = optimizer.minimize(w.value.squared().sum())
/// print(loss, w.value)   // 16.0 [3.2]
/// ```
public struct SGD: UpdateRule {
  public let name = "SGD"
  /// η.
  public var learningRate: Float
  /// μ, 0 ..< 1.
  public var momentum: Float
  /// Whether a step looks ahead by the momentum; without momentum it changes nothing.
  public var isNesterov: Bool
  /// λ.
  public var weightDecay: Float

  /// A mistake if the learning rate or the weight decay is negative or not finite, or the momentum
  /// not in 0 ..< 1.
  public init(
    learningRate: Float, momentum: Float = 0, isNesterov: Bool = false, weightDecay: Float = 0,
    file: StaticString = #fileID, line: UInt = #line
  ) {
    self.learningRate = learningRate
    self.momentum = momentum
    self.isNesterov = isNesterov
    self.weightDecay = weightDecay
    check(allSettings, at: CallSite(file, line))
  }

  public var settings: [Setting<SGD>] {
    [
      Setting("momentum", \.momentum, .share), Setting("isNesterov", \.isNesterov, absent: false),
      Setting("weightDecay", \.weightDecay, .size, absent: 0),
    ]
  }

  public var stateNames: [String] { momentum == 0 ? [] : ["velocity"] }

  public func updated(
    _ w: Tensor<Float>, gradient: Tensor<Float>, state: inout RuleValues<Tensor<Float>>,
    scalars: RuleValues<Tensor<Float>>
  ) -> Tensor<Float> {
    let g = weightDecay == 0 ? gradient : gradient + scalars.weightDecay * w
    if momentum == 0 { return w - scalars.learningRate * g }
    let velocity = (scalars.momentum * state.velocity + g).flushed
    state.velocity = velocity
    return w - scalars.learningRate * (isNesterov ? g + scalars.momentum * velocity : velocity)
  }
}
