// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// RMSprop: the gradient divided by the root of its mean square of late.
///
/// With gradient g: v ← α v + (1 - α) g², w ← w - η g / (√v + ε). Centered, v gives way to the
/// variance v - m², with m ← α m + (1 - α) g. With momentum μ: b ← μ b + g / (√v + ε), w ← w - η b.
/// With weight decay λ, g is g + λ w. v, m and b start at 0; m and b are 0 below 2⁻¹⁰⁰ in size.
///
/// Source: Hinton, "Neural networks for machine learning", lecture 6e, 2012; centered: Graves,
/// "Generating sequences with recurrent neural networks", 2013, section 4.2, in the
/// form PyTorch uses.
///
/// ```swift
/// let w = Parameter(value: [4])
/// let optimizer = Optimizer(RMSprop(learningRate: 0.1, alpha: 0.75), for: ["w": w])
/// optimizer.minimize(w.value.squared().sum())
/// print(w.value)   // [3.8]
/// ```
public struct RMSprop: UpdateRule {
  public let name = "RMSprop"
  /// η.
  public var learningRate: Float
  /// α, 0 ..< 1.
  public var alpha: Float
  /// ε, which keeps the division finite.
  public var epsilon: Float
  /// μ, 0 ..< 1.
  public var momentum: Float
  /// Whether the mean of the gradient is taken off.
  public var isCentered: Bool
  /// λ.
  public var weightDecay: Float

  /// A mistake if the learning rate, ε or λ is negative or not finite, or α or μ not in 0 ..< 1.
  public init(
    learningRate: Float = 0.01, alpha: Float = 0.99, epsilon: Float = 1e-8, momentum: Float = 0,
    isCentered: Bool = false, weightDecay: Float = 0,
    file: StaticString = #fileID, line: UInt = #line
  ) {
    self.learningRate = learningRate
    self.alpha = alpha
    self.epsilon = epsilon
    self.momentum = momentum
    self.isCentered = isCentered
    self.weightDecay = weightDecay
    check(allSettings, at: CallSite(file, line))
  }

  public var settings: [Setting<RMSprop>] {
    [
      Setting("alpha", \.alpha, .share), Setting("epsilon", \.epsilon, .size),
      Setting("momentum", \.momentum, .share), Setting("isCentered", \.isCentered),
      Setting("weightDecay", \.weightDecay, .size),
    ]
  }

  public var stateNames: [String] {
    ["secondMoment"] + (isCentered ? ["firstMoment"] : []) + (momentum == 0 ? [] : ["velocity"])
  }

  public func addScalars(to scalars: inout RuleValues<Double>, step: Int) {
    scalars.share = 1 - alpha.asWritten
  }

  public func updated(
    _ w: Tensor<Float>, gradient: Tensor<Float>, state: inout RuleValues<Tensor<Float>>,
    scalars: RuleValues<Tensor<Float>>
  ) -> Tensor<Float> {
    let g = weightDecay == 0 ? gradient : gradient + scalars.weightDecay * w
    var spread = scalars.alpha * state.secondMoment + scalars.share * g.squared()
    state.secondMoment = spread
    if isCentered {
      let mean = (scalars.alpha * state.firstMoment + scalars.share * g).flushed
      state.firstMoment = mean
      // Where the gradient stays the same, rounding may take the variance below 0.
      spread = maximum(spread - mean.squared(), 0)
    }
    let way = g / (sqrt(spread) + scalars.epsilon)
    if momentum == 0 { return w - scalars.learningRate * way }
    let velocity = (scalars.momentum * state.velocity + way).flushed
    state.velocity = velocity
    return w - scalars.learningRate * velocity
  }
}
