// SPDX-License-Identifier: Apache-2.0

import PullbackFormats

extension FitReport {
  /// What a model file keeps of a fit, and what programs read: the settings, the epochs, and
  /// the metrics beside those of the baseline and the linear model. No times: the same fit
  /// makes the same file.
  public var json: JSON {
    var members: [JSON.Member] = [
      .init("rows", .integer(rows)), .init("epochs", .integer(bestEpoch)),
      .init("settings", settings.json),
    ]
    for (name, part) in [("validation", validation), ("baseline", baseline), ("linear", linear)] {
      if let part { members.append(.init(name, part.json)) }
    }
    if !folds.isEmpty { members.append(.init("folds", .array(folds.map(\.json)))) }
    return .object(members)
  }
}

extension TableEvaluation {
  /// The metrics by name, and the rows: {"rows": 30, "accuracy": 0.9,
  /// "accuracy_interval": [0.74, 0.97]}.
  public var json: JSON {
    var members: [JSON.Member] = [.init("rows", .integer(rows))]
    for metric in metrics {
      members.append(.init(metric.name, .number(metric.value)))
      if let interval = metric.interval {
        members.append(
          .init(
            "\(metric.name)_interval",
            .array([.number(interval.lowerBound), .number(interval.upperBound)])))
      }
    }
    return .object(members)
  }
}

extension FitSettings {
  /// By name, what is not set left out.
  var json: JSON {
    var members: [JSON.Member] = []
    if let hidden { members.append(.init("hidden", .array(hidden.map(JSON.integer)))) }
    members += [
      .init("members", .integer(self.members ?? 1)),
      .init("activation", .string(activation.rawValue)), .init("rule", .string(rule.rawValue)),
      .init("schedule", .string(schedule.rawValue)), .init("dropout", .number(Double(dropout))),
    ]
    if let learningRate { members.append(.init("learningRate", .number(Double(learningRate)))) }
    if let weightDecay { members.append(.init("weightDecay", .number(Double(weightDecay)))) }
    if let epochs { members.append(.init("epochs", .integer(epochs))) }
    if let batch { members.append(.init("batch", .integer(batch))) }
    if let patience { members.append(.init("patience", .integer(patience))) }
    members += [
      .init("validation", .string("\(validation)")),
      .init("balancesClasses", .bool(balancesClasses)),
      // As hexadecimal digits: JSON's numbers are Doubles to many readers.
      .init("seed", .string(String(seed, radix: 16))),
      .init("keepsValidation", .bool(keepsValidation)),
    ]
    return .object(members)
  }
}
