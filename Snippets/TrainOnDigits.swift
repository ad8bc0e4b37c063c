// SPDX-License-Identifier: Apache-2.0

// snippet.hide
// The second example of README.md.
// snippet.show
import Pullback

struct Classifier: Layer {
  let hidden = Linear(64, 50), output = Linear(50, 10)
  var parameters: Parameters { ["hidden": hidden.parameters, "output": output.parameters] }
  func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { output(relu(hidden(x))) }
}

let model = Classifier().initialized(seed: 7)
let optimizer = Optimizer(SGD(learningRate: 0.05, momentum: 0.9), for: model.parameters)
for epoch in 1...20 {
  let order = RandomKey(seed: 7).folding(in: UInt64(epoch))
  for batch in Digits.training.batches(of: 32, shuffledWith: order) {
    let loss = softmaxCrossEntropy(model(batch.inputs), labels: batch.labels)
    optimizer.minimize(loss)  // gradients, update and loss: one plan, replayed
  }
}
let share = accuracy(model(Digits.test.inputs), labels: Digits.test.labels)
print("better than 0.96:", Float(share) > 0.96)
