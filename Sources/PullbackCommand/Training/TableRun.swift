// SPDX-License-Identifier: Apache-2.0

#if Command

import ArgumentParser
import Pullback

/// A training on a user's own data, as `pullback train FILE` prints it.
struct TableRun {
  var fitting: FitSettings
  var output: String?
  var isQuiet = false
  var json = false
  private let start = ContinuousClock.now

  init(_ fitting: FitSettings) { self.fitting = fitting }

  func run(_ table: Table, _ settings: TableSettings) throws {
    try run(
      { stop, onEvent in
        try TableModel.fit(table, settings, fitting: fitting, stopFlag: stop, onEvent: onEvent)
      }, notes: table.misfitLines)
  }

  /// Fits, with a line for what happens, and ends with the result. Ctrl-C ends the fit after the batch
  /// that it is at; what there is then is saved, if asked for.
  ///
  /// - Parameters:
  ///   - notes: lines about the data.
  ///   - test: measures the model on rows that are kept for that alone.
  func run(
    _ fit: (StopFlag, @escaping (FitEvent) throws -> Void) throws -> (
      model: TableModel, report: FitReport
    ), notes: [String] = [], test: ((TableModel) throws -> TableEvaluation)? = nil
  ) throws {
    var printer = FitPrinter(json: json, isQuiet: isQuiet, notes: notes)
    let stop = StopFlag()
    let (model, report): (TableModel, FitReport)
    do {
      defer { printer.end() }
      (model, report) = try Interruption.raising(stop) {
        try fit(stop) { try printer.print($0) }
      }
    }
    if let output { try model.save(to: output) }
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
      if output == nil, !isQuiet { Console.note("pullback: nothing is saved without --output\n") }
      throw ExitCode(130)
    }
  }
}

#endif
