// SPDX-License-Identifier: Apache-2.0

import PullbackFormats
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
    /// The epochs, and the one that is best: the last one where there is no validation.
    let trained: FitState.Trained
    /// Those with what was found out: the learning rate, and the weight decay if one of two was
    /// clearly better than both together.
    let settings: FitSettings
    let isInterrupted: Bool
  }

  /// Trains on examples for some epochs, fewer if nothing gets better on others.
  ///
  /// The learning rate falls over the epochs of the settings, however many there are.
  ///
  /// - Parameter progress: of the fit; from where it says this training goes on.
  func callAsFunction(
    _ training: Dataset<Target>, validation: Dataset<Target>?, epochs: Int?,
    _ progress: FitProgress
  ) throws -> Outcome {
    let committee = settings.committee(
      inputs: training.inputs.shape[1], outputs: objective.outputs
    ).initialized(seed: settings.seed)
    if showsModel {
      try onEvent?(.model(committee.merged().summary(for: [1, training.inputs.shape[1]])))
    }
    if let trained = progress.trained {
      return try outcome(of: committee, trained, progress.start!)
    }
    // Each rule by its own type: to ask one of any type for its settings takes longer
    // than a small step.
    func run<Rule: UpdateRule>(
      _ rule: (_ learningRate: Float, _ weightDecay: Float) -> Rule
    ) throws -> Outcome {
      try train(
        committee, rule, training, validation, epochs: epochs ?? settings.epochs!, progress)
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

  private func train<Rule: UpdateRule>(
    _ committee: Committee, _ rule: (_ learningRate: Float, _ weightDecay: Float) -> Rule,
    _ training: Dataset<Target>, _ validation: Dataset<Target>?, epochs: Int,
    _ progress: FitProgress
  ) throws -> Outcome {
    func makeTrainer(_ settings: FitSettings) -> Trainer<Committee, Rule, Target> {
      Trainer(committee, settings.optimizer(for: committee, rule)) { [objective] in
        objective($0, $1, $2)
      }
    }
    let startLoss = meanLoss(of: committee, on: training)
    // Batches of nearly one size: a last one of few rows would take a step as large as the others.
    let batches = (training.count - 1) / settings.batch! + 1
    let batch = (training.count - 1) / batches + 1
    let choices = validation.map { self.choices(of: committee, on: $0) } ?? []
    var settings = settings
    if progress.begun == nil, settings.findsLearningRate {
      let curve = try makeTrainer(settings).findLearningRate(
        on: training, from: 1e-5, to: 1, steps: 100, batch: batch, seed: settings.seed)
      settings.learningRate = curve.suggestion ?? settings.learningRate
      try onEvent?(.learningRate(settings.learningRate!))
    }
    // Decays follow the rate that was found.
    let trainer = makeTrainer(settings)
    if let begun = progress.begun { try resume(trainer, choices, from: begun) }
    trainer.schedule = settings.rates(steps: settings.epochs! * batches)
    trainer.stopFlag = stopFlag
    var records = progress.begun?.state.records ?? []
    let clock = ContinuousClock(), start = clock.now, first = records.count
    func isWorthwhile() -> Bool {
      (choices.map { records.count - $0.epoch }.min() ?? 0) <= settings.patience!
    }
    trainer.onEpoch = { [settings] _, record in
      let record = EpochRecord(
        epoch: record.epoch, stepCount: record.stepCount, learningRate: record.learningRate,
        loss: record.loss / Double(settings.members!),
        validation: choices.map { $0.note(epoch: record.epoch) }.first)
      records.append(record)
      try onEvent?(
        .epoch(
          FitEpoch(
            record, of: epochs, isBest: choices.first?.epoch == record.epoch,
            rows: training.count, seconds: (clock.now - start).inSeconds, since: first)))
      return isWorthwhile() ? .continue : .stop
    }
    if let recorder = progress.recorder {
      trainer.onCheckpoint = { [settings] checkpoint in
        try recorder(checkpoint, settings.learningRate!, records, choices.map(\.state))
      }
    }
    if isWorthwhile() {
      try trainer.fit(training, epochs: epochs, batch: batch, seed: settings.seed)
    }
    let place = best(of: choices)
    place.map { choices[$0] }?.restore()
    let kept = place.map { choices[$0].committee } ?? committee
    if trainer.ending != .interrupted {
      try refuseDivergence(of: kept, on: training, from: startLoss)
    }
    return Outcome(
      model: kept.merged(),
      trained: FitState.Trained(
        records: records, choice: place ?? 0,
        bestEpoch: place.map { choices[$0].epoch } ?? records.count,
        weights: Parameter.values(of: kept.parameters.distinct)),
      settings: settings.choosing(place ?? 0), isInterrupted: trainer.ending == .interrupted)
  }

  /// The mean over examples and members.
  private func meanLoss(of committee: Committee, on examples: Dataset<Target>) -> Double {
    let members = committee.parts.reduce(0) { $0 + $1.count }
    var sum = 0.0
    for batch in examples.batches(of: 4096) {
      let loss = Float(objective(committee, batch.inputs, batch.targets))
      sum += Double(loss) * Double(batch.inputs.shape[0])
    }
    return sum / Double(examples.count * members)
  }

  /// Throws where training left a network far worse than it began, although every loss was a
  /// number: rules that scale their steps go far and never to infinity.
  private func refuseDivergence(
    of committee: Committee, on training: Dataset<Target>, from startLoss: Double
  ) throws(FitError) {
    let loss = meanLoss(of: committee, on: training)
    if loss <= 2 * startLoss { return }
    throw FitError(
      nil,
      "training diverged: the loss on the rows that train is \(loss.brief), that of the untrained "
        + "network \(startLoss.brief); try a smaller learning rate")
  }

  /// Puts a training to where it stood in another run of the fit.
  private func resume(
    _ trainer: Trainer<Committee, some UpdateRule, Target>, _ choices: [EpochChoice<Target>],
    from checkpoint: FitCheckpoint
  ) throws(FileError) {
    do {
      try trainer.resume(from: checkpoint.training)
    } catch {
      throw checkpoint.error("\(error)")
    }
    let states = checkpoint.state.choices
    guard states.count == choices.count, zip(choices, states).allSatisfy({ $0.resume(from: $1) })
    else { throw checkpoint.error("was made with other rows to validate, or another network") }
  }

  /// What a training came to that another run of the fit has done.
  private func outcome(
    of committee: Committee, _ trained: FitState.Trained, _ checkpoint: FitCheckpoint
  ) throws(FileError) -> Outcome {
    let all = committee.andParts
    let parameters = trained.choice < all.count ? all[trained.choice].parameters.distinct : []
    guard !parameters.isEmpty, parameters.map(\.shape) == trained.weights.map(\.shape),
      trained.records.count <= settings.epochs!
    else { throw checkpoint.error("was made with another network") }
    Parameter.setValues(of: parameters, to: trained.weights)
    return Outcome(
      model: all[trained.choice].merged(), trained: trained,
      settings: settings.choosing(trained.choice), isInterrupted: false)
  }

  /// Of the whole committee, and of each of its parts if there are several.
  private func choices(
    of committee: Committee, on validation: Dataset<Target>
  ) -> [EpochChoice<Target>] {
    committee.andParts.map { EpochChoice($0, on: validation, objective) }
  }

  /// The place of the whole committee, unless a part is clearly better.
  private func best(of choices: [EpochChoice<Target>]) -> Int? {
    choices.indices.dropFirst().reduce(choices.indices.first) { best, next in
      best.map { choices[next].isClearlyBetter(than: choices[$0]) ? next : $0 }
    }
  }
}

extension Committee {
  /// The whole, and each of its parts if there are several.
  fileprivate var andParts: [Committee] {
    [self] + (parts.count > 1 ? parts.map { Committee(parts: [$0]) } : [])
  }
}

extension FitSettings {
  /// The same with the weight decay of a part, if a committee's part was chosen: 0 is the whole.
  fileprivate func choosing(_ choice: Int) -> FitSettings {
    var settings = self
    if choice > 0 { settings.weightDecay = decays[choice - 1] }
    return settings
  }
}

extension Duration {
  var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
