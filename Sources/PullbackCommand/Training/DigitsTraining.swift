// SPDX-License-Identifier: Apache-2.0

#if Command

import Pullback

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// A network of linear layers and relu that is trained on the embedded digits.
struct DigitsTraining {
  typealias Network = Sequential<Tensor<Float>>

  struct Outcome {
    let accuracy: Double
    let loss: Double
    /// Over the bits of all parameters and of the test set's logits.
    let checksum: Checksum
  }

  let trainer: Trainer<Network, SGD, Int32>
  var model: Network { trainer.model }

  init(hidden: [Int], learningRate: Float, seed: UInt64) {
    let sizes = [Digits.pixelCount] + hidden + [Digits.classCount]
    let layers: [[any Layer<Tensor<Float>, Tensor<Float>>]] =
      zip(sizes, sizes.dropFirst()).map { [Linear($0, $1)] }
    let model = Sequential(Array(layers.joined(separator: [ReLU()]))).initialized(seed: seed)
    trainer = Trainer(
      model, Optimizer(SGD(learningRate: learningRate, momentum: 0.9), for: model.parameters)
    ) { softmaxCrossEntropy($0, labels: $1) }
    trainer.metrics = [Accuracy()]
  }

  /// The mean loss over all training images.
  func trainingLoss() throws -> Double { try trainer.evaluate(on: Digits.training).loss }

  /// What shows that training went wrong although every loss was a number; nil if nothing does.
  func divergence(from startLoss: Double) throws -> String? {
    let loss = try trainingLoss()
    // Guessing blindly costs ln(classes): a start that is better by chance may be left again.
    if !(loss <= max(startLoss, log(Double(Digits.classCount)))) {
      return "the loss on the training images is \(loss.written(decimals: 4)), above the "
        + "\(startLoss.written(decimals: 4)) of the untrained network"
    }
    // So it ends where the steps were so large that no unit of a layer is left above 0.
    let logits = model(Digits.training.inputs)
    if Bool((logits .== logits[0]).all()) { return "the network gives every image the same output" }
    return nil
  }

  func test() throws -> Outcome {
    let evaluation = try trainer.evaluate(on: Digits.test)
    var checksum = Checksum(of: model)
    checksum.add(model(Digits.test.inputs).scalars)
    return Outcome(
      accuracy: evaluation.metrics["accuracy"]!, loss: evaluation.loss, checksum: checksum)
  }
}

#endif
