// SPDX-License-Identifier: Apache-2.0

import PullbackNetworks
import PullbackTensors

/// When training stops because nothing gets better. The weights of the best epoch are kept, and are
/// the model's when `fit` returns, whether it stopped early or finished.
///
/// ```swift
/// trainer.earlyStopping = EarlyStopping(patience: 5)
/// ```
///
/// Source: Prechelt, "Early stopping - but when?", in "Neural networks: tricks of the trade", 1998.
public struct EarlyStopping: Hashable, Sendable, CustomStringConvertible {
  /// What is watched.
  public enum Watched: Hashable, Sendable {
    /// The loss on the validation examples, without them that of training.
    case loss
    /// A metric of validation by its name. It says itself whether larger is better.
    case metric(String)
  }

  /// How many epochs in a row may be no better than the best one.
  public var patience: Int
  /// What is watched.
  public var watched: Watched
  /// By how much a better value must be better.
  public var leastChange: Double

  /// A mistake if the patience is negative, or the least change negative or not finite.
  public init(
    patience: Int, watching watched: Watched = .loss, leastChange: Double = 0,
    file: StaticString = #fileID, line: UInt = #line
  ) {
    guard patience >= 0, leastChange >= 0, leastChange.isFinite else {
      Mistake(
        "EarlyStopping", "a patience of \(patience) and a least change of \(leastChange)",
        fix: "use numbers of 0 or more"
      ).stop(at: CallSite(file, line))
    }
    (self.patience, self.watched, self.leastChange) = (patience, watched, leastChange)
  }

  /// When training stops, in words.
  ///
  /// ```swift
  /// print(EarlyStopping(patience: 5))   // stops after more than 5 epochs without a better loss
  /// ```
  public var description: String {
    let value = if case .metric(let name) = watched { name } else { "loss" }
    return "stops after more than \(counted(patience, "epoch")) without a better \(value)"
      + (leastChange > 0 ? " by \(leastChange)" : "")
  }

  /// The value that is watched.
  func value(of record: EpochRecord) -> Double {
    switch watched {
    case .loss: return record.validationLoss ?? record.loss
    case .metric(let name):
      guard let value = record.metrics[name] else {
        let names = record.metrics.keys.sorted()
        Mistake(
          "EarlyStopping", "there is no metric \"\(name)\"",
          fix: names.isEmpty
            ? "give the trainer metrics and validation examples"
            : "watch one of \(names.joined(separator: ", "))"
        ).stop(at: nil)
      }
      return value
    }
  }

  /// Whether a value is better than the best one before; NaN never is.
  func isBetter(_ value: Double, than best: Double?, isBetterWhenLarger: Bool) -> Bool {
    guard let best else { return !value.isNaN }
    return isBetterWhenLarger ? value > best + leastChange : value < best - leastChange
  }
}

/// The weights of the best epoch.
struct BestWeights {
  /// Of the epoch.
  var value: Double
  /// Counted from 1.
  var epoch: Int
  /// Of the trainer's parameters, in their order.
  var weights: [Tensor<Float>]
  /// While the model has them: those with which training would go on, and what tells that nobody
  /// has changed the model meanwhile.
  var suspended: (weights: [Tensor<Float>], serials: [UInt64?])?
}
