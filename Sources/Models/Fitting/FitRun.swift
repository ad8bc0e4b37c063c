// SPDX-License-Identifier: Apache-2.0

import PullbackFormats
import PullbackNetworks
import PullbackRuntime
import PullbackTensors
import PullbackTraining

/// A fit from the rows of a source to a model: trained on some of them, measured on others, and
/// trained anew on all.
struct FitRun<Problem: FitProblem> {
  let problem: Problem
  let understanding: TableUnderstanding?
  /// Resolved when the first rows have become inputs.
  private var settings: FitSettings
  private var progress: FitProgress
  let stopFlag: StopFlag?
  let onEvent: ((FitEvent) throws -> Void)?

  init(
    _ problem: Problem, _ understanding: TableUnderstanding?, _ settings: FitSettings,
    _ progress: FitProgress, _ stopFlag: StopFlag?, _ onEvent: ((FitEvent) throws -> Void)?
  ) {
    (self.problem, self.understanding, self.settings) = (problem, understanding, settings)
    (self.progress, self.stopFlag, self.onEvent) = (progress, stopFlag, onEvent)
  }

  private var isModelShown = false
  private var source: any FitSource { problem.source }

  /// What was learnt of the rows of a split.
  private struct Trial {
    let model: TableModel
    let training: Int
    let outcome: NetworkTraining<Problem.Target>.Outcome
    let network: TableEvaluation
    let baseline: TableEvaluation
    let linear: TableEvaluation
  }

  mutating func callAsFunction() throws -> (model: TableModel, report: FitReport) {
    let clock = ContinuousClock(), start = clock.now
    let splits = try splits
    var trials: [Trial] = [], isInterrupted = false
    for (number, split) in splits.enumerated() {
      if splits.count > 1 { try onEvent?(.fold(number: number + 1, of: splits.count)) }
      let trial = try trial(split)
      isInterrupted = trial.outcome.isInterrupted
      // A fold that is done says more than one that is not.
      if isInterrupted, !trials.isEmpty { break }
      trials.append(trial)
      try onEvent?(.validated(trial.network))
      if isInterrupted { break }
    }
    let isComplete = trials.count > 1 && trials.count == splits.count
    var last = (isComplete ? trials.last : trials.first).map {
      (model: $0.model, rows: $0.training)
    }
    var epochs = trials.flatMap(\.outcome.trained.records)
    let chosen = trials.map(\.outcome.trained.bestEpoch).sorted()
    var bestEpoch = chosen.isEmpty ? 0 : max(chosen[chosen.count / 2], 1)
    if !trials.isEmpty {
      settings.weightDecay = commonest(trials.map(\.outcome.settings.weightDecay))
    }
    if !isInterrupted, !settings.keepsValidation || trials.isEmpty {
      if !trials.isEmpty { try onEvent?(.refitting(epochs: bestEpoch, rows: source.rows.count)) }
      let whole = try train(source.rows, epochs: trials.isEmpty ? nil : bestEpoch)
      isInterrupted = whole.outcome.isInterrupted
      let trained = whole.outcome.trained
      if trials.isEmpty { (epochs, bestEpoch) = (trained.records, trained.bestEpoch) }
      if !isInterrupted || trials.isEmpty {
        last = (whole.inputs.model(whole.outcome.model), source.rows.count)
      }
    }
    func evaluation(_ part: (Trial) -> TableEvaluation) -> TableEvaluation? {
      isComplete ? TableEvaluation(overFolds: trials.map(part)) : trials.first.map(part)
    }
    let network = evaluation(\.network), baseline = evaluation(\.baseline)
    let linear = evaluation(\.linear)
    var warnings = understanding?.warnings ?? []
    if let network, let baseline, let linear {
      warnings += network.warnings(baseline: baseline, linear: linear)
    }
    let report = FitReport(
      understanding: understanding, settings: settings, epochs: epochs, bestEpoch: bestEpoch,
      validation: network, baseline: baseline, linear: linear,
      folds: isComplete ? trials.map(\.network) : [], rows: last!.rows,
      seconds: (clock.now - start).inSeconds, checksum: Checksum(of: last!.model.model).value,
      isInterrupted: isInterrupted, warnings: warnings)
    var model = last!.model
    model.summary = report.json
    return (model, report)
  }

