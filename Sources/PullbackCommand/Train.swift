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

  @Flag(help: "Print the result only.")
  var quiet = false

  @Flag(help: "Print one JSON object a line.")
  var json = false

  func validate() throws {
    try require((1...1_000_000).contains(epochs), "--epochs must be from 1 to 1000000")
    try require(
      learningRate.isFinite && learningRate > 0, "--learning-rate must be a number above 0")
    try require(batch >= 1, "--batch must be 1 or more")
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
      hidden: hidden.sizes, learningRate: learningRate, batch: batch, seed: seed)
    let startLoss = training.trainingLoss()
    var progress = Progress(total: epochs, unit: "epoch", isSilent: quiet)
    if !quiet, !json { try Console.print(Train.header) }
    for number in 1...epochs {
      let epoch = training.run(epoch: number)
      progress.clear()
      guard epoch.trainingLoss.isFinite, epoch.validationLoss.isFinite else {
        throw diverged(" in epoch \(number)", "the loss is not a finite number")
      }
      if !quiet { try Console.print(json ? epoch.json.description : epoch.row) }
      progress.show(number)
    }
    progress.clear()
    if let problem = training.divergence(from: startLoss) { throw diverged("", problem) }
    let outcome = training.test()
    let seconds = (ContinuousClock.now - start).seconds
    try Console.print(
      json
        ? outcome.json(seconds: seconds).description
        : "test accuracy \(decimal(outcome.accuracy, 4)) after \(decimal(seconds, 2)) s "
          + "(loss \(decimal(outcome.loss, 4)), \(training.model.parameters.scalarCount) "
          + "parameters, \(threadsUsed), \(instructionSet))")
  }

  /// Says so in a sentence, with a learning rate that is worth a try.
  private func diverged(_ place: String, _ problem: String) -> ExitCode {
    let rate = learningRate > Train.usualRate ? Train.usualRate : learningRate / 10
    Console.note("pullback: training diverged\(place): \(problem). Try --learning-rate \(rate).\n")
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

extension DigitsTraining.Epoch {
  fileprivate var row: String {
    pad("\(number)", 5) + pad(decimal(trainingLoss, 4), 16) + pad(decimal(validationLoss, 4), 18)
      + pad(decimal(validationAccuracy, 4), 22)
  }

  fileprivate var json: JSONLine {
    var line = JSONLine(event: "epoch")
    line.add("epoch", number)
    line.add("training_loss", trainingLoss)
    line.add("validation_loss", validationLoss)
    line.add("validation_accuracy", validationAccuracy)
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
