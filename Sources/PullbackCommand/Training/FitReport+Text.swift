// SPDX-License-Identifier: Apache-2.0

#if Command

import Pullback

extension FitReport {
  /// What a training came to, in lines for a terminal.
  ///
  /// - Parameter shown: warnings that have been printed before.
  func lines(task: TableTask, seconds: Double, without shown: [String] = []) -> [String] {
    var lines: [String] = []
    if !folds.isEmpty { lines += [foldTable, ""] }
    if let validation {
      lines += [metricTable(of: validation), ""]
      let guess = task == .classification ? "the commonest class" : "the mean"
      lines.append("The baseline predicts \(guess) for each row.")
    }
    lines.append(
      "\(networks); \(settings.rule.rawValue), learning rate "
        + "\(Double(settings.learningRate ?? 0).brief), batches of \(settings.batch ?? 0)"
        + (settings.weightDecay.map { ", weight decay \(Double($0).brief)" } ?? "") + ".")
    lines.append(
      "\(counted(bestEpoch, "epoch")) with \(counted(rows, "row")); "
        + "\(seconds.written(decimals: 2)) s, "
        + "\(counted(Threads.highestUsed, "thread")), \(instructionSet).")
    if isInterrupted { lines.append("Interrupted: the model is the best that there was.") }
    lines += warnings.map { "\($0)" }.filter { !shown.contains($0) }.map { "warning: \($0)" }
    return lines.map { $0.linesWrapped() }
  }

  private var networks: String {
    let members = settings.members ?? 1, hidden = settings.hidden ?? []
    let units = hidden.map(String.init).joined(separator: ", ")
    let layers = hidden.isEmpty ? "without a hidden layer" : "of \(units) hidden units"
    return members > 1 ? "\(members) networks \(layers), averaged" : "A network \(layers)"
  }

  private func metricTable(of validation: TableEvaluation) -> String {
    var rows = [["on \(counted(validation.rows, "row"))", "network", "", "linear", "baseline"]]
    rows += validation.metrics.map { metric in
      [
        metric.name, metric.value.brief,
        metric.interval.map { "\($0.lowerBound.brief) to \($0.upperBound.brief)" } ?? "",
        linear?[metric.name]?.brief ?? "", baseline?[metric.name]?.brief ?? "",
      ]
    }
    return alignedTable(rows)
  }

  private var foldTable: String {
    let names = folds[0].metrics.map(\.name)
    var rows = [["fold", "rows"] + names]
    for (number, fold) in folds.enumerated() {
      rows.append(
        ["\(number + 1)", "\(fold.rows)"] + names.map { fold[$0]?.brief ?? "" })
    }
    return alignedTable(rows)
  }
}

#endif
