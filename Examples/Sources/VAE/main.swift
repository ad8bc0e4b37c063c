// SPDX-License-Identifier: Apache-2.0

// Digits from eight numbers: an encoder gives the mean and the variance of a code, a decoder the
// pixels. Source: Kingma, Welling, "Auto-encoding variational Bayes", ICLR 2014.

import Pullback

let isShort = CommandLine.arguments.contains("--short")

struct VAE: ParameterTree, Sendable {
  let codeSize = 8
  let hidden = Linear(64, 96), mean = Linear(96, 8), logVariance = Linear(96, 8)
  let decoder = Sequential(Linear(8, 96), ReLU(), Linear(96, 64))

  var parameters: Parameters {
    [
      "hidden": hidden.parameters, "mean": mean.parameters,
      "logVariance": logVariance.parameters, "decoder": decoder.parameters,
    ]
  }

  func encode(_ x: Tensor<Float>) -> (mean: Tensor<Float>, logVariance: Tensor<Float>) {
    let features = relu(hidden(x))
    return (mean(features), logVariance(features))
  }

  /// The logits of the pixels.
  func decode(_ code: Tensor<Float>) -> Tensor<Float> { decoder(code) }

  /// The negative bound of the log-likelihood of an image: what the code costs, and what it misses.
  func loss(_ x: Tensor<Float>, key: RandomKey) -> Tensor<Float> {
    let (mean, logVariance) = encode(x)
    // A sample as a function of mean and deviation, so that a gradient goes through it.
    let noise = Tensor<Float>.normal(mean.shape, key: key)
    let pixels = decode(mean + exp(0.5 * logVariance) * noise)
    let missed = binaryCrossEntropy(logits: pixels, targets: x, reduction: .sum)
    let cost = -0.5 * (1 + logVariance - mean.squared() - exp(logVariance)).sum()
    return (missed + cost) / Float(x.shape[0])
  }
}

let model = VAE().initialized(seed: 7)
let optimizer = Optimizer(Adam(learningRate: 2e-3), for: model.parameters)
let step = optimizer.recorded { (x: Tensor<Float>, key: RandomKey) in model.loss(x, key: key) }
let test = recorded { (x: Tensor<Float>, key: RandomKey) in model.loss(x, key: key) }
func testLoss() -> Float { Float(test(Digits.test.inputs, RandomKey(seed: 99))) }

let before = testLoss(), key = RandomKey(seed: 7)
for epoch in 1...(isShort ? 3 : 60) {
  for batch in Digits.training.batches(of: 64, shuffledWith: key.folding(in: UInt64(epoch))) {
    step(batch.inputs, key.folding(in: "noise").folding(in: UInt64(optimizer.stepCount)))
  }
  if epoch % 20 == 0 { print("epoch \(epoch): \(testLoss()) on images that were not trained on") }
}

// Four codes from the prior, side by side, as grey letters.
let images = sigmoid(model.decode(.normal([4, 8], key: RandomKey(seed: 5)))).scalars
let greys = Array(" .:-=+*#%@")
for row in 0..<8 {
  let line = (0..<4).map { image in
    String((0..<8).map { greys[Int(images[image * 64 + row * 8 + $0] * 9.99)] })
  }
  print(line.joined(separator: "    "))
}
print("loss: \(before) -> \(testLoss())")
