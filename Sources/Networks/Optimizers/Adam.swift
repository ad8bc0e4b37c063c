// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// Adam: steps of a size that follows the gradient's first two moments.
///
/// At step t, with gradient g: m ← β₁ m + (1 - β₁) g, v ← β₂ v + (1 - β₂) g²,
/// w ← w - η m̂ / (√v̂ + ε) with m̂ = m / (1 - β₁ᵗ) and v̂ = v / (1 - β₂ᵗ). m and v start at 0.
/// Computed as w - ηₜ m / (√v + εₜ), which is the same, with ηₜ = η √(1 - β₂ᵗ) / (1 - β₁ᵗ) and
/// εₜ = ε √(1 - β₂ᵗ): one division less an element.
///
/// Source: Kingma, Ba, "Adam: a method for stochastic optimization", ICLR 2015, section 2.
///
/// ```swift
/// let w = Parameter(value: [4])
/// let optimizer = Adam(["w": w], learningRate: 0.1)
/// optimizer.minimize(w.value.squared().sum())
/// print(w.value)   // [3.9]
/// ```
public final class Adam: Optimizer {
  public let parameters: Parameters
  /// η. May change at any step without a new plan.
  public var learningRate: Float {
    didSet {
      Settings(optimizer: "Adam").checkSize(learningRate, "a learning rate")
      updateScalars()
    }
  }
  /// β₁ and β₂, 0 ..< 1.
  public let betas: (Float, Float)
  /// ε, which keeps the division finite.
  public let epsilon: Float
  public let state: [[Parameter]]
  public var stepCount = 0 {
    didSet {
      Settings(optimizer: "Adam").checkStepCount(stepCount)
      updateScalars()
    }
  }
  public let programs = StepPrograms()

  /// A mistake if the learning rate or ε is negative or not finite, or a β not in 0 ..< 1.
  public init(
    _ parameters: Parameters, learningRate: Float = 1e-3, betas: (Float, Float) = (0.9, 0.999),
    epsilon: Float = 1e-8, file: StaticString = #fileID, line: UInt = #line
  ) {
    let settings = Settings(optimizer: "Adam", site: CallSite(file, line))
    settings.checkSize(learningRate, "a learning rate")
    settings.checkBetas(betas)
    settings.checkSize(epsilon, "an epsilon")
    parameters.initializeMissing()
    let parameters = parameters.trained
    self.parameters = parameters
    self.learningRate = learningRate
    self.betas = betas
    self.epsilon = epsilon
    state = zip(parameters.zerosAlike(), parameters.zerosAlike()).map { [$0, $1] }
    updateScalars()
  }

  /// β₁, 1 - β₁, β₂, 1 - β₂, ηₜ, εₜ.
  public private(set) var scalars = [Double](repeating: 0, count: 6)

  private func updateScalars() {
    updateAdamScalars(&scalars, betas, epsilon, step: stepCount, learningRate: learningRate)
  }

  public func updated(
    _ parameters: [Tensor<Float>], gradients: [Tensor<Float>], state: [[Tensor<Float>]],
    scalars: [Tensor<Float>]
  ) -> (parameters: [Tensor<Float>], state: [[Tensor<Float>]]) {
    adamUpdate(parameters, gradients, state, scalars)
  }
}

/// Adam with decoupled weight decay: before Adam's step, w ← w - η λ w.
///
/// Source: Loshchilov, Hutter, "Decoupled weight decay regularization", ICLR 2019.
public final class AdamW: Optimizer {
  public let parameters: Parameters
  /// η. May change at any step without a new plan.
  public var learningRate: Float {
    didSet {
      Settings(optimizer: "AdamW").checkSize(learningRate, "a learning rate")
      updateScalars()
    }
  }
  /// λ.
  public var weightDecay: Float {
    didSet {
      Settings(optimizer: "AdamW").checkSize(weightDecay, "a weight decay")
      updateScalars()
    }
  }
  /// β₁ and β₂, 0 ..< 1.
  public let betas: (Float, Float)
  /// ε, which keeps the division finite.
  public let epsilon: Float
  public let state: [[Parameter]]
  public var stepCount = 0 {
    didSet {
      Settings(optimizer: "AdamW").checkStepCount(stepCount)
      updateScalars()
    }
  }
  public let programs = StepPrograms()

