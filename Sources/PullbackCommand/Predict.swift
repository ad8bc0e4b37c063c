// SPDX-License-Identifier: Apache-2.0

#if Command

import ArgumentParser
import Pullback

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// `pullback predict`: what a model says of new rows.
struct Predict: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Predict for the rows of a table, or for rows as they come.",
    discussion: """
      Columns are found by name; others than the model's do not matter. What stood for no value in \
      training does so here. A value that is missing, or no number where one is wanted, is taken as \
      the training rows' missing ones are, a category that they do not have as "other", and both are \
      said. From a pipe or a terminal each row is answered \
      when it has come.

        pullback predict homes.safetensors new.csv --output predicted.csv
        printf 'rooms,town\\n3,Bonn\\n' | pullback predict homes.safetensors
      """)

  @Argument(
    help: ArgumentHelp("A model that pullback train saved.", valueName: "model"),
    completion: .file())
  var model: String

  @Argument(
    help: ArgumentHelp(
      "A table; for a model of arrays an .npy or IDX file. (default: -, standard input)",
      valueName: "file"), completion: .file())
  var file: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("A file for the predictions, as a table.", valueName: "file"),
    completion: .file())
  var output: String?

  @Flag(help: "Say how likely each class is.")
  var probabilities = false

  @OptionGroup(title: "Reading a table") var table: TableOptions
  @OptionGroup var options: RunOptions

  func validate() throws {
    try require(
      table.decimal == nil && table.dayFirst == nil && table.column.isEmpty,
      "--decimal, --day-first and --column are settled: columns are read as those that the model "
        + "was trained on")
  }

  func run() throws {
    try prepare(threads: options.threads)
    try checkWritable([output], reading: [model, file ?? "-"])
    let start = ContinuousClock.now
    let model = try TableModel.load(at: found(model))
    try require(
      !probabilities || model.task == .classification,
      "--probabilities are those of classes; \(self.model.printable) predicts numbers")
    var rows = PredictedRows(model, table)
    let lines = PredictionLines(of: model, hasProbabilities: probabilities)
    let names = lines.names(targets: model.targetNames, classes: model.classNames)
    let isStream = PredictedRows.isStream(file), stop = StopFlag()
    var count = 0
    func predict(_ use: (TablePredictions) throws -> Void) throws {
      // Whoever waits for a row would wait on: there Ctrl-C ends the command by itself.
      if isStream { return try self.predict(&rows, use) }
      try Interruption.raising(stop) {
        try self.predict(&rows) { predictions in
          if stop.isRaised { throw ExitCode(130) }
          try use(predictions)
        }
      }
    }
    if let output {
      try CSV.write(to: output, names: names) { writer in
        try predict { predictions in
          count += predictions.count
          try writer.write(columns: lines.columns(of: predictions))
        }
      }
    } else if options.json {
      try predict { predictions in
        let objects = lines.objects(of: predictions, from: count + 1)
        count += predictions.count
        try Console.page(objects.map(\.description).joined(separator: "\n"))
      }
    } else {
      try Console.writingRows {
        try CSV.write(
          toDescriptor: STDOUT_FILENO, name: Console.standardOutput, names: names
        ) { writer in
          try predict { predictions in
            try writer.write(columns: lines.columns(of: predictions))
            if isStream { try writer.flush() }
          }
        }
      }
    }
    for note in rows.notes { Console.note("pullback: \(note)\n") }
    try report(rows, count, seconds: (ContinuousClock.now - start).seconds)
  }

  private func predict(
    _ rows: inout PredictedRows, _ use: (TablePredictions) throws -> Void
  ) throws {
    if let file, file != "-" {
      let path = try found(file)
      // A pipe with a name has no beginning to look at.
      let format = PredictedRows.isStream(path) ? .table : try FileFormat(ofFileAt: path)
      switch format {
      case .table: break
      case .npy, .idx: return try rows.predict(arrayAt: path, format, use)
      case .npz, .safetensors:
        throw FileError(
          .malformed, in: path, "is no table and no single array; save the rows as .npy or CSV")
      }
    }
    try rows.predict(tableAt: file, use)
  }

  private func report(_ rows: PredictedRows, _ count: Int, seconds: Double) throws {
    if options.json {
      var line = JSONLine(event: "result")
      line.add("rows", count)
      line.add("output", output.map(JSON.string) ?? .null)
      line.add("misfits", rows.misfitCounts)
      line.add("seconds", seconds)
      try Console.page(line)
    } else if let output {
      try Console.page("\(output.printable): \(counted(count, "row"))")
    }
  }
}

#endif