  private var splits: [RowSplit] {
    get throws {
      let rows = source.rows
      let division = RowDivision(rows: rows, strata: try problem.strata, seed: settings.seed)
      switch settings.validation {
      case .none: return []
      case .share(let share): return [try division.split(share)]
      case .folds(let number): return try division.folds(number)
      case .byTime(let column, let share):
        return [try division.split(share, orderedBy: try source.times(column, rows))]
      case .groups(let column, let share):
        return [try division.split(share, groupedBy: try source.groups(column, rows))]
      }
    }
  }

  /// Preprocessing and a network learnt of rows.
  private mutating func train(
    _ rows: [Int], validation: [Int]? = nil, epochs: Int? = nil
  ) throws -> (
    inputs: any FitInputs, examples: Dataset<Problem.Target>,
    objective: FitObjective<Problem.Target>, validation: Dataset<Problem.Target>?,
    outcome: NetworkTraining<Problem.Target>.Outcome
  ) {
    let inputs = try source.preprocessing(fittingOn: rows)
    let examples = try problem.examples(rows, inputs)
    let others = try validation.map { try problem.examples($0, inputs) }
    let objective = problem.objective(examples)
    if !isModelShown {
      settings = settings.resolved(
        source.task, rows: source.rows.count, inputs: inputs.inputCount)
      try begin([examples.inputs] + (others.map { [$0.inputs] } ?? []))
      try onEvent?(.settings(settings))
    }
    let training = NetworkTraining(
      settings: settings, objective: objective, stopFlag: stopFlag, showsModel: !isModelShown,
      onEvent: onEvent)
    isModelShown = true
    let outcome = try training(examples, validation: others, epochs: epochs, progress)
    progress.end(outcome.trained)
    // The learning rate that was found for the first split serves all that follow.
    settings.learningRate = outcome.settings.learningRate
    settings.findsLearningRate = false
    return (inputs, examples, objective, others, outcome)
  }

  /// Compares what is fitted with what a checkpoint is of.
  private mutating func begin(_ inputs: [Tensor<Float>]) throws(FileError) {
    guard progress.isKept else { return }
    try progress.begin(source.subject(settings, inputs: inputs))
    guard let start = progress.start else { return }
    (settings.learningRate, settings.findsLearningRate) = (start.state.learningRate, false)
  }

  private mutating func trial(_ split: RowSplit) throws -> Trial {
    let learnt = try train(split.training, validation: split.validation)
    let linear = learnt.objective.linearModel(of: learnt.examples)
    let x = learnt.validation!.inputs
    func evaluation(_ network: Sequential<Tensor<Float>>) throws(FileError) -> TableEvaluation {
      try problem.evaluation(network.outputs(of: x), split.validation, learnt.inputs)
    }
    return Trial(
      model: learnt.inputs.model(learnt.outcome.model), training: split.training.count,
      outcome: learnt.outcome, network: try evaluation(learnt.outcome.model),
      baseline: try problem.baseline(split), linear: try evaluation(linear))
  }
}

/// The element that stands there most often, the first of several.
private func commonest(_ decays: [Float?]) -> Float? {
  let counts = decays.map { decay in decays.count { $0 == decay } }
  return counts.max().flatMap { most in decays[counts.firstIndex(of: most)!] }
}

extension Sequential<Tensor<Float>> {
  /// What it gives for rows, some thousand at a time: [rows, outputs].
  func outputs(of x: Tensor<Float>) -> Tensor<Float> {
    let size = 4096, rows = x.shape[0]
    let apply = recorded { (x: Tensor<Float>) in Pass.inference { self(x) } }
    if rows <= size { return apply(x) }
    var numbers: [Float] = [], width = 0
    for start in stride(from: 0, to: rows, by: size) {
      let part = apply(x[start..<Swift.min(start + size, rows)])
      width = part.shape[1]
      numbers += part.scalars
    }
    return Tensor(shape: [rows, width], scalars: numbers)
  }
}
