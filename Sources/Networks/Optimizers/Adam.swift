// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// Adam: steps of a size that follows the gradient's first two moments.
///
/// At step t of those that change w, with gradient g: m ← β₁ m + (1 - β₁) g, v ← β₂ v + (1 - β₂)
/// g², w ← w - η m̂ / (√v̂ + ε) with m̂ = m / (1 - β₁ᵗ) and v̂ = v / (1 - β₂ᵗ). m and v start at 0.
/// Computed as w - ηₜ m / (√v + εₜ), which is the same, with ηₜ = η √(1 - β₂ᵗ) / (1 - β₁ᵗ) and
/// εₜ = ε √(1 - β₂ᵗ): one division less an element; and m is 0 where |m| < 2⁻¹⁰⁰, for denormal
/// numbers take many processors long. With weight decay λ, g is g + λ w; that of ``AdamW`` is apart
/// from the moments, which most networks want.
///
/// Source: Kingma, Ba, "Adam: a method for stochastic optimization", ICLR 2015, section 2.
///
/// ```swift
/// let w = Parameter(value: [4])
/// let optimizer = Optimizer(Adam(learningRate: 0.1), for: ["w": w])
/// optimizer.minimize(w.value.squared().sum())
/// print(w.value)   // [3.9]
/// ```
public struct Adam: AdaptiveMoments {
  public let name = "Adam"
  /// η.
  public var learningRate: Float
  /// β₁, 0 ..< 1.
  public var beta1: Float
  /// β₂, 0 ..< 1.
  public var beta2: Float
  /// ε, which keeps the division finite.
  public var epsilon: Float
  /// λ.
  public var weightDecay: Float

  /// A mistake if the learning rate, ε or λ is negative or not finite, or a β not in 0 ..< 1.
  public init(
    learningRate: Float = 1e-3, betas: (Float, Float) = (0.9, 0.999), epsilon: Float = 1e-8,
    weightDecay: Float = 0, file: StaticString = #fileID, line: UInt = #line
  ) {
    self.learningRate = learningRate
    (beta1, beta2) = betas
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    check(allSettings, at: CallSite(file, line))
  }

  public var settings: [Setting<Adam>] {
    momentSettings + [Setting("weightDecay", \.weightDecay, .size, absent: 0)]
  }

  public var stateNames: [String] { momentNames }

  public func addScalars(to scalars: inout RuleValues<Double>, step: Int) {
    addMomentScalars(to: &scalars, step: step)
  }

  public func updated(
    _ w: Tensor<Float>, gradient: Tensor<Float>, state: inout RuleValues<Tensor<Float>>,
    scalars: RuleValues<Tensor<Float>>
  ) -> Tensor<Float> {
    let g = weightDecay == 0 ? gradient : gradient + scalars.weightDecay * w
    return w - step(g, &state, scalars)
  }
}

/// Adam with decoupled weight decay: before Adam's step, w ← w - η λ w.
///
/// Source: Loshchilov, Hutter, "Decoupled weight decay regularization", ICLR 2019.
public struct AdamW: AdaptiveMoments {
  public let name = "AdamW"
  /// η.
  public var learningRate: Float
  /// λ.
  public var weightDecay: Float
  /// β₁, 0 ..< 1.
  public var beta1: Float
  /// β₂, 0 ..< 1.
  public var beta2: Float
  /// ε, which keeps the division finite.
  public var epsilon: Float

  /// A mistake if the learning rate, λ or ε is negative or not finite, or a β not in 0 ..< 1.
  public init(
    learningRate: Float = 1e-3, betas: (Float, Float) = (0.9, 0.999), epsilon: Float = 1e-8,
    weightDecay: Float = 0.01, file: StaticString = #fileID, line: UInt = #line
  ) {
    self.learningRate = learningRate
    self.weightDecay = weightDecay
    (beta1, beta2) = betas
    self.epsilon = epsilon
    check(allSettings, at: CallSite(file, line))
  }

  public var settings: [Setting<AdamW>] {
    [Setting("weightDecay", \.weightDecay, .size)] + momentSettings
  }

  public var stateNames: [String] { momentNames }

  public func addScalars(to scalars: inout RuleValues<Double>, step: Int) {
    addMomentScalars(to: &scalars, step: step)
    scalars.kept = kept(decay: weightDecay)
  }

  public func updated(
    _ w: Tensor<Float>, gradient: Tensor<Float>, state: inout RuleValues<Tensor<Float>>,
    scalars: RuleValues<Tensor<Float>>
  ) -> Tensor<Float> {
    scalars.kept * w - step(gradient, &state, scalars)
  }
}

/// What Adam and AdamW share.
protocol AdaptiveMoments: UpdateRule {
  var beta1: Float { get set }
  var beta2: Float { get set }
  var epsilon: Float { get set }
}

extension AdaptiveMoments {
  var momentSettings: [Setting<Self>] {
    [
      Setting("beta1", \.beta1, .share, title: "a first beta"),
      Setting("beta2", \.beta2, .share, title: "a second beta"),
      Setting("epsilon", \.epsilon, .size),
    ]
  }

  var momentNames: [String] { ["firstMoment", "secondMoment"] }

  func addMomentScalars(to scalars: inout RuleValues<Double>, step: Int) {
    let (beta1, beta2) = (beta1.asWritten, beta2.asWritten)
    scalars.firstShare = 1 - beta1
    scalars.secondShare = 1 - beta2
    let correction = (1 - beta2.power(step)).squareRoot()
    scalars.rate = learningRate.asWritten * correction / (1 - beta1.power(step))
    scalars.margin = epsilon.asWritten * correction
  }

  /// ηₜ m / (√v + εₜ), with the new moments.
  func step(
    _ gradient: Tensor<Float>, _ state: inout RuleValues<Tensor<Float>>,
    _ scalars: RuleValues<Tensor<Float>>
  ) -> Tensor<Float> {
    let first = (scalars.beta1 * state.firstMoment + scalars.firstShare * gradient).flushed
    let second = scalars.beta2 * state.secondMoment + scalars.secondShare * gradient.squared()
    (state.firstMoment, state.secondMoment) = (first, second)
    return scalars.rate * first / (sqrt(second) + scalars.margin)
  }
}
