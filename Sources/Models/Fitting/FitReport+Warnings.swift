// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension TableEvaluation {
  /// What makes a network useless, or a lesser model as good.
  func warnings(baseline: TableEvaluation, linear: TableEvaluation) -> [TableWarning] {
    var warnings: [TableWarning] = []
    if !isClearlyBetter(than: baseline) {
      warnings.append(
        TableWarning(
          .uselessModel,
          "the network is not clearly better than predicting the same for every row: it may have learnt "
            + "nothing that holds for new ones"))
    } else if !isBetter(than: linear) {
      warnings.append(TableWarning(.uselessModel, "a linear model is as good on these rows"))
    }
    if rows < 30 {
      warnings.append(
        TableWarning(
          .fewRows, "only \(counted(rows, "row")) did not train: new ones may fare otherwise"))
    }
    return warnings
  }

  private func metric(_ name: String) -> (value: Double, interval: ClosedRange<Double>?)? {
    metrics.first { $0.name == name }.map { ($0.value, $0.interval) }
  }

  /// Whether the interval of what counts leaves another's value behind.
  private func isClearlyBetter(than other: TableEvaluation) -> Bool {
    if let r2 = metric("r2") { return r2.interval.map { $0.lowerBound > 0 } ?? false }
    func isAhead(_ name: String, larger: Bool) -> Bool {
      guard let interval = metric(name)?.interval, let value = other[name] else { return false }
      return larger ? interval.lowerBound > value : interval.upperBound < value
    }
    return isAhead("accuracy", larger: true) || isAhead("log_loss", larger: false)
      || metric("roc_auc")?.interval.map { $0.lowerBound > 0.5 } ?? false
  }

  private func isBetter(than other: TableEvaluation) -> Bool {
    func difference(_ name: String) -> Double { (self[name] ?? .nan) - (other[name] ?? .nan) }
    return difference("r2") > 0 || difference("accuracy") > 0 || difference("log_loss") < 0
  }
}
