// SPDX-License-Identifier: Apache-2.0

#if Command

import ArgumentParser
import Pullback

/// `pullback train`: a network on the embedded digits.
struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train a network on the handwritten digits that are part of this program.",
    discussion: """
      The data are 1,797 images of 8 x 8 pixels (UCI "Optical Recognition of Handwritten Digits", \
      CC BY 4.0) in a fixed split: 1,257 train, 180 validate, 360 test. The network is linear \
      layers with relu between them, trained on softmax cross-entropy by stochastic gradient \
      descent with momentum 0.9. The same seed gives the same bits at any number of threads.
      """)

  private static let usualRate: Float = 0.05

  @Option(parsing: .unconditional, help: "Passes over the training images.")
  var epochs = 40

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Units of the hidden layers: up to 16 of up to 8192, 50 million weights in all.",
      valueName: "50[,50...]"))
  var hidden = HiddenLayers(sizes: [50])

  @Option(parsing: .unconditional, help: "The step of gradient descent.")
  var learningRate = Train.usualRate

  @Option(parsing: .unconditional, help: "Images a step.")
  var batch = 32

  @Option(parsing: .unconditional, help: "The seed of the start and of the order of the images.")
  var seed: UInt64 = 0

  @Option(
    parsing: .unconditional,
    help: "Threads to use at most. (default: the processors of this machine)")
  var threads: Int?

  @Option(
    parsing: .unconditional,
    help: "A file that is written after each epoch and on Ctrl-C, to go on from.")
  var checkpoint: String?

  @Flag(help: "Go on from the checkpoint.")
  var resume = false

  @Flag(help: "Print the result only.")
  var quiet = false

  @Flag(help: "Print one JSON object a line.")
  var json = false

  func validate() throws {
    try require((1...1_000_000).contains(epochs), "--epochs must be from 1 to 1000000")
    try require(
      learningRate.isFinite && learningRate > 0, "--learning-rate must be a number above 0")
    try require(batch >= 1, "--batch must be 1 or more")
    try require(!resume || checkpoint != nil, "--resume needs --checkpoint")
    try require(threads.map { (1...64).contains($0) } ?? true, "--threads must be from 1 to 64")
  }

  private func require(_ holds: Bool, _ message: String) throws {
    if !holds { throw ValidationError(message) }
  }

  func run() throws {
    try prepare(threads: threads)
    if !quiet { Console.noteDebugBuild() }
    let start = ContinuousClock.now
    let training = DigitsTraining(
      hidden: hidden.sizes, learningRate: learningRate, seed: seed)
    let startLoss = try training.trainingLoss()
    if resume { try training.trainer.resume(from: Checkpoint.load(at: checkpoint!)) }
    try fit(training.trainer)
    if let problem = try training.divergence(from: startLoss) { throw diverged(problem) }
    let outcome = try training.test()
    let seconds = (ContinuousClock.now - start).seconds
    try Console.print(
      json
        ? outcome.json(seconds: seconds).description
        : "test accuracy \(decimal(outcome.accuracy, 4)) after \(decimal(seconds, 2)) s "
          + "(loss \(decimal(outcome.loss, 4)), \(training.model.parameters.scalarCount) "
          + "parameters, \(threadsUsed), \(instructionSet))")
  }

  /// Goes over the epochs, with a row for each. Ctrl-C ends it after the batch that it is at.
  private func fit(_ trainer: Trainer<DigitsTraining.Network, SGD, Int32>) throws {
    var progress = Progress(total: epochs, unit: "epoch", isSilent: quiet)
    if !quiet, !json { try Console.print(Train.header) }
    trainer.onEpoch = { _, record in
      progress.clear()
      if !quiet { try Console.print(json ? record.json.description : record.row) }
      progress.show(record.epoch)
      return .continue
    }
    if let checkpoint { trainer.onCheckpoint = { try $0.save(to: checkpoint) } }
    let stop = StopFlag()
    trainer.stopFlag = stop
    defer { progress.clear() }
    do {
      try Interruption.raising(stop) {
        _ = try trainer.fit(
          Digits.training, validation: Digits.validation, epochs: epochs, batch: batch, seed: seed)
      }
    } catch let error as TrainingDiverged {
      progress.clear()
      throw diverged(error)
    }
    // Also if it came when there was no batch left to end after.
    if stop.isRaised {
      progress.clear()
      if let checkpoint { Console.note("pullback: --resume goes on from \(checkpoint)\n") }
      throw ExitCode(130)
    }
  }

  private func diverged(_ error: TrainingDiverged) -> ExitCode {
    Console.note("Error: \(error)\n")
    return diverged(nil)
  }

  /// Says so in a sentence, with a learning rate that is worth a try.
  private func diverged(_ problem: String?) -> ExitCode {
    let rate = learningRate > Train.usualRate ? Train.usualRate : learningRate / 10
    let sentence = problem.map { "Error: training diverged: \($0). " } ?? ""
    Console.note(sentence + "Try --learning-rate \(rate).\n")
    return ExitCode(65)
  }

  private var threadsUsed: String {
    Threads.highestUsed == 1 ? "1 thread" : "\(Threads.highestUsed) threads"
  }

  private static let header = "epoch   training loss   validation loss   validation accuracy"
}

/// "50" or "100,50": at least one layer.
struct HiddenLayers: ExpressibleByArgument {
  let sizes: [Int]

  init(sizes: [Int]) { self.sizes = sizes }

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    let sizes = parts.compactMap { Int($0) }
    // Bounds that keep the memory within a plain machine's reach: some 20 bytes a weight.
    guard sizes.count == parts.count, (1...16).contains(sizes.count),
      sizes.allSatisfy({ (1...8192).contains($0) })
    else { return nil }
    let weights = zip([64] + sizes, sizes + [10]).reduce(0) { $0 + $1.0 * $1.1 }
    guard weights <= 50_000_000 else { return nil }
    self.sizes = sizes
  }

  var defaultValueDescription: String { sizes.map(String.init).joined(separator: ",") }
}

extension EpochRecord {
  fileprivate var row: String {
    pad("\(epoch)", 5) + pad(decimal(loss, 4), 16) + pad(decimal(validationLoss!, 4), 18)
      + pad(decimal(metrics["accuracy"]!, 4), 22)
  }

  fileprivate var json: JSONLine {
    var line = JSONLine(event: "epoch")
    line.add("epoch", epoch)
    line.add("training_loss", loss)
    line.add("validation_loss", validationLoss!)
    line.add("validation_accuracy", metrics["accuracy"]!)
    return line
  }
}

extension DigitsTraining.Outcome {
  fileprivate func json(seconds: Double) -> JSONLine {
    var line = JSONLine(event: "result")
    line.add("test_accuracy", accuracy)
    line.add("test_loss", loss)
    line.add("seconds", seconds)
    line.add("threads_used", Threads.highestUsed)
    line.add("checksum", text: checksum.hexadecimal)
    return line
  }
}

#endif
