// SPDX-License-Identifier: Apache-2.0

import PullbackNetworks
import PullbackRuntime
import PullbackTensors
import PullbackTraining

/// What fitting a network to a table came to.
public struct FitReport: Sendable {
  /// What was understood of the table; nil where arrays were fitted.
  public let understanding: TableUnderstanding?
  /// The settings, with what was chosen for the data.
  public let settings: FitSettings
  /// The epochs in which rows validated, those of all folds one after the other; without validation
  /// those of the model itself.
  public let epochs: [EpochRecord]
  /// The epoch that validation chose, counted from 1: the last one that is not clearly worse than
  /// the best; over folds the median.
  public let bestEpoch: Int
  /// How good the network was on rows that did not train; nil if there are none.
  public let validation: TableEvaluation?
  /// On the same rows, what comes of predicting the same for each: the commonest
  /// class, or the mean.
  public let baseline: TableEvaluation?
  /// On the same rows, what comes of a linear model: logistic or ridge regression.
  public let linear: TableEvaluation?
  /// Of a cross-validation, how good the network was on each fold.
  public let folds: [TableEvaluation]
  /// How many rows the model that is kept was trained on.
  public let rows: Int
  /// What the fit took.
  public let seconds: Double
  /// What stands for the bits of all parameters: equal where they are (FNV-1a).
  public let checksum: UInt64
  /// Whether a ``StopFlag`` ended it early. The model is the best so far.
  public let isInterrupted: Bool
  /// What is not as it should be: of the table, and of what was learnt.
  public let warnings: [TableWarning]
}

extension FitReport: CustomStringConvertible {
  /// The metrics beside those of a baseline and a linear model, what was chosen, and what
  /// to look out for.
  public var description: String {
    var lines: [String] = []
    if let validation { lines += [table(of: validation), ""] }
    if !folds.isEmpty { lines += [tableOfFolds, ""] }
    let members = settings.members ?? 1, hidden = settings.hidden ?? []
    let units = hidden.map(String.init).joined(separator: ", ")
    let layers = hidden.isEmpty ? "no hidden layer" : "\(units) hidden units"
    lines.append(
      (members > 1 ? "\(members) networks of \(layers), averaged" : "a network of \(layers)")
        + ", \(settings.rule.rawValue), learning rate \(settings.learningRate ?? 0), "
        + "batches of \(settings.batch ?? 0)"
        + (settings.weightDecay.map { ", weight decay \($0)" } ?? ""))
    lines.append(
      (validation == nil
        ? counted(bestEpoch, "epoch") : "epoch \(bestEpoch) of \(settings.epochs ?? 0)")
        + ", the model was trained on \(counted(rows, "row")); "
        + "\(seconds.brief) s" + (isInterrupted ? "; interrupted" : ""))
    lines += warnings.map { "warning: \($0)" }
    return lines.joined(separator: "\n")
  }

  private func table(of validation: TableEvaluation) -> String {
    let isClassification = validation["accuracy"] != nil
    let head = [
      "on \(counted(validation.rows, "row")) that did not train", "network", "", "linear model",
      isClassification ? "commonest class" : "mean",
    ]
    return alignedTable(
      [head]
        + validation.metrics.map { metric in
          [
            metric.name, metric.value.brief, metric.interval.map { "(\($0.brief))" } ?? "",
            linear?[metric.name]?.brief ?? "", baseline?[metric.name]?.brief ?? "",
          ]
        })
  }

  private var tableOfFolds: String {
    let names = folds[0].metrics.map(\.name)
    var rows = [["fold"] + names]
    rows += folds.enumerated().map { number, fold in
      ["\(number + 1)"] + names.map { fold[$0]?.brief ?? "" }
    }
    rows.append(
      ["standard deviation"] + names.map { name in folds.compactMap { $0[name] }.spread.brief })
    return alignedTable(rows)
  }
}
