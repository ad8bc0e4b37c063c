// SPDX-License-Identifier: Apache-2.0

#if Command

import ArgumentParser
import Pullback

/// A training on a user's own data, as `pullback train FILE` prints it.
struct TableRun {
  var fitting: FitSettings
  var output: String?
  /// A file that is written as the fit goes on, to go on from.
  var checkpoint: String?
  var resumes = false
  var isQuiet = false
  var json = false
  private let start = ContinuousClock.now

  init(_ fitting: FitSettings) { self.fitting = fitting }

  func run(_ table: Table, _ settings: TableSettings) throws {
    try run(
      { checkpoint, stop, onEvent, onCheckpoint in
        try TableModel.fit(
          table, settings, fitting: fitting, from: checkpoint, stopFlag: stop,
          onEvent: onEvent, onCheckpoint: onCheckpoint)
      }, notes: table.misfitLines)
  }

  /// Fits, with a line for what happens, and ends with the result. Ctrl-C ends the fit after the
  /// batch that it is at; what there is then is saved, if asked for.
  ///
  /// - Parameters:
  ///   - notes: lines about the data.
  ///   - test: measures the model on rows that are kept for that alone.
  func run(
    _ fit: (
      FitCheckpoint?, StopFlag, @escaping (FitEvent) throws -> Void,
      ((FitCheckpoint) throws -> Void)?
    ) throws -> (model: TableModel, report: FitReport),
    notes: [String] = [], test: ((TableModel) throws -> TableEvaluation)? = nil
  ) throws {
    let begun = try resumes ? checkpoint.map { try FitCheckpoint.load(at: found($0)) } : nil
    var printer = FitPrinter(json: json, isQuiet: isQuiet, notes: notes)
    let stop = StopFlag()
    let (model, report): (TableModel, FitReport)
    do {
      defer { printer.end() }
      (model, report) = try Interruption.raising(stop) {
        let fitted = try fit(begun, stop, { try printer.print($0) }, saving(until: stop))
        // Saving, too, ends in order.
        if let output { try fitted.model.save(to: output) }
        return fitted
      }
    }
    let measured = stop.isRaised ? nil : try test?(model)
    let seconds = (ContinuousClock.now - start).seconds
    if json {
      var result = report.result(task: model.task, seconds: seconds, output: output)
      if let measured { result.add("test", .object(measured.members)) }
      try Console.page(result)
    } else {
      let lines = report.lines(task: model.task, seconds: seconds, without: printer.warnings)
      for line in lines { try Console.page(line) }
      if let measured {
        try Console.page("\nOn \(counted(measured.rows, "row")) kept for a test:\n\(measured)")
      }
      if let output { try Console.page("Saved as \(output.printable).") }
    }
    if stop.isRaised {
      if let checkpoint {
        Console.note("pullback: --resume goes on from \(checkpoint.printable)\n")
      } else if output == nil, !isQuiet {
        Console.note("pullback: nothing is saved without --output\n")
      }
      throw ExitCode(130)
    }
  }

  /// Saves checkpoints, if they are asked for: once a second, for epochs may be shorter than a
  /// disk's answer, and the last one.
  private func saving(until stop: StopFlag) -> ((FitCheckpoint) throws -> Void)? {
    guard let checkpoint else { return nil }
    var last: ContinuousClock.Instant?
    return {
      if !stop.isRaised, let last, last.duration(to: .now) < .seconds(1) { return }
      try $0.save(to: checkpoint)
      last = .now
    }
  }
}

#endif
