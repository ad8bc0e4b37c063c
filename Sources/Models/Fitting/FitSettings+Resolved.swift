// SPDX-License-Identifier: Apache-2.0

import PullbackNetworks
import PullbackTensors
import PullbackTraining

extension FitSettings {
  /// The same with a choice for each number that is left to the data.
  ///
  /// They are what did best over many small and middling tables: small networks of one hidden
  /// layer, several side by side, a large learning rate that falls to 0, batches that leave some
  /// tens of steps to an epoch. ``weightDecay`` stays nil: half of the members are then pulled
  /// weakly and half strongly.
  ///
  /// - Parameter inputs: the numbers of a row.
  func resolved(_ task: TableTask, rows: Int, inputs: Int) -> FitSettings {
    var settings = self
    settings.members = members ?? (hidden == nil ? 4 : 1)
    settings.hidden = hidden ?? [64]
    // A unit's sum moves with each step by the rate times as many numbers as there are inputs.
    settings.learningRate =
      learningRate ?? rule.usualRate(task) * min(1, (64 / Float(max(inputs, 1))).squareRoot())
    settings.batch = batch ?? (rows < 1000 ? 32 : rows < 10_000 ? 64 : 128)
    let numbers = rows * inputs
    let usualEpochs = numbers < 1_000_000 ? 50 : numbers < 5_000_000 ? 30 : 20
    settings.epochs = epochs ?? usualEpochs
    settings.patience = patience ?? max(settings.epochs! / 4, 5)
    let batches = (rows - 1) / settings.batch! + 1
    settings.usualPulls = rule.usualPulls(task)
    // In fewer steps than 200 a decay as strong would let nothing be learnt.
    settings.pullingSteps = max(max(settings.epochs!, usualEpochs) * batches, 200)
    return settings
  }

  /// Whether members are pulled differently.
  var hasTwoDecays: Bool { weightDecay == nil && members ?? 1 > 1 }

  /// Networks without numbers; settings that are resolved.
  func committee(inputs: Int, outputs: Int) -> Committee {
    let members = members!
    let counts = hasTwoDecays ? [members / 2, members - members / 2] : [members]
    return Committee(
      parts: counts.map { count in
        Members(
          count: count, inputs: inputs, widths: hidden!, outputs: outputs,
          activation: activation, dropout: dropout)
      })
  }

  /// What changes a committee of these settings.
  func optimizer<Rule: UpdateRule>(
    for committee: Committee, _ rule: (_ learningRate: Float, _ weightDecay: Float) -> Rule
  ) -> Optimizer<Rule> {
    Optimizer(
      groups: zip(committee.parts, decays).map { part, decay in
        .init(part.parameters, rule(learningRate!, decay))
      })
  }

  /// The weight decay of each part of a committee.
  ///
  /// Apart from the gradient a decay of d shrinks weights by e^-(d Σ rates), whatever they learn:
  /// pulls of 2 and 10 are that exponent for all sizes of data, or the few steps of a small table
  /// would all but leave its weights as they were drawn.
  var decays: [Float] {
    if let weightDecay { return [weightDecay] }
    guard rule.decaysApart else { return usualPulls }
    let mean = max(learningRate!, 1e-30) * (schedule == .constant ? 1 : 0.5)
    return usualPulls.map { $0 / (mean * Float(pullingSteps)) }
  }

  /// The learning rate over so many steps.
  func rates(steps: Int) -> Schedule {
    let rate = learningRate!, steps = max(steps, 1)
    return switch schedule {
    case .constant: .constant(rate)
    case .cosine: .cosine(from: rate, to: 0, over: steps)
    case .linear: .linear(from: rate, to: 0, over: steps)
    case .oneCycle: .oneCycle(to: rate, over: max(steps, 2))
    }
  }
}

extension FitSettings.Rule {
  /// Whether weight decay is no part of the gradient.
  fileprivate var decaysApart: Bool { self == .adamw || self == .lion }

  /// A weak and a strong pull: see ``FitSettings/decays``.
  fileprivate func usualPulls(_ task: TableTask) -> [Float] {
    if decaysApart { return [2, 10] }
    return task == .classification ? [1.5e-4, 1.5e-3] : [1e-4, 1e-3]
  }

  /// A learning rate that most tables take.
  fileprivate func usualRate(_ task: TableTask) -> Float {
    switch self {
    case .sgd: 0.1
    case .momentum: 0.02
    case .adam, .adamw: task == .classification ? 0.015 : 0.02
    case .rmsprop: 0.003
    case .adagrad: 0.05
    case .lion: 0.001
    }
  }
}
