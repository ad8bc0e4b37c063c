// SPDX-License-Identifier: Apache-2.0

// What no straight line separates, learnt by eight hidden units.

import Pullback

let x: Tensor<Float> = [[0, 0], [0, 1], [1, 0], [1, 1]]
let y: Tensor<Float> = [[0], [1], [1], [0]]
let model = Sequential(Linear(2, 8), Tanh(), Linear(8, 1)).initialized(seed: 1)
let optimizer = Optimizer(Adam(learningRate: 0.05), for: model.parameters)
let losses = (0..<300).map { _ in optimizer.minimize(meanSquaredError(model(x), y)) }
print(model(x))
print("loss: \(losses[0]) -> \(losses[299])")
