// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// Adam: steps of a size that follows the gradient's first two moments.
///
/// At step t, with gradient g: m ← β₁ m + (1 - β₁) g, v ← β₂ v + (1 - β₂) g²,
/// w ← w - η / (1 - β₁ᵗ) · m / (√v / √(1 - β₂ᵗ) + ε). m and v start at 0.
///
/// Source: Kingma, Ba, "Adam: a method for stochastic optimization", ICLR 2015.
///
/// ```swift
/// let w = Parameter([4])
/// let optimizer = Adam(["w": w], learningRate: 0.1)
/// optimizer.minimize(w.value.squared().sum())
/// print(w.value)   // [3.9]
/// ```
public final class Adam: Optimizer {
  public let parameters: Parameters
  /// η. May change at any step without a new plan.
  public var learningRate: Float
  /// β₁ and β₂, 0 ..< 1.
  public let betas: (Float, Float)
  /// ε, which keeps the division finite.
  public let epsilon: Float
  public let state: [[Parameter]]
  public var stepCount = 0

  public init(
    _ parameters: Parameters, learningRate: Float = 1e-3, betas: (Float, Float) = (0.9, 0.999),
    epsilon: Float = 1e-8
  ) {
    parameters.initializeMissing()
    self.parameters = parameters
    self.learningRate = learningRate
    self.betas = betas
    self.epsilon = epsilon
    state = zip(parameters.zerosAlike(), parameters.zerosAlike()).map { [$0, $1] }
  }

  public func updated(
    _ parameters: [Tensor<Float>], gradients: [Tensor<Float>], state: [[Tensor<Float>]]
  ) -> (parameters: [Tensor<Float>], state: [[Tensor<Float>]]) {
    let moments = AdamMoments(betas: betas, epsilon: epsilon, step: stepCount)
    return moments.updated(
      parameters, gradients: gradients, state: state, learningRate: learningRate, decay: 0)
  }
}

/// Adam with decoupled weight decay: before Adam's step, w ← w - η λ w.
///
/// Source: Loshchilov, Hutter, "Decoupled weight decay regularization", ICLR 2019.
public final class AdamW: Optimizer {
  public let parameters: Parameters
  /// η. May change at any step without a new plan.
  public var learningRate: Float
  /// λ.
  public var weightDecay: Float
  /// β₁ and β₂, 0 ..< 1.
  public let betas: (Float, Float)
  /// ε, which keeps the division finite.
  public let epsilon: Float
  public let state: [[Parameter]]
  public var stepCount = 0

  public init(
    _ parameters: Parameters, learningRate: Float = 1e-3, weightDecay: Float = 0.01,
    betas: (Float, Float) = (0.9, 0.999), epsilon: Float = 1e-8
  ) {
    parameters.initializeMissing()
    self.parameters = parameters
    self.learningRate = learningRate
    self.weightDecay = weightDecay
    self.betas = betas
    self.epsilon = epsilon
    state = zip(parameters.zerosAlike(), parameters.zerosAlike()).map { [$0, $1] }
  }

  public func updated(
    _ parameters: [Tensor<Float>], gradients: [Tensor<Float>], state: [[Tensor<Float>]]
  ) -> (parameters: [Tensor<Float>], state: [[Tensor<Float>]]) {
    let moments = AdamMoments(betas: betas, epsilon: epsilon, step: stepCount)
    return moments.updated(
      parameters, gradients: gradients, state: state, learningRate: learningRate,
      decay: Double(learningRate) * Double(weightDecay))
  }
}

/// The arithmetic that Adam and AdamW share.
private struct AdamMoments {
  let betas: (Float, Float)
  let epsilon: Float
  let step: Int

  func updated(
    _ parameters: [Tensor<Float>], gradients: [Tensor<Float>], state: [[Tensor<Float>]],
    learningRate: Float, decay: Double
  ) -> (parameters: [Tensor<Float>], state: [[Tensor<Float>]]) {
    func scalar(_ number: Double) -> Tensor<Float> {
      Tensor<Float>(Value.scalar(number, .float))
    }
    let (beta1, beta2) = (Double(betas.0), Double(betas.1))
    let keep1 = scalar(beta1), add1 = scalar(1 - beta1)
    let keep2 = scalar(beta2), add2 = scalar(1 - beta2)
    let rate = scalar(Double(learningRate) / (1 - beta1.power(step)))
    let correction = scalar((1 - beta2.power(step)).squareRoot())
    let small = scalar(Double(epsilon)), shrink = scalar(1 - decay)
    var result: (parameters: [Tensor<Float>], state: [[Tensor<Float>]]) = ([], [])
    for (index, gradient) in gradients.enumerated() {
      let first = keep1 * state[index][0] + add1 * gradient
      let second = keep2 * state[index][1] + add2 * gradient.squared()
      let old = decay == 0 ? parameters[index] : shrink * parameters[index]
      result.parameters.append(old - rate * first / (sqrt(second) / correction + small))
      result.state.append([first, second])
    }
    return result
  }
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
