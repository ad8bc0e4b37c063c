// SPDX-License-Identifier: Apache-2.0

import PullbackFormats
import PullbackNetworks
import PullbackTensors
import PullbackTraining

/// What a fit goes on from, and what it writes down to go on from.
struct FitProgress {
  /// Where another run of the fit stood.
  let start: FitCheckpoint?
  let onCheckpoint: ((FitCheckpoint) throws -> Void)?
  /// The trainings that are done.
  private(set) var done: [FitState.Trained] = []
  private var subject: FitSubject?

  init(from start: FitCheckpoint?, onCheckpoint: ((FitCheckpoint) throws -> Void)?) {
    (self.start, self.onCheckpoint) = (start, onCheckpoint)
  }

  /// Whether there is something to go on from, or to write down.
  var isKept: Bool { start != nil || onCheckpoint != nil }

  /// Throws if that which is fitted is not what the checkpoint was made with.
  mutating func begin(_ subject: FitSubject) throws(FileError) {
    self.subject = subject
    guard let start else { return }
    if let difference = start.state.subject.difference(from: subject) {
      throw start.error(difference)
    }
  }

  mutating func end(_ training: FitState.Trained) { done.append(training) }

  /// What the next training came to, if it was done.
  var trained: FitState.Trained? {
    start.flatMap { done.count < $0.state.done.count ? $0.state.done[done.count] : nil }
  }

  /// Where the next training stood, if it had begun.
  var begun: FitCheckpoint? {
    start.flatMap { done.count == $0.state.done.count ? $0 : nil }
  }

  /// Writes down where the next training stands.
  var recorder: Recorder? {
    guard let onCheckpoint, let subject else { return nil }
    return { [done] training, learningRate, records, choices in
      try onCheckpoint(
        FitCheckpoint(
          training,
          FitState(
            subject: subject, learningRate: learningRate, done: done, records: records,
            choices: choices)))
    }
  }

  typealias Recorder = (
    _ training: Checkpoint, _ learningRate: Float, _ records: [EpochRecord],
    _ choices: [FitState.Choice]
  ) throws -> Void
}

extension FitSettings {
  /// What they say, once resolved, by name.
  var facts: [FitSubject.Fact] {
    [
      .init("hidden", hidden!.isEmpty ? "none" : hidden!.map(String.init).joined(separator: ",")),
      .init("members", "\(members!)"), .init("activation", activation.rawValue),
      .init("optimizer", rule.rawValue),
      .init("learning rate", findsLearningRate ? "to be found" : "\(learningRate!)"),
      .init("schedule", schedule.rawValue), .init("epochs", "\(epochs!)"),
      .init("batch", "\(batch!)"), .init("dropout", "\(dropout)"),
      .init("weight decay", decays.map { "\($0)" }.joined(separator: " or ")),
      .init("validation", "\(validation)"), .init("patience", "\(patience!)"),
      .init("class weights", balancesClasses ? "balanced" : "none"), .init("seed", "\(seed)"),
      .init("keep validation", "\(keepsValidation)"),
    ]
  }
}

extension FitSource {
  /// What is fitted with settings that are resolved.
  ///
  /// - Parameter inputs: those of all rows, as they first train and validate.
  func subject(
    _ settings: FitSettings, inputs: [Tensor<Float>]
  ) throws(FileError) -> FitSubject {
    var checksum = Checksum()
    for part in inputs { checksum.add(part.scalars) }
    switch task {
    case .classification: checksum.add(try labels(rows))
    case .regression: for row in try numbers(rows) { checksum.add(row) }
    }
    let facts: [FitSubject.Fact] = [
      .init("rows", "\(rows.count)"), .init("task", task.rawValue),
      .init("classes", "\(classNames.count)"),
    ]
    return FitSubject(
      facts: facts + columnFacts + settings.facts, checksum: checksum.value)
  }
}
