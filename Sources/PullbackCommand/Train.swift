// SPDX-License-Identifier: Apache-2.0

#if Command

import ArgumentParser
import Pullback

/// `pullback train`: a network on a table, on arrays, or on the embedded digits.
struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train a network on a table, on arrays, or on the digits in this program.",
    discussion: """
      FILE is a table (CSV and its kin) of which --target names the column to predict; two .npy \
      files, inputs and targets; an .npz archive of both; or a folder of MNIST's four IDX files. \
      Texts and whole numbers with few values are classes, other numbers are predicted as numbers. \
      A share of the rows is left out to validate; after it has chosen the epochs, the model is \
      trained again on all rows. Nothing is written without --output.

        pullback train homes.csv --target price --output homes.safetensors

      Without a file, the data are 1,797 images of 8 x 8 pixels (UCI "Optical Recognition of \
      Handwritten Digits", CC BY 4.0) in a fixed split: 1,257 train, 180 validate, 360 test. The \
      network is linear layers with relu between them, trained on softmax cross-entropy by \
      stochastic gradient descent with momentum 0.9.

      The same seed gives the same bits at any number of threads. Ctrl-C ends training after the \
      batch that it is at; a model is saved if --output asks for it. With --checkpoint the same \
      command and --resume goes on from there, also after a crash, and ends with the same bits.
      """)

  @Argument(help: "The data; - is a table on standard input.", completion: .file())
  var file: [String] = []

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "The column to predict; several times, or with commas, for several.", valueName: "column"))
  var target: [String] = []

  @Option(
    help: ArgumentHelp(
      "What the target is: classification or regression. (default: found out)", valueName: "task"),
    completion: words(of: TableTask.self), transform: chosen)
  var task: TableTask?

  @OptionGroup(title: "Training") var fit: FitOptions
  @OptionGroup(title: "Reading a table") var table: TableOptions

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("A file for the trained model.", valueName: "file"), completion: .file())
  var output: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "A file that is written after epochs and on Ctrl-C, to go on from with --resume.",
      valueName: "file"), completion: .file())
  var checkpoint: String?

  @Flag(help: "Go on from the checkpoint: the same data and options end with the same model.")
  var resume = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "A file of options as JSON; those of the command line go first.", valueName: "file"),
    completion: .file())
  var config: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("A file for the options, to be given as --config.", valueName: "file"),
    completion: .file())
  var writeConfig: String?

  @Flag(help: "Print the result only.")
  var quiet = false

  @OptionGroup var options: RunOptions

  func validate() throws {
    // What the file says may be missing here.
    if config != nil { return }
    try require(!resume || checkpoint != nil, "--resume needs --checkpoint")
    if file.isEmpty { try validateDigits() }
  }

  private func validateDigits() throws {
    var others = RunConfiguration()
    others.add("target", target)
    others.add("task", task?.rawValue)
    table.add(to: &others)
    fit.add(to: &others)
    let known = ["hidden", "epochs", "learning-rate", "batch", "seed"]
    if let other = others.members.first(where: { !known.contains($0.name) }) {
      throw ValidationError(
        "--\(other.name) goes with a file: without one, the embedded digits are learnt")
    }
    try checkSize(inputs: Digits.pixelCount, outputs: Digits.classCount)
  }

  /// Bounds that keep the memory within a plain machine's reach: some 20 bytes a weight.
  private func checkSize(inputs: Int, outputs: Int) throws {
    guard let hidden = fit.hidden?.extents else { return }
    let sizes = [inputs] + hidden + [outputs]
    let weights = zip(sizes, sizes.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 }
    try require(
      weights <= 50_000_000,
      "--hidden \(hidden.map(String.init).joined(separator: ",")) makes \(weights) weights; 50 "
        + "million are the most")
  }

  func run() throws {
    if let config { return try completed(byFileAt: config).run() }
    try prepare(threads: options.threads)
    try checkWritable([output, checkpoint, writeConfig], reading: file)
    try file.isEmpty ? runDigits() : runFiles()
  }

  /// When nothing of what is asked for is wrong any more.
  private func begin() throws {
    if let writeConfig { try given.write(to: writeConfig) }
    if !quiet { Console.noteDebugBuild() }
  }

  private func runDigits() throws {
    try begin()
    var run = DigitsRun()
    if let hidden = fit.hidden { run.hidden = hidden.extents }
    if let epochs = fit.epochs { run.epochs = epochs }
    if let rate = fit.learningRate { run.learningRate = rate }
    if let batch = fit.batch { run.batch = batch }
    if let seed = fit.seed { run.seed = seed }
    (run.checkpoint, run.resumes, run.output) = (checkpoint, resume, output)
    (run.isQuiet, run.json) = (quiet, options.json)
    try run.run()
  }

  private func runFiles() throws {
    var run = TableRun(fit.settings)
    (run.output, run.checkpoint, run.resumes) = (output, checkpoint, resume)
    (run.isQuiet, run.json) = (quiet, options.json)
    // A word that is no path is a mistake in the command, not in the data.
    if target.isEmpty, file.count == 1, let word = file.first, word != "-",
      !word.contains(where: { "./".contains($0) }), (try? found(word)) == nil
    {
      throw ValidationError(
        "there is no file \(word.quoted); give a table and --target, arrays, or nothing for the digits"
      )
    }
    do {
      switch try GivenData(file) {
      case .arrays(let paths): try runArrays(run, paths)
      case .table(let path): try runTable(run, path)
      }
    } catch let error as FitError where error.setting == "validation" {
      throw ValidationError("\(fit.splittingOption): \(error.problem)")
    }
  }

  private func runArrays(_ run: TableRun, _ paths: [String]) throws {
    try table.checkSaysNothing(of: paths[0])
    try require(
      target.isEmpty || target.count == 1 && paths.count == 1 && !isFolder(paths[0]),
      "--target names a column of a table, or one array of an .npz archive")
    let arrays = try FitArrays(at: paths, target: target.first, task: task)
    try checkSize(inputs: arrays.inputs.shape[1], outputs: 1)
    try begin()
    try run.run(arrays, test: FitArrays.test(at: paths, target: target.first, task: arrays.task))
  }

  private func runTable(_ run: TableRun, _ path: String) throws {
    let table = try self.table.table(at: path)
    try require(
      !target.isEmpty,
      "which column is to be predicted? Name it with --target; \(path.printable) has "
        + table.columns.prefix(20).map(\.name.shortened).joined(separator: ", "))
    for (option, column) in [("--split-by-time", fit.splitByTime), ("--group", fit.group)] {
      if let column { try table.check(column, of: option) }
    }
    let targets = table.columnNames(target)
    try checkSize(inputs: table.columns.count, outputs: targets.count)
    try begin()
    try run.run(table, TableSettings(targets: targets, task: task, columns: self.table.choices))
  }

  /// The options that are given.
  private var given: RunConfiguration {
    var given = RunConfiguration()
    given.add(files: file)
    given.add("target", target)
    given.add("task", task?.rawValue)
    table.add(to: &given)
    fit.add(to: &given)
    given.add("output", output)
    given.add("checkpoint", checkpoint)
    given.add("resume", resume)
    given.add("quiet", quiet)
    given.add("json", options.json)
    given.add("threads", options.threads)
    return given
  }

  /// The command with what a file says where the command line does not.
  private func completed(byFileAt path: String) throws -> Train {
    var all = given.completed(by: try RunConfiguration(at: found(path)))
    all.add("write-config", writeConfig)
    let arguments = try all.arguments(file: path)
    let train: Train
    do {
      train = try Train.parse(arguments)
    } catch {
      throw FileError(.malformed, in: path, Train.message(for: error))
    }
    try checkWritable([train.output, train.checkpoint], reading: [path])
    return train
  }
}

#endif
