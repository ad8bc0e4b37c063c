// SPDX-License-Identifier: Apache-2.0

// Handwritten digits, with all that a Trainer keeps an eye on.

import Pullback

let isShort = CommandLine.arguments.contains("--short")

let model = Sequential(Linear(64, 64), ReLU(), Dropout(0.2), Linear(64, 10)).initialized(seed: 7)
print(model.summary(for: [32, 64]))

let optimizer = Optimizer(AdamW(learningRate: 3e-3, weightDecay: 0.01), for: model.parameters)
let trainer = Trainer(model, optimizer) { softmaxCrossEntropy($0, labels: $1) }
trainer.metrics = [Accuracy()]
trainer.earlyStopping = EarlyStopping(patience: 10, watching: .metric("accuracy"))
trainer.onEpoch = { _, record in
  if record.epoch % 10 == 1 { print(record) }
  return .continue
}

let before = try trainer.evaluate(on: Digits.test)
try trainer.fit(
  Digits.training, validation: Digits.validation, epochs: isShort ? 3 : 60, batch: 32, seed: 7)
let after = try trainer.evaluate(on: Digits.test)

// Which digit is taken for which: a row for each true one.
var confusion = ConfusionMatrix()
confusion.add(model(Digits.test.inputs), Digits.test.labels)
print(confusion)
print("accuracy: \(before.metrics["accuracy"]!) -> \(after.metrics["accuracy"]!)")
