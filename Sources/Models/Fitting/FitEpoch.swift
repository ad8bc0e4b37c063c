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
  /// Since the training began.
  public let seconds: Double
  /// How many rows were trained with in a second.
  public let rowsPerSecond: Double

  init(
    _ record: EpochRecord, of total: Int, isBest: Bool, seconds: Double, rowsPerSecond: Double
  ) {
    (self.record, self.total, self.isBest) = (record, total, isBest)
    (self.seconds, self.rowsPerSecond) = (seconds, rowsPerSecond)
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
  /// How long the rest will take, if no epoch is left out.
  public var secondsLeft: Double { seconds / Double(epoch) * Double(total - epoch) }
}

extension FitEpoch: CustomStringConvertible {
  /// "epoch 3 of 50: loss 0.41, validation loss 0.44, accuracy 0.88".
  public var description: String {
    let text = record.description
    let rest = text.drop { $0 != ":" }
    return "epoch \(epoch) of \(total)\(rest)"
  }
}
