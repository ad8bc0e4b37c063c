// SPDX-License-Identifier: Apache-2.0

import PullbackNetworks
import PullbackRuntime
import PullbackTensors
import PullbackTraining

/// One training of a network on examples, with settings that are resolved.
struct NetworkTraining<Target: TensorScalar> {
  var settings: FitSettings
  let objective: FitObjective<Target>
  let stopFlag: StopFlag?
  /// Whether the network is told of.
  let showsModel: Bool
  let onEvent: ((FitEvent) throws -> Void)?

  /// What a training came to.
  struct Outcome {
    let model: Sequential<Tensor<Float>>
    let epochs: [EpochRecord]
    /// Counted from 1; the last one where there is no validation.
    let bestEpoch: Int
    /// Those with what was found out: the learning rate, and the weight decay if one of two was clearly
    /// better than both together.
    let settings: FitSettings
    let isInterrupted: Bool
  }

  /// Trains on examples for some epochs, fewer if nothing gets better on others.
  ///
  /// The learning rate falls over the epochs of the settings, however many there are.
  func callAsFunction(
    _ training: Dataset<Target>, validation: Dataset<Target>? = nil, epochs: Int? = nil
  ) throws -> Outcome {
    let committee = settings.committee(
      inputs: training.inputs.shape[1], outputs: objective.outputs
    ).initialized(seed: settings.seed)
    if showsModel {
      try onEvent?(.model(committee.merged().summary(for: [1, training.inputs.shape[1]])))
    }
    // Each rule by its own type: to ask one of any type for its settings takes longer than a small step.
    func run<Rule: UpdateRule>(
      _ rule: (_ learningRate: Float, _ weightDecay: Float) -> Rule
    ) throws -> Outcome {
      try train(
        committee, settings.optimizer(for: committee, rule), training, validation, epochs: epochs)
    }
    return switch settings.rule {
    case .sgd: try run { SGD(learningRate: $0, weightDecay: $1) }
    case .momentum: try run { SGD(learningRate: $0, momentum: 0.9, weightDecay: $1) }
    case .adam: try run { Adam(learningRate: $0, weightDecay: $1) }
    case .adamw: try run { AdamW(learningRate: $0, weightDecay: $1) }
    case .rmsprop: try run { RMSprop(learningRate: $0, weightDecay: $1) }
    case .adagrad: try run { Adagrad(learningRate: $0, weightDecay: $1) }
    case .lion: try run { Lion(learningRate: $0, weightDecay: $1) }
    }
  }

  private func train(
    _ committee: Committee, _ optimizer: Optimizer<some UpdateRule>,
    _ training: Dataset<Target>, _ validation: Dataset<Target>?, epochs: Int?
  ) throws -> Outcome {
    let trainer = Trainer(committee, optimizer) { [objective] in objective($0, $1, $2) }
    // Batches of nearly one size: a last one of few rows would take a step as large as the others.
    let batches = (training.count - 1) / settings.batch! + 1
    let batch = (training.count - 1) / batches + 1
    var settings = settings
    if settings.findsLearningRate {
      let curve = try trainer.findLearningRate(
        on: training, from: 1e-5, to: 1, steps: 100, batch: batch, seed: settings.seed)
      settings.learningRate = curve.suggestion ?? settings.learningRate
      try onEvent?(.learningRate(settings.learningRate!))
    }
    trainer.schedule = settings.rates(steps: settings.epochs! * batches)
    trainer.stopFlag = stopFlag
    let choices = validation.map { self.choices(of: committee, on: $0) } ?? []
    let clock = ContinuousClock(), start = clock.now
    var records: [EpochRecord] = []
    trainer.onEpoch = { [settings] _, record in
      let record = EpochRecord(
        epoch: record.epoch, stepCount: record.stepCount, learningRate: record.learningRate,
        loss: record.loss / Double(settings.members!),
        validation: choices.map { $0.note(epoch: record.epoch) }.first)
      records.append(record)
      let seconds = (clock.now - start).inSeconds
      try onEvent?(
        .epoch(
          FitEpoch(
            record, of: epochs ?? settings.epochs!, isBest: choices.first?.epoch == record.epoch,
            seconds: seconds,
            rowsPerSecond: Double(record.epoch * training.count) / max(seconds, 1e-9))))
      let wait = choices.map { record.epoch - $0.epoch }.min() ?? 0
      return wait > settings.patience! ? .stop : .continue
    }
    try trainer.fit(
      training, epochs: epochs ?? settings.epochs!, batch: batch, seed: settings.seed)
    let choice = best(of: choices)
    choice?.restore()
    if let part = choices.firstIndex(where: { $0 === choice }), part > 0 {
      settings.weightDecay = settings.decays[part - 1]
    }
    return Outcome(
      model: (choice?.committee ?? committee).merged(), epochs: records,
      bestEpoch: choice?.epoch ?? records.count, settings: settings,
      isInterrupted: trainer.ending == .interrupted)
  }

  /// The whole committee, and each of its parts if there are several.
  private func choices(
    of committee: Committee, on validation: Dataset<Target>
  ) -> [EpochChoice<Target>] {
    let parts = committee.parts.count > 1 ? committee.parts.map { Committee(parts: [$0]) } : []
    return ([committee] + parts).map { EpochChoice($0, on: validation, objective) }
  }

  /// The whole committee, unless a part is clearly better.
  private func best(of choices: [EpochChoice<Target>]) -> EpochChoice<Target>? {
    choices.dropFirst().reduce(choices.first) { best, next in
      best.map { next.isClearlyBetter(than: $0) ? next : $0 }
    }
  }
}

extension Duration {
  var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
