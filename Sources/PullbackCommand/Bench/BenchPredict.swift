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
        pullback bench predict --convolutional --batch 1 --recorded
      """)

  @OptionGroup var network: NetworkOptions

  @Flag(help: "The network for images of 28 x 28 of bench network cnn28, instead of linear layers.")
  var convolutional = false

  @Flag(help: "Write the prediction down once and replay it, instead of a fresh graph each time.")
  var recorded = false

  @OptionGroup var options: BenchOptions

  func validate() throws {
    try require(
      !convolutional || network.layers == nil && network.activation == .relu,
      "--convolutional is a network of its own, without --layers and --activation")
    // Parameters; the batch, activations, the probabilities and the array of them.
    let numbers =
      convolutional
      ? network.rows * BenchPredict.numbersOfImage : network.weights + 2 * network.units
    guard numbers * 4 <= NetworkOptions.mostBytes else {
      throw ValidationError(
        "a prediction of these layers on this batch takes more than 2 gibibytes")
    }
  }

  func run() throws {
    try options.begin()
    let (sizes, batch) = (network.sizes, network.rows)
    let (model, inputs) = onOneThread {
      convolutional
        ? (
          BenchedNetwork.cnn28().initialized(seed: 1),
          TrainedNetwork.normal([batch, 28, 28, 1], seed: 2)
        )
        : (
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
    let kinds =
      convolutional ? "cnn28" : "\(network.name) \(network.activation.rawValue)"
    let ending = recorded ? " recorded" : ""
    var result = BenchResult("predict \(kinds) batch \(batch)\(ending)", measurement)
    let products = convolutional ? BenchPredict.productsOfImage : network.weights
    result.operations = 2 * Double(batch) * Double(products)
    result.checksum = checksum
    try options.report([result])
  }

  /// Numbers that all layers make of an image, the windows of a convolution not among them.
  private static let numbersOfImage = 784 * (1 + 2 * 8) + 196 * (8 + 2 * 16) + 49 * 16 + 2 * 64 + 20
  /// Multiplications of the convolutions and of the dense layers.
  private static let productsOfImage = 784 * 25 * 8 + 196 * 25 * 8 * 16 + 784 * 64 + 64 * 10
}

#endif
