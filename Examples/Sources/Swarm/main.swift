// SPDX-License-Identifier: Apache-2.0

// A thousand small regressions at once: noisy waves, each of a frequency, a phase and a
// height of its own, from 10 to 32 examples of each. Each network has a seed and a learning
// rate of its own, too.

import Pullback

let isShort = CommandLine.arguments.contains("--short")
let count = isShort ? 20 : 1000, mostExamples = 32, stepCount = isShort ? 100 : 2000
let noise: Float = 0.1
let key = RandomKey(seed: 1)

/// h sin(f x + p) for [count, n, 1] inputs.
func waves(_ x: Tensor<Float>) -> Tensor<Float> {
  func numbers(from low: Float, to high: Float, _ name: String) -> Tensor<Float> {
    .uniform([count, 1, 1], from: low, to: high, key: key.folding(in: name))
  }
  let frequency = numbers(from: 1, to: 3, "frequency")
  let phase = numbers(from: -.pi, to: .pi, "phase")
  return numbers(from: 0.5, to: 1.5, "height") * sin(frequency * x + phase)
}

let x = Tensor<Float>.uniform([count, mostExamples, 1], from: -1, to: 1, key: key.folding(in: "x"))
  .detached()
let targets =
  (waves(x) + noise * .normal(x.shape, key: key.folding(in: "noise"))).detached()
// Rows behind a series' own have a weight of 0.
let counts = (0..<count).map { 10 + $0 % (mostExamples - 9) }
let weights = Tensor<Float>(
  shape: [count, mostExamples],
  scalars: counts.flatMap { count in (0..<mostExamples).map { $0 < count ? 1 : 0 } })
let rules = (0..<count).map { AdamW(learningRate: [0.003, 0.01][$0 % 2], weightDecay: 0.003) }

@Sendable func network() -> Sequential<Tensor<Float>> {
  Sequential(Linear(1, 16), Tanh(), Linear(16, 16), Tanh(), Linear(16, 1))
}

let swarm = Swarm(count, network)
let optimizer = Optimizer(rules, for: swarm)
let step = optimizer.recorded { (x: Tensor<Float>, y: Tensor<Float>, w: Tensor<Float>) in
  swarm.batched(over: x, y, w) { net, x, y, w in meanSquaredError(net(x), y, weights: w) }.sum()
}

/// The mean over all series of the squared distance from the wave without noise, on a grid.
func error() -> Float {
  let grid = Tensor<Float>((0...100).map { Float($0) / 50 - 1 }).reshaped(to: [1, 101, 1])
  let x = grid.expanded(to: [count, 101, 1])
  return Float((swarm(x) - waves(x)).squared().mean())
}

let before = error()
for _ in 0..<stepCount { step(x, targets, weights) }

// Some of them trained alone, on their own examples: the same bits.
for number in [0, count / 2, count - 1] {
  let alone = network().initialized(seed: swarm.seeds[number])
  let own = Optimizer(rules[number], for: alone.parameters)
  let ownStep = own.recorded { (x: Tensor<Float>, y: Tensor<Float>) in
    meanSquaredError(alone(x), y)
  }
  let examples = 0..<counts[number]
  let ownX = x[number][examples].detached(), ownY = targets[number][examples].detached()
  var loss: Float = 0
  for _ in 0..<stepCount { loss = ownStep(ownX, ownY) }
  let one = swarm.network(number)
  let isSame = zip(one.parameters, alone.parameters).allSatisfy {
    $0.parameter.value.scalars == $1.parameter.value.scalars
  }
  print("network \(number), \(counts[number]) examples: loss \(loss), same bits alone: \(isSame)")
}
print("noise: \(noise * noise)")
print("distance from the waves: \(before) -> \(error())")
