// SPDX-License-Identifier: Apache-2.0

#if Command

import Pullback

extension FitEvent {
  /// What `--json` prints of it; nil if nothing.
  var json: JSONLine? {
    switch self {
    case .understood(let understanding): return understanding.json
    case .settings(let settings):
      var line = JSONLine(event: "settings")
      line.add("hidden", settings.hidden ?? [])
      line.add("activation", text: settings.activation.rawValue)
      line.add("optimizer", text: settings.rule.rawValue)
      line.add("learning_rate", settings.learningRate ?? .nan)
      line.add("schedule", text: settings.schedule.rawValue)
      line.add("epochs", settings.epochs ?? 0)
      line.add("batch", settings.batch ?? 0)
      line.add("members", settings.members ?? 1)
      line.add("validation", text: "\(settings.validation)")
      return line
    case .model(let summary):
      var line = JSONLine(event: "model")
      line.add("layers", texts: summary.rows.map(\.layer))
      line.add("parameters", summary.parameterCount)
      return line
    case .learningRate(let rate):
      var line = JSONLine(event: "learning_rate")
      line.add("learning_rate", rate)
      return line
    case .fold(let number, let count):
      var line = JSONLine(event: "fold")
      line.add("fold", number)
      line.add("of", count)
      return line
    case .epoch(let epoch): return epoch.json
    case .validated(let evaluation):
      var line = JSONLine(event: "validation")
      for member in evaluation.members { line.add(member.name, member.value) }
      return line
    case .refitting(let epochs, let rows):
      var line = JSONLine(event: "refit")
      line.add("epochs", epochs)
      line.add("rows", rows)
      return line
    }
  }
}

extension TableUnderstanding {
  /// What was understood, as an object.
  var json: JSONLine {
    var line = JSONLine(event: "table")
    line.add("file", text: file)
    line.add("rows", rowCount)
    line.add("rows_with_target", rows.count)
    line.add("task", text: task.rawValue)
    line.add("reason", text: reason)
    line.add(
      "columns",
      .array(
        columns.map { column in
          var members: [JSON.Member] = [
            .init("name", .string(column.name)), .init("role", .string("\(column.role)")),
            .init("missing", .integer(column.missingCount)),
            .init("misfits", .integer(column.misfitCount)),
            .init("distinct", column.distinctCount.map(JSON.integer) ?? .null),
          ]
          if case .leftOut(let reason) = column.role {
            members.append(.init("reason", .string(reason)))
          }
          return .object(members)
        }))
    line.add(
      "classes",
      .array(classes.map { ["name": .string($0.name), "count": .integer($0.count)] }))
    line.add("warnings", texts: warnings.map { "\($0)" })
    return line
  }
}

extension FitEpoch {
  fileprivate var json: JSONLine {
    var line = JSONLine(event: "epoch")
    line.add("epoch", epoch)
    line.add("of", total)
    line.add("training_loss", loss)
    if let validationLoss { line.add("validation_loss", validationLoss) }
    for (name, value) in metrics.sorted(by: { $0.key < $1.key }) {
      line.add("validation_\(name)", value)
    }
    line.add("learning_rate", learningRate)
    line.add("rows_per_second", rowsPerSecond.rounded())
    line.add("best", isBest)
    return line
  }
}

extension TableEvaluation {
  /// Rows and metrics by name, and the intervals of those that have one.
  var members: [JSON.Member] {
    [JSON.Member("rows", .integer(rows))] + metricMembers + [JSON.Member("intervals", intervals)]
  }

  var metricMembers: [JSON.Member] {
    metrics.map { JSON.Member($0.name, .number($0.value)) }
  }

  var intervals: JSON {
    .object(
      metrics.compactMap { metric in
        metric.interval.map {
          JSON.Member(metric.name, [.number($0.lowerBound), .number($0.upperBound)])
        }
      })
  }
}

extension FitReport {
  /// The last line of `train --json`.
  func result(task: TableTask, seconds: Double, output: String?) -> JSONLine {
    var line = JSONLine(event: "result")
    line.add("task", text: task.rawValue)
    for (name, evaluation) in [
      ("validation", validation), ("baseline", baseline), ("linear", linear),
    ] {
      line.add(name, evaluation.map { .object($0.members) } ?? .null)
    }
    line.add("best_epoch", bestEpoch)
    line.add("rows", rows)
    line.add("seconds", seconds)
    line.add("threads_used", Threads.highestUsed)
    line.add("checksum", text: checksum.hexadecimal)
    line.add("output", output.map(JSON.string) ?? .null)
    line.add("interrupted", isInterrupted)
    line.add("warnings", texts: warnings.map { "\($0)" })
    return line
  }
}

#endif
