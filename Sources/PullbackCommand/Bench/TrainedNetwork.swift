// SPDX-License-Identifier: Apache-2.0

#if Command

import Pullback

/// Linear layers, a loss, an optimizer and one fixed batch: written as a user of the library
/// would, with a fresh graph at each step or recorded.
struct TrainedNetwork {
  enum Loss: String, CaseIterable {
    case crossEntropy = "cross-entropy"
    case mse
  }
  enum OptimizerKind: String, CaseIterable {
    case sgd, adam
  }
  enum ActivationKind: String, CaseIterable {
    case relu, none
  }

  private let model: Sequential<Tensor<Float>>
  private let optimizer: Optimizer<AnyRule>
  /// Forward, loss, backward, update; the loss as it was before.
  let step: () -> Float
  /// The plan of the step alone, after a recorded one.
  let rerunPlan: () -> Void
  /// The plan of a step.
  let plan: () -> Plan

  /// - Parameter isRecorded: whether the step is written down once and replayed.
  /// - Precondition: two sizes or more, all of them and the batch above 0.
  init(
    sizes: [Int], batch: Int, loss: Loss, optimizer: OptimizerKind, activation: ActivationKind,
    isRecorded: Bool = false
  ) {
    let model = TrainedNetwork.model(sizes: sizes, activation: activation)
    self.model = model
    let rule =
      switch optimizer {
      case .sgd: AnyRule(SGD(learningRate: 1e-3))
      case .adam: AnyRule(Adam(learningRate: 1e-3))
      }
    let trainer = Optimizer(rule, for: model.parameters)
    self.optimizer = trainer
    let outputs = sizes[sizes.count - 1]
    let inputs = TrainedNetwork.normal([batch, sizes[0]], seed: 2)
    switch loss {
    case .mse:
      let targets = TrainedNetwork.normal([batch, outputs], seed: 3)
      let recorded = trainer.recorded { (x: Tensor<Float>, y: Tensor<Float>) in
        meanSquaredError(model(x), y)
      }
      rerunPlan = recorded.rerunPlan
      plan = { trainer.plan(minimizing: meanSquaredError(model(inputs), targets)) }
      step = {
        isRecorded
          ? recorded(inputs, targets)
          : trainer.minimize(meanSquaredError(model(inputs), targets))
      }
    case .crossEntropy:
      let labels = Tensor<Int32>((0..<batch).map { Int32($0 % outputs) })
      let recorded = trainer.recorded { (x: Tensor<Float>, labels: Tensor<Int32>) in
        softmaxCrossEntropy(model(x), labels: labels)
      }
      rerunPlan = recorded.rerunPlan
      plan = { trainer.plan(minimizing: softmaxCrossEntropy(model(inputs), labels: labels)) }
      step = {
        isRecorded
          ? recorded(inputs, labels)
          : trainer.minimize(softmaxCrossEntropy(model(inputs), labels: labels))
      }
    }
  }

  /// The layers, with parameters from a fixed seed.
  static func model(sizes: [Int], activation: ActivationKind) -> Sequential<Tensor<Float>> {
    var layers: [any Layer<Tensor<Float>, Tensor<Float>>] = []
    for (inputs, outputs) in zip(sizes, sizes.dropFirst()) {
      if !layers.isEmpty, activation == .relu { layers.append(ReLU()) }
      layers.append(Linear(inputs, outputs))
    }
    return Sequential(layers).initialized(seed: 1)
  }

  /// Numbers without history, so that what is measured is the work alone.
  static func normal(_ shape: Shape, seed: UInt64) -> Tensor<Float> {
    let numbers = Tensor<Float>.normal(shape, key: RandomKey(seed: seed))
    evaluate(numbers)
    return numbers.detached()
  }

  /// Three steps; the bits of their losses, and of parameters and optimizer state after them.
  func checksumOfFirstSteps() -> Checksum {
    var checksum = Checksum()
    for _ in 0..<3 { checksum.add([step()]) }
    for (_, parameter) in model.parameters { checksum.add(parameter.value.scalars) }
    for parameter in optimizer.state.joined() { checksum.add(parameter.value.scalars) }
    return checksum
  }
}

#endif
