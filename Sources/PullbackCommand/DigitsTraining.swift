// SPDX-License-Identifier: Apache-2.0

#if Command

import Foundation
import Pullback

/// Trains a network of linear layers and relu on the embedded digits.
struct DigitsTraining {
  struct Epoch {
    let number: Int
    let trainingLoss: Double
    let validationLoss: Double
    let validationAccuracy: Double
  }

  struct Outcome {
    let accuracy: Double
    let loss: Double
    /// Over the bits of all parameters and of the test set's logits.
    let checksum: Checksum
  }

  let model: Sequential<Tensor<Float>>
  private let step: RecordedStep<Tensor<Float>, Tensor<Int32>, Float>
  private let batch: Int
  private let seed: UInt64
  private let training = Digits.training
  private let validation = Digits.validation

  init(hidden: [Int], learningRate: Float, batch: Int, seed: UInt64) {
    let sizes = [Digits.pixelCount] + hidden + [Digits.classCount]
    let layers: [[any Layer<Tensor<Float>, Tensor<Float>>]] =
      zip(sizes, sizes.dropFirst()).map { [Linear($0, $1)] }
    model = Sequential(Array(layers.joined(separator: [ReLU()]))).initialized(seed: seed)
    let model = model
    step = Optimizer(
      SGD(learningRate: learningRate, momentum: 0.9), for: model.parameters
    ).recorded { softmaxCrossEntropy(model($0), labels: $1) }
    self.batch = batch
    self.seed = seed
  }

  /// One pass over the training examples in an order of the epoch's own.
  func run(epoch: Int) -> Epoch {
    let key = RandomKey(seed: seed).folding(in: "order").folding(in: UInt64(epoch))
    var total = 0.0
    for examples in training.batches(of: batch, shuffledWith: key) {
      total += Double(step(examples.inputs, examples.labels)) * Double(examples.count)
    }
    let (loss, accuracy, _) = measure(validation)
    return Epoch(
      number: epoch, trainingLoss: total / Double(training.count), validationLoss: loss,
      validationAccuracy: accuracy)
  }

  /// The mean loss over all training images.
  func trainingLoss() -> Double { measure(training).loss }

  /// What shows that training went wrong although every loss was a number; nil if nothing does.
  func divergence(from startLoss: Double) -> String? {
    let (loss, _, logits) = measure(training)
    // Guessing blindly costs ln(classes): a start that is better by chance may be left again.
    if !(loss <= max(startLoss, log(Double(Digits.classCount)))) {
      return "the loss on the training images is \(decimal(loss, 4)), above the "
        + "\(decimal(startLoss, 4)) of the untrained network"
    }
    // So it ends where the steps were so large that no unit of a layer is left above 0.
    if Bool((logits .== logits[0]).all()) { return "the network gives every image the same output" }
    return nil
  }

  func test() -> Outcome {
    let (loss, accuracy, logits) = measure(Digits.test)
    var checksum = Checksum()
    for (_, parameter) in model.parameters { checksum.add(parameter.value.scalars) }
    checksum.add(logits.scalars)
    return Outcome(accuracy: accuracy, loss: loss, checksum: checksum)
  }

  private func measure(
    _ data: Dataset<Int32>
  ) -> (loss: Double, accuracy: Double, logits: Tensor<Float>) {
    let logits = model(data.inputs)
    let loss = softmaxCrossEntropy(logits, labels: data.labels)
    let share = accuracy(logits, labels: data.labels)
    evaluate(loss, share, logits)
    // A share of examples, without the digits that Float adds.
    let right = (Float(share) * Float(data.count)).rounded()
    return (Double(Float(loss)), Double(right) / Double(data.count), logits)
  }
}

#endif
