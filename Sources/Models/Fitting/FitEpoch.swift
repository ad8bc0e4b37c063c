// SPDX-License-Identifier: Apache-2.0

import PullbackTraining

/// How far a fit has come: an epoch that is done.
public struct FitEpoch: Sendable, Hashable {
  /// What it came to. The loss is that of one network.
  public let record: EpochRecord
  /// How many epochs there will be at most.
  public let total: Int
  /// Whether the model is the one to keep so far.
  public let isBest: Bool
  /// Since the training began, or went on from a checkpoint.
  public let seconds: Double
  /// How many rows were trained with in a second.
  public let rowsPerSecond: Double
  /// How long the rest will take, if no epoch is left out.
  public let secondsLeft: Double

  /// - Parameters:
  ///   - rows: those of an epoch.
  ///   - start: the epochs that had been done before the seconds began.
  init(
    _ record: EpochRecord, of total: Int, isBest: Bool, rows: Int, seconds: Double, since start: Int
  ) {
    (self.record, self.total, self.isBest, self.seconds) = (record, total, isBest, seconds)
    let epochs = Double(record.epoch - start)
    rowsPerSecond = epochs * Double(rows) / max(seconds, 1e-9)
    secondsLeft = seconds / epochs * Double(total - record.epoch)
  }

  /// Counted from 1.
  public var epoch: Int { record.epoch }
  /// The mean loss of the training rows, each as it was trained with.
  public var loss: Double { record.loss }
  /// The mean loss of the validation rows after the epoch; nil if there are none.
  public var validationLoss: Double? { record.validationLoss }
  /// What was measured on the validation rows, by name.
  public var metrics: [String: Double] { record.metrics }
  /// The learning rate of the last step.
  public var learningRate: Float { record.learningRate }
}

extension FitEpoch: CustomStringConvertible {
  /// "epoch 3 of 50: loss 0.41, validation loss 0.44, accuracy 0.88".
  public var description: String {
    let text = record.description
    let rest = text.drop { $0 != ":" }
    return "epoch \(epoch) of \(total)\(rest)"
  }
}
