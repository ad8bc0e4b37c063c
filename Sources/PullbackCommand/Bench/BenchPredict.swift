// SPDX-License-Identifier: Apache-2.0

#if Command

import ArgumentParser
import Pullback

/// `pullback bench predict --layers 784-50-10 --batch 1`
struct BenchPredict: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Time a prediction: the probabilities that a network gives for one fixed batch.",
    discussion: """
      One run computes softmax(model(x)) and reads its numbers into an array.

        pullback bench predict --layers 784-50-10 --batch 1
      """)

  @OptionGroup var network: NetworkOptions

  @Flag(help: "Write the prediction down once and replay it, instead of a fresh graph each time.")
  var recorded = false

  @OptionGroup var options: BenchOptions

  func validate() throws {
    // Parameters; the batch, activations, the probabilities and the array of them.
    guard (network.weights + 2 * network.units) * 4 <= NetworkOptions.mostBytes else {
      throw ValidationError(
        "a prediction of these layers on this batch takes more than 2 gibibytes")
    }
  }

  func run() throws {
    try options.begin()
    let (sizes, batch) = (network.sizes, network.rows)
    let (model, inputs) = onOneThread {
      (
        TrainedNetwork.model(sizes: sizes, activation: network.activation),
        TrainedNetwork.normal([batch, sizes[0]], seed: 2)
      )
    }
    let replayed = Pullback.recorded { (x: Tensor<Float>) in softmax(model(x)) }
    let predict = {
      recorded ? replayed(inputs).scalars : softmax(model(inputs)).scalars
    }
    var checksum = Checksum()
    checksum.add(predict())
    let measurement = Measurement(seconds: options.seconds) { _ = predict() }
    let kinds = "\(network.activation.rawValue) batch \(batch)\(recorded ? " recorded" : "")"
    var result = BenchResult("predict \(network.name) \(kinds)", measurement)
    result.operations = 2 * Double(batch) * Double(network.weights)
    result.checksum = checksum
    try options.report([result])
  }
}

#endif
