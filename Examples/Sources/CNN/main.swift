// SPDX-License-Identifier: Apache-2.0

// Handwritten digits by a convolutional network, five times from different starts.

import Pullback

let isShort = CommandLine.arguments.contains("--short")

/// Rows of 64 pixels are images of 8 by 8.
struct Images: Layer {
  var parameters: Parameters { [:] }
  func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { x.reshaped(to: [-1, 8, 8, 1]) }
}

func network() -> Sequential<Tensor<Float>> {
  Sequential(
    Images(), Convolution2D(1, 32, kernelSize: 3, padding: .same), ReLU(),
    Convolution2D(32, 32, kernelSize: 3, padding: .same), ReLU(), MaxPool(2), Dropout(0.25),
    Convolution2D(32, 64, kernelSize: 3, padding: .same), ReLU(), Dropout(0.25),
    Flatten(), Linear(1024, 10))
}

/// The accuracy before and after a training.
func accuracies(seed: UInt64) throws -> (before: Double, after: Double) {
  let model = network().initialized(seed: seed)
  let epochs = isShort ? 1 : 30, steps = epochs * (Digits.training.count / 32)
  let optimizer = Optimizer(AdamW(learningRate: 3e-3, weightDecay: 0.01), for: model.parameters)
  let trainer = Trainer(model, optimizer) { softmaxCrossEntropy($0, labels: $1) }
  trainer.metrics = [Accuracy()]
  trainer.schedule = .cosine(from: 3e-3, over: steps)
  let before = try trainer.evaluate(on: Digits.test)
  try trainer.fit(Digits.training, epochs: epochs, batch: 32, seed: seed)
  let after = try trainer.evaluate(on: Digits.test)
  return (before.metrics["accuracy"]!, after.metrics["accuracy"]!)
}

print(network().summary(for: [32, 64]))
let results = try (1...(isShort ? 1 : 5)).map { try accuracies(seed: UInt64($0)) }
for (index, result) in results.enumerated() { print("seed \(index + 1): \(result.after)") }
func median(_ numbers: [Double]) -> Double { numbers.sorted()[numbers.count / 2] }
print("accuracy, median: \(median(results.map(\.before))) -> \(median(results.map(\.after)))")
