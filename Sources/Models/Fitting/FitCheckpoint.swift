// SPDX-License-Identifier: Apache-2.0

import PullbackFormats
import PullbackTensors
import PullbackTraining

/// Where a fit stands, between two steps: all that it needs to go on as if it had not stopped.
///
/// ```swift
/// let table = try CSV.table(at: "penguins.csv"), path = "fit.checkpoint"
/// let settings = TableSettings(targets: ["species"])
/// _ = try TableModel.fit(table, settings, onCheckpoint: { try $0.save(to: path) })
/// // In another run of the program, if that one was ended:
/// let checkpoint = try FitCheckpoint.load(at: path)
/// let model = try TableModel.fit(table, settings, from: checkpoint).model
/// ```
///
/// The model has the bits of a fit that did not stop, wherever the checkpoint was taken: while some
/// rows validate, in any fold, or while all rows train. It is a value that later steps do not
/// change. Taking it copies no number.
public struct FitCheckpoint: Sendable {
  /// The training that goes on.
  let training: Checkpoint
  let state: FitState
  /// For messages.
  private let file: String

  init(_ training: Checkpoint, _ state: FitState) {
    (self.training, self.state, file) = (training, state, "FitCheckpoint")
  }

  /// Writes the checkpoint in place of an old one, whole or not at all, also if the program is
  /// killed meanwhile. Throws as ``ModelFile/save(to:)`` does.
  public func save(to path: String) throws(FileError) {
    try training.modelFile(fit: state).save(to: path)
  }

  /// Reads a file that ``save(to:)`` wrote.
  ///
  /// Throws a `FileError` as ``ModelFile/load(at:layers:)`` does, and if the file holds no fit
  /// that could go on.
  public static func load(at path: String) throws(FileError) -> FitCheckpoint {
    let file = try ModelFile.load(at: path), training = try Checkpoint(file)
    guard let state = file.training?.fit else {
      throw FileError(
        .malformed, in: path,
        "holds a training, but not where a fit stood: it is no checkpoint of one")
    }
    return FitCheckpoint(training: training, state: state, file: path)
  }

  private init(training: Checkpoint, state: FitState, file: String) {
    (self.training, self.state, self.file) = (training, state, file)
  }

  /// What is wrong with it.
  func error(_ problem: String) -> FileError { FileError(.malformed, in: file, problem) }
}

extension FitCheckpoint: CustomStringConvertible {
  /// "checkpoint of a fit after 1 training, 12 epochs, 48 steps".
  public var description: String {
    "checkpoint of a fit after "
      + (state.done.isEmpty ? "" : "\(counted(state.done.count, "training")), ")
      + "\(counted(training.epoch, "epoch")), \(counted(training.stepCount, "step"))"
  }
}
