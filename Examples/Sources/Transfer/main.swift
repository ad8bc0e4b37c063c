// SPDX-License-Identifier: Apache-2.0

// A network that knows 0 to 4 learns 5 to 9 from eight images of each: its hidden layers stay as they
// are, only a new last layer is trained. Beside it a network that begins from nothing.

import Pullback

let isShort = CommandLine.arguments.contains("--short")

struct Features: Layer {
  let first = Linear(64, 64), second = Linear(64, 32)
  var parameters: Parameters { ["first": first.parameters, "second": second.parameters] }
  func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { relu(second(relu(first(x)))) }
}

struct Classifier: Layer {
  let features: Features
  let head: Linear
  var parameters: Parameters { ["features": features.parameters, "head": head.parameters] }
  func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { head(features(x)) }
}

/// The examples of five digits, labelled 0 to 4.
func digits(_ data: Dataset<Int32>, from first: Int32) -> Dataset<Int32> {
  let isIncluded = (data.labels .>= first) .& (data.labels .< first + 5)
  let chosen = data.examples(where: isIncluded)
  return Dataset(inputs: chosen.inputs, labels: (chosen.labels - first).detached())
}

/// The first `count` examples of each class.
func few(_ count: Int, of data: Dataset<Int32>) -> Dataset<Int32> {
  var seen: [Int32: Int] = [:]
  let labels = data.labels.scalars
  return data.examples(
    at: labels.indices.filter { index in
      seen[labels[index], default: 0] += 1
      return seen[labels[index]]! <= count
    })
}

/// Trains some of a model's parameters; the accuracy on test images afterwards.
func train(
  _ model: Classifier, only parameters: Parameters, on data: Dataset<Int32>, epochs: Int,
  test: Dataset<Int32>
) throws -> Double {
  let optimizer = Optimizer(Adam(learningRate: 3e-3), for: parameters)
  let trainer = Trainer(model, optimizer) { softmaxCrossEntropy($0, labels: $1) }
  trainer.metrics = [Accuracy()]
  try trainer.fit(data, epochs: epochs, batch: 16, seed: 1)
  return try trainer.evaluate(on: test).metrics["accuracy"]!
}

let known = Classifier(features: Features(), head: Linear(32, 5)).initialized(seed: 1)
let source = try train(
  known, only: known.parameters, on: digits(Digits.training, from: 0), epochs: isShort ? 3 : 30,
  test: digits(Digits.test, from: 0))
print("0 to 4, all images: \(source)")

let lesson = few(8, of: digits(Digits.training, from: 5)), test = digits(Digits.test, from: 5)
let epochs = isShort ? 10 : 60
// The head begins anew; what it stands on is the known network's.
let pupil = Classifier(features: known.features, head: Linear(32, 5).initialized(seed: 2))
let transferred = try train(
  pupil, only: pupil.head.parameters, on: lesson, epochs: epochs, test: test)
let fresh = Classifier(features: Features(), head: Linear(32, 5)).initialized(seed: 2)
let alone = try train(fresh, only: fresh.parameters, on: lesson, epochs: epochs, test: test)
print("5 to 9, eight images of each, from nothing: \(alone)")
print("accuracy: \(alone) -> \(transferred)")
