// SPDX-License-Identifier: Apache-2.0

// Two networks against each other: one makes points, the other tells them from points on a ring.
// Each has an optimizer of its own; the loss of the first reaches through the second.
// Source: Goodfellow et al., "Generative adversarial nets", NeurIPS 2014.

import Pullback

let isShort = CommandLine.arguments.contains("--short")
let batch = 128

let generator = Sequential(Linear(4, 48), ReLU(), Linear(48, 48), ReLU(), Linear(48, 2))
  .initialized(seed: 1)
let critic = Sequential(
  Linear(2, 48), LeakyReLU(slope: 0.2), Linear(48, 48), LeakyReLU(slope: 0.2), Linear(48, 1)
).initialized(seed: 2)

/// Points at a distance of 2 from the middle, a little spread.
@Sendable func ring(_ key: RandomKey) -> Tensor<Float> {
  let angle = Tensor<Float>.uniform(
    [batch], from: 0, to: 2 * .pi, key: key.folding(in: "angle"))
  let radius = 2 + 0.05 * Tensor<Float>.normal([batch], key: key.folding(in: "radius"))
  return .stacked([radius * cos(angle), radius * sin(angle)]).transposed()
}

@Sendable func made(_ key: RandomKey) -> Tensor<Float> {
  generator(.normal([batch, 4], key: key.folding(in: "noise")))
}

let ones = Tensor<Float>.ones([batch, 1]), zeros = Tensor<Float>.zeros([batch, 1])
let judging = Optimizer(Adam(learningRate: 1e-3, betas: (0.5, 0.999)), for: critic.parameters)
  .recorded { (key: RandomKey) in
    binaryCrossEntropy(logits: critic(ring(key)), targets: ones)
      + binaryCrossEntropy(logits: critic(made(key).detached()), targets: zeros)
  }
let making = Optimizer(Adam(learningRate: 1e-3, betas: (0.5, 0.999)), for: generator.parameters)
  .recorded { (key: RandomKey) in
    binaryCrossEntropy(logits: critic(made(key)), targets: ones)
  }

/// How far made points are from the ring, in the mean.
func distance() -> Float {
  let points = made(RandomKey(seed: 99))
  return Float(abs(sqrt(points.squared().sum(along: 1)) - 2).mean())
}

/// How many of eight parts of the ring have made points in them.
func partsCovered() -> Int {
  let points = made(RandomKey(seed: 98)).scalars
  var parts: Set<[Bool]> = []
  for index in stride(from: 0, to: points.count, by: 2) {
    let (x, y) = (points[index], points[index + 1])
    parts.insert([x > 0, y > 0, x.magnitude > y.magnitude])
  }
  return parts.count
}

let before = distance()
for step in 1...(isShort ? 400 : 6000) {
  let key = RandomKey(seed: 7).folding(in: UInt64(step))
  let judged = judging(key), fooled = making(key)
  if step % 1000 == 0 { print("step \(step): critic \(judged), generator \(fooled)") }
}
print("parts of the ring with points: \(partsCovered()) of 8")
print("distance from the ring: \(before) -> \(distance())")
