// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Pullback

/// `pullback bench step --layers 784-50-10 --batch 64`
struct BenchStep: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "step",
    abstract: "Time a training step: forward, loss, backward and update on one fixed batch.")

  @Option(
    help: ArgumentHelp(
      "Units of input, hidden layers and output. (default: 784-50-10)",
      valueName: "units-units[-units...]"),
    transform: { try ExtentList(parsing: $0, separator: "-", counts: 2...33, largest: 65536) })
  var layers: ExtentList?

  @Option(help: "The loss: the mean over the batch.")
  var loss = TrainedNetwork.Loss.crossEntropy

  @Option(help: "The optimizer, with learning rate 0.001.")
  var optimizer = TrainedNetwork.OptimizerKind.sgd

  @Option(help: "What stands between the layers.")
  var activation = TrainedNetwork.ActivationKind.relu

  @Option(help: "Rows of the batch.")
  var batch = 64

  @Flag(help: "Write the step down once and replay it, instead of a fresh graph each time.")
  var recorded = false

  @OptionGroup var options: BenchOptions

  private static let mostBytes = 1 << 31

  private var sizes: [Int] { layers?.extents ?? [784, 50, 10] }

  func validate() throws {
    guard (1...1_000_000).contains(batch) else {
      throw ValidationError("--batch must be from 1 to 1000000")
    }
    // Parameters with gradient and Adam's state; the batch, activations and their gradients.
    // Below 2^42: 32 layers of at most 2^32 weights, 2^20 rows of at most 33 x 2^16 units.
    let weights = zip(sizes, sizes.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 }
    let elements = 4 * weights + 2 * batch * sizes.reduce(0, +)
    guard elements * 4 <= BenchStep.mostBytes else {
      throw ValidationError("a step of these layers on this batch takes more than 2 gibibytes")
    }
  }

  func run() throws {
    try options.begin()
    let network = onOneThread {
      TrainedNetwork(
        sizes: sizes, batch: batch, loss: loss, optimizer: optimizer, activation: activation,
        isRecorded: recorded)
    }
    let checksum = network.checksumOfFirstSteps()
    let measurement = Measurement(seconds: options.seconds) { _ = network.step() }
    let pairs = zip(sizes, sizes.dropFirst())
    let products = pairs.reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
    let names = sizes.map(String.init).joined(separator: "-")
    let kinds = "\(loss.rawValue) \(optimizer.rawValue) \(activation.rawValue)"
    let name = "step \(names) \(kinds) batch \(batch)\(recorded ? " recorded" : "")"
    var result = BenchResult(name, measurement)
    // Three products a layer, but nobody asks for the gradient of the batch.
    result.operations = 2 * Double(batch) * (3 * products - Double(sizes[0] * sizes[1]))
    result.checksum = checksum
    try options.report([result])
  }
}

extension TrainedNetwork.Loss: ExpressibleByArgument {}
extension TrainedNetwork.OptimizerKind: ExpressibleByArgument {}
extension TrainedNetwork.ActivationKind: ExpressibleByArgument {}
