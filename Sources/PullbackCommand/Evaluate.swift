// SPDX-License-Identifier: Apache-2.0

#if Command

import ArgumentParser
import Pullback

/// `pullback evaluate`: how good a model is on data of which the answers are known.
struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure a model on data that hold what it predicts.",
    discussion: """
      Columns are found by name; others than the model's do not matter. They are read as \
      predict reads them, unless --decimal or --day-first say otherwise, and what does not fit is said; a row without an answer is an error. \
      Each metric stands with an interval in which it lies 19 times of 20.

        pullback evaluate homes.safetensors sold-in-may.csv
      """)

  @Argument(
    help: ArgumentHelp("A model that pullback train saved.", valueName: "model"),
    completion: .file())
  var model: String

  @Argument(
    help: ArgumentHelp(
      "A table, - for one on standard input; for a model of arrays what train takes.",
      valueName: "file"), completion: .file())
  var file: [String]

  @OptionGroup(title: "Reading a table") var table: TableOptions
  @OptionGroup var options: RunOptions

  func validate() throws {
    try require(
      table.column.isEmpty,
      "--column is settled: columns are read as those that the model was trained on")
  }

  func run() throws {
    try prepare(threads: options.threads)
    let model = try TableModel.load(at: found(model))
    let evaluation: TableEvaluation
    var rows = PredictedRows(model, table)
    switch try GivenData(file) {
    case .arrays(let paths):
      try table.checkSaysNothing(of: paths[0])
      // What is kept for a test, where there is something.
      evaluation = try model.evaluate(
        FitArrays.test(at: paths, task: model.task) ?? FitArrays(at: paths, task: model.task))
    case .table(let path):
      evaluation = try rows.evaluate(tableAt: path)
      for note in rows.notes { Console.note("pullback: \(note)\n") }
    }
    if options.json {
      var line = JSONLine(event: "result")
      line.add("rows", evaluation.rows)
      line.add("metrics", .object(evaluation.metricMembers))
      line.add("intervals", evaluation.intervals)
      line.add("misfits", rows.misfitCounts)
      return try Console.page(line)
    }
    try Console.page("\(evaluation)\non \(counted(evaluation.rows, "row"))")
  }
}

#endif
