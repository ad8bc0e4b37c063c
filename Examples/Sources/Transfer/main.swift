// SPDX-License-Identifier: Apache-2.0

// A network that knows the digits 0 to 5 wherever they stand learns 6 to 9 from ten images of each,
// all in the middle: its hidden layers stay as they are, only a new last layer is trained. Beside
// it the same network, which begins from nothing and is lost when digits stand elsewhere.

import Pullback

let isShort = CommandLine.arguments.contains("--short")

struct Classifier: Layer {
  let features: Sequential<Tensor<Float>>
  let head: Linear
  var parameters: Parameters { ["features": features.parameters, "head": head.parameters] }
  func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { head(features(x)) }
}

func makeFeatures() -> Sequential<Tensor<Float>> {
  Sequential(Linear(64, 128), ReLU(), Linear(128, 128), ReLU())
}

/// Images are moved by up to two pixels of eight.
let moved = BatchTransform<Int32, Int32>.shifts(
  rows: 2, columns: 2, of: ImageSize(height: 8, width: 8))

/// The images of some digits, labelled from 0 on.
func digits(_ data: Dataset<Int32>, _ range: ClosedRange<Int32>) -> Dataset<Int32> {
  let isIncluded = (data.labels .>= range.lowerBound) .& (data.labels .<= range.upperBound)
  let chosen = data.examples(where: isIncluded)
  return Dataset(inputs: chosen.inputs, labels: (chosen.labels - range.lowerBound).detached())
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

/// Trains a model, but what is frozen of it; the accuracy on test images afterwards.
func train(
  _ model: Classifier, freezing frozen: Parameters? = nil, on data: some BatchSource<Int32>,
  epochs: Int,
  test: Dataset<Int32>
) throws -> Double {
  let optimizer = Optimizer(AdamW(learningRate: 3e-3, weightDecay: 0.1), for: model.parameters)
  if let frozen { optimizer.freeze(frozen) }
  let trainer = Trainer(model, optimizer) { softmaxCrossEntropy($0, labels: $1) }
  trainer.metrics = [Accuracy()]
  try trainer.fit(data, epochs: epochs, batch: 16, seed: 1)
  return try trainer.evaluate(on: test.transformed(by: moved)).metrics["accuracy"]!
}

let lesson = few(10, of: digits(Digits.training, 6...9)), test = digits(Digits.test, 6...9)
let epochs = isShort ? 40 : 100

/// The accuracies on 0 to 5, and on 6 to 9 from nothing and with what was learnt before.
func accuracies(seed: UInt64) throws -> (known: Double, alone: Double, transferred: Double) {
  let known = Classifier(features: makeFeatures(), head: Linear(128, 6)).initialized(seed: seed)
  let source = try train(
    known, on: digits(Digits.training, 0...5).transformed(by: moved), epochs: isShort ? 20 : 100,
    test: digits(Digits.test, 0...5))
  let fresh = Classifier(features: makeFeatures(), head: Linear(128, 4)).initialized(seed: seed)
  let pupil = Classifier(features: known.features, head: Linear(128, 4).initialized(seed: seed))
  return (
    source, try train(fresh, on: lesson, epochs: epochs, test: test),
    try train(pupil, freezing: known.features.parameters, on: lesson, epochs: epochs, test: test)
  )
}

// What one start gives says little: there are 138 test images of 6 to 9, most of them moved.
let results = try (1...(isShort ? 1 : 9)).map { (seed: UInt64) in try accuracies(seed: seed) }
func median(_ numbers: [Double]) -> Double { numbers.sorted()[numbers.count / 2] }
print("0 to 5, all images: \(median(results.map(\.known)))")
let alone = median(results.map(\.alone)), transferred = median(results.map(\.transferred))
print("6 to 9, ten images of each, from nothing: \(alone)")
print("accuracy, median: \(alone) -> \(transferred)")
