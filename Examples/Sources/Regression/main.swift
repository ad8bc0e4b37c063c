// SPDX-License-Identifier: Apache-2.0

// A function of ten numbers, five of which do nothing, learnt from 800 noisy examples, beside a
// linear model. Source: Friedman, "Multivariate adaptive regression splines", Annals of Statistics
// 1991, section 4.3.

import Pullback

let isShort = CommandLine.arguments.contains("--short")

/// y = 10 sin(π x₀ x₁) + 20 (x₂ - 1/2)² + 10 x₃ + 5 x₄ + noise of deviation 1.
func examples(_ count: Int, seed: UInt64) -> Dataset<Float> {
  let key = RandomKey(seed: seed)
  let x = Tensor<Float>.uniform([count, 10], key: key.folding(in: "x"))
  let noise = Tensor<Float>.normal([count], key: key.folding(in: "noise"))
  let waves = 10 * sin(Float.pi * x[.all, 0] * x[.all, 1])
  let bowl = 20 * (x[.all, 2] - 0.5).squared()
  let lines = 10 * x[.all, 3] + 5 * x[.all, 4]
  return Dataset(
    inputs: x.detached(), targets: (waves + bowl + lines + noise).expandingShape(at: 1).detached())
}

// Targets of mean 0 and deviation 1: what is learnt at the usual rates.
let training = examples(800, seed: 1), test = examples(1000, seed: 2)
let mean = training.targets.mean(), deviation = training.targets.standardDeviation()
let scaled = Dataset(
  inputs: training.inputs, targets: ((training.targets - mean) / deviation).detached())

/// The share of the variance that a model explains on examples that it has not seen.
func rSquared(of model: Sequential<Tensor<Float>>) throws -> Double {
  let optimizer = Optimizer(AdamW(learningRate: 0.01, weightDecay: 0.01), for: model.parameters)
  let trainer = Trainer(model.initialized(seed: 7), optimizer) { meanSquaredError($0, $1) }
  trainer.schedule = .cosine(from: 0.01, over: 25 * (isShort ? 10 : 100))
  try trainer.fit(scaled, epochs: isShort ? 10 : 100, batch: 32, seed: 7)
  return rSquared(mean + deviation * model(test.inputs), test.targets)
}

let linear = try rSquared(of: Sequential(Linear(10, 1)))
let network = try rSquared(
  of: Sequential(Linear(10, 32), SiLU(), Linear(32, 32), SiLU(), Linear(32, 1)))
print("R², linear model: \(linear)")
print("R²: \(linear) -> \(network)")
