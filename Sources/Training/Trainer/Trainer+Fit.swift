// SPDX-License-Identifier: Apache-2.0

import PullbackNetworks
import PullbackRuntime
import PullbackTensors

extension Trainer {
  /// Trains until so many epochs are done in all, and returns the record of each.
  ///
  /// What has been done before counts: after a ``resume(from:)`` the call that was interrupted is
  /// made again, and a trainer that has done 20 epochs does 20 more if it is asked for 40. After
  /// each epoch the validation examples are measured, all of them, in an inference pass.
  ///
  /// Throws a ``TrainingDiverged`` if a loss or a weight is no finite number, a
  /// ``TrainingError`` if there are no examples or an epoch that was begun is to go on
  /// otherwise, what the source of the batches throws, and what callbacks throw. The trainer
  /// stands after the last whole step then.
  ///
  /// - Parameters:
  ///   - training: a ``Dataset``, or whatever else gives batches.
  ///   - epochs: how many there are to be in all, 0 or more.
  ///   - batch: examples of a step; the last one of an epoch may have fewer.
  ///   - seed: what the order of the examples and layers such as ``Dropout`` depend on.
  @discardableResult
  public func fit(
    _ training: some BatchSource<Target>, validation: (any BatchSource<Target>)? = nil,
    epochs: Int, batch: Int = 32, seed: UInt64 = 0,
    file: StaticString = #fileID, line: UInt = #line
  ) throws -> [EpochRecord] {
    guard epochs >= 0 else {
      Mistake("fit", "\(epochs) epochs", fix: "ask for 0 or more").stop(at: CallSite(file, line))
    }
    let order = BatchOrder(size: batch, file: file, line: line)
    putBack()
    try begin(Run(seed: seed, batch: order.size), training, validation)
    let ending = try pass(training, validation, epochs)
    self.ending = ending
    if progress.batch > 0 || ending == .interrupted { try onCheckpoint?(checkpoint) }
    if ending == .finished || ending == .stoppedEarly { useBest() }
    return history
  }

  /// Epoch after epoch.
  private func pass(
    _ training: some BatchSource<Target>, _ validation: (any BatchSource<Target>)?, _ epochs: Int
  ) throws -> TrainingEnding {
    while true {
      if progress.batch == 0 {
        if hasStoppedEarly { return .stoppedEarly }
        if progress.epoch >= epochs { return .finished }
      }
      if let ending = try steps(over: training) { return ending }
      if let ending = try endEpoch(training, validation) { return ending }
    }
  }

  /// The steps that an epoch still has; nil if it is done.
  private func steps(over training: some BatchSource<Target>) throws -> TrainingEnding? {
    var safe = moment
    let order = progress.order
    var reader = try training.batches(in: order)
    let passKey = progress.run!.passKey
    while !isInterrupted, let batch = try reader.next() {
      if progress.step - safe.progress.step >= Self.longestReplay, areWeightsFinite {
        safe = moment
      }
      setRate()
      let number = progress.step + 1
      let loss = step(batch.inputs, batch.targets, passKey.folding(in: UInt64(number)))
      progress.step = number
      progress.batch += 1
      guard loss.isFinite else { throw try diverged(since: safe, training, loss: loss) }
      progress.count += batch.count
      progress.total += Double(loss) * Double(batch.count)
      if let checkpointInterval, number.isMultiple(of: checkpointInterval) {
        try onCheckpoint?(checkpoint)
      }
      guard let onBatch else { continue }
      let before = marks
      let record = BatchRecord(
        epoch: progress.epoch + 1, batch: progress.batch - 1, stepCount: number,
        count: batch.count, loss: loss)
      if try onBatch(self, record) == .stop { return .stopped }
      // A replay knows nothing of what a callback changed.
      if marks != before { safe = moment }
    }
    if isInterrupted { return .interrupted }
    if !areWeightsFinite { throw try diverged(since: safe, training, loss: nil) }
    return nil
  }

  /// How many steps are replayed at most to find where a number came from.
  private static var longestReplay: Int { 1024 }

  /// Before each step.
  func setRate() {
    guard let schedule else { return }
    let rate = schedule.rate(at: progress.step, after: progress.watched)
    if rate != optimizer.groups[0].learningRate || optimizer.groups.count > 1
      || optimizer.networkRules.contains(where: { $0.learningRate != rate })
    {
      optimizer.learningRate = rate
    }
  }

  private func endEpoch(
    _ training: some BatchSource<Target>, _ validation: (any BatchSource<Target>)?
  ) throws -> TrainingEnding? {
    guard progress.count > 0 else { throw TrainingError("there are no training examples") }
    let evaluation = try validation.map { try validate(on: $0) }
    let record = EpochRecord(
      epoch: progress.epoch + 1, stepCount: progress.step,
      learningRate: optimizer.groups[0].learningRate,
      loss: progress.total / Double(progress.count), validation: evaluation)
    progress.end(with: record)
    keepBest(record)
    let decision = try onEpoch?(self, record)
    try onCheckpoint?(checkpoint)
    return decision == .stop ? .stopped : nil
  }

  private var areWeightsFinite: Bool { allFinite(Parameter.values(of: parameters)) }

  private var isInterrupted: Bool { Task.isCancelled || stopFlag?.isRaised == true }

  /// What tells that a callback changed something.
  private var marks: Marks<Rule> {
    Marks(rules: optimizer.rules, serials: parameters.map(\.slot.serial))
  }

  private func begin(
    _ run: Run, _ training: some BatchSource<Target>, _ validation: (any BatchSource<Target>)?
  ) throws {
    if training.exampleCount == 0 { throw TrainingError("there are no training examples") }
    if validation?.exampleCount == 0 { throw TrainingError("there are no validation examples") }
    if progress.batch > 0, let begun = progress.run, begun != run {
      throw TrainingError(
        "epoch \(progress.epoch + 1) was begun with seed \(begun.seed) and batches of "
          + "\(begun.batch), and is to go on with seed \(run.seed) and batches of \(run.batch)")
    }
    progress.run = run
    if earlyStopping == nil {
      (best, watchedFrom) = (nil, nil)
    } else if watchedFrom == nil {
      watchedFrom = progress.epoch
    }
  }
}

/// The settings of an optimizer, and which leaves parameters hold.
private struct Marks<Rule: UpdateRule>: Equatable {
  let rules: [Rule]
  let serials: [UInt64?]
}

/// Data that cannot be trained on, or a checkpoint that cannot be gone on from.
public struct TrainingError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What is wrong.
  public let description: String

  init(_ problem: String) { description = problem }
}
