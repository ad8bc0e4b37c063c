// SPDX-License-Identifier: Apache-2.0

#if Command

import ArgumentParser
import Pullback

/// `pullback bench step --layers 784-50-10 --batch 64`
struct BenchStep: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "step",
    abstract: "Time a training step: forward, loss, backward and update on one fixed batch.",
    discussion: "  pullback bench step --layers 784-50-10 --batch 64 --recorded")

  @OptionGroup var network: NetworkOptions

  @Option(
    help: "The loss, the mean over the batch: mse or cross-entropy. (default: cross-entropy)",
    completion: words(of: TrainedNetwork.Loss.self), transform: chosen)
  var loss = TrainedNetwork.Loss.crossEntropy

  @Option(
    help: "The optimizer, with learning rate 0.001: sgd or adam. (default: sgd)",
    completion: words(of: TrainedNetwork.OptimizerKind.self), transform: chosen)
  var optimizer = TrainedNetwork.OptimizerKind.sgd

  @Flag(help: "Write the step down once and replay it, instead of a fresh graph each time.")
  var recorded = false

  @Flag(help: "Print the plan and how its products are blocked on this machine, and time nothing.")
  var explain = false

  @OptionGroup var options: BenchOptions

  func validate() throws {
    // Parameters with gradient and Adam's state; the batch, activations and their gradients.
    let elements = 4 * network.weights + 2 * network.units
    guard elements * 4 <= NetworkOptions.mostBytes else {
      throw ValidationError("a step of these layers on this batch takes more than 2 gibibytes")
    }
  }

  func run() throws {
    try options.begin()
    let (sizes, batch) = (network.sizes, network.rows)
    let trained = onOneThread {
      TrainedNetwork(
        sizes: sizes, batch: batch, loss: loss, optimizer: optimizer,
        activation: network.activation, isRecorded: recorded)
    }
    if explain { return try Console.print(trained.plan().explanation) }
    let checksum = trained.checksumOfFirstSteps()
    let measurement = Measurement(seconds: options.seconds) { _ = trained.step() }
    let kinds = "\(loss.rawValue) \(optimizer.rawValue) \(network.activation.rawValue)"
    let name = "step \(network.name) \(kinds) batch \(batch)\(recorded ? " recorded" : "")"
    var result = BenchResult(name, measurement)
    // Three products a layer, but nobody asks for the gradient of the batch.
    result.operations = 2 * Double(batch) * Double(3 * network.weights - sizes[0] * sizes[1])
    result.checksum = checksum
    try options.report([result])
  }
}

#endif