  /// A mistake if the learning rate, λ or ε is negative or not finite, or a β not in 0 ..< 1.
  public init(
    _ parameters: Parameters, learningRate: Float = 1e-3, weightDecay: Float = 0.01,
    betas: (Float, Float) = (0.9, 0.999), epsilon: Float = 1e-8,
    file: StaticString = #fileID, line: UInt = #line
  ) {
    let settings = Settings(optimizer: "AdamW", site: CallSite(file, line))
    settings.checkSize(learningRate, "a learning rate")
    settings.checkSize(weightDecay, "a weight decay")
    settings.checkBetas(betas)
    settings.checkSize(epsilon, "an epsilon")
    parameters.initializeMissing()
    let parameters = parameters.trained
    self.parameters = parameters
    self.learningRate = learningRate
    self.weightDecay = weightDecay
    self.betas = betas
    self.epsilon = epsilon
    state = zip(parameters.zerosAlike(), parameters.zerosAlike()).map { [$0, $1] }
    updateScalars()
  }

  /// Adam's, and 1 - η λ.
  public private(set) var scalars = [Double](repeating: 0, count: 7)

  private func updateScalars() {
    updateAdamScalars(&scalars, betas, epsilon, step: stepCount, learningRate: learningRate)
    scalars[6] = 1 - Double(learningRate) * Double(weightDecay)
  }

  public func updated(
    _ parameters: [Tensor<Float>], gradients: [Tensor<Float>], state: [[Tensor<Float>]],
    scalars: [Tensor<Float>]
  ) -> (parameters: [Tensor<Float>], state: [[Tensor<Float>]]) {
    adamUpdate(parameters.map { scalars[6] * $0 }, gradients, state, scalars)
  }
}

/// Written in place: a replayed step allocates nothing.
private func updateAdamScalars(
  _ scalars: inout [Double], _ betas: (Float, Float), _ epsilon: Float, step: Int,
  learningRate: Float
) {
  let (beta1, beta2) = (Double(betas.0), Double(betas.1))
  scalars[0] = beta1
  scalars[1] = 1 - beta1
  scalars[2] = beta2
  scalars[3] = 1 - beta2
  let correction = (1 - beta2.power(step)).squareRoot()
  scalars[4] = Double(learningRate) * correction / (1 - beta1.power(step))
  scalars[5] = Double(epsilon) * correction
}

/// The step that Adam and AdamW share; `scalars` in the order of `updateAdamScalars`.
private func adamUpdate(
  _ parameters: [Tensor<Float>], _ gradients: [Tensor<Float>], _ state: [[Tensor<Float>]],
  _ scalars: [Tensor<Float>]
) -> (parameters: [Tensor<Float>], state: [[Tensor<Float>]]) {
  var result: (parameters: [Tensor<Float>], state: [[Tensor<Float>]]) = ([], [])
  for (index, gradient) in gradients.enumerated() {
    let first = scalars[0] * state[index][0] + scalars[1] * gradient
    let second = scalars[2] * state[index][1] + scalars[3] * gradient.squared()
    let size = sqrt(second) + scalars[5]
    result.parameters.append(parameters[index] - scalars[4] * first / size)
    result.state.append([first, second])
  }
  return result
}

extension Double {
  /// The power with a whole exponent, by repeated squaring.
  fileprivate func power(_ exponent: Int) -> Double {
    var result = 1.0, factor = self, rest = exponent
    while rest > 0 {
      if rest & 1 == 1 { result *= factor }
      factor *= factor
      rest >>= 1
    }
    return result
  }
}
