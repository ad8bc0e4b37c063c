// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// Stochastic gradient descent, with momentum if wanted.
///
/// v ← μ v + w.g, w ← w - η v, with learning rate η and momentum μ; without momentum v is w.g. v
/// starts at 0.
///
/// Source: Sutskever, Martens, Dahl, Hinton, "On the importance of initialization and momentum in
/// deep learning", ICML 2013, in the form PyTorch uses.
///
/// ```swift
/// let w = Parameter(value: [4])
/// let optimizer = SGD(["w": w], learningRate: 0.1)
/// let loss = optimizer.minimize(w.value.squared().sum())
/// print(loss, w.value)   // 16.0 [3.2]
/// ```
public final class SGD: Optimizer {
  public let parameters: Parameters
  /// η. May change at any step without a new plan.
  public var learningRate: Float {
    didSet {
      Settings(optimizer: "SGD").checkSize(learningRate, "a learning rate")
      scalars[0] = Double(learningRate)
    }
  }
  /// μ, 0 ..< 1.
  public let momentum: Float
  public let state: [[Parameter]]
  public var stepCount = 0 { didSet { Settings(optimizer: "SGD").checkStepCount(stepCount) } }
  public let programs = StepPrograms()

  /// A mistake if the learning rate is negative or not finite, or the momentum not in 0 ..< 1.
  public init(
    _ parameters: Parameters, learningRate: Float, momentum: Float = 0,
    file: StaticString = #fileID, line: UInt = #line
  ) {
    let settings = Settings(optimizer: "SGD", site: CallSite(file, line))
    settings.checkSize(learningRate, "a learning rate")
    settings.checkShare(momentum, "a momentum")
    parameters.initializeMissing()
    let parameters = parameters.trained
    self.parameters = parameters
    self.learningRate = learningRate
    self.momentum = momentum
    scalars = [Double(learningRate), Double(momentum)]
    state =
      momentum == 0
      ? parameters.distinct.map { _ in [] } : parameters.zerosAlike().map { [$0] }
  }

  /// η and μ.
  public private(set) var scalars: [Double]

  public func updated(
    _ parameters: [Tensor<Float>], gradients: [Tensor<Float>], state: [[Tensor<Float>]],
    scalars: [Tensor<Float>]
  ) -> (parameters: [Tensor<Float>], state: [[Tensor<Float>]]) {
    let rate = scalars[0], decay = scalars[1]
    if momentum == 0 {
      return (zip(parameters, gradients).map { $0 - rate * $1 }, state)
    }
    let velocities = zip(state, gradients).map { decay * $0[0] + $1 }
    return (zip(parameters, velocities).map { $0 - rate * $1 }, velocities.map { [$0] })
  }
}
