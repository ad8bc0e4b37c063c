// SPDX-License-Identifier: Apache-2.0

// A training that is stopped in the middle of an epoch and goes on in another process has the bits
// of one that was never stopped: weights, schedule, dropout, early stopping.

import Pullback

let isShort = CommandLine.arguments.contains("--short")
let epochs = isShort ? 4 : 30, file = "run.checkpoint"

func makeTrainer() -> Trainer<Sequential<Tensor<Float>>, AdamW, Int32> {
  let model = Sequential(Linear(64, 48), ReLU(), Dropout(0.3), Linear(48, 10))
    .initialized(seed: 7)
  let optimizer = Optimizer(AdamW(learningRate: 1e-3), for: model.parameters)
  let trainer = Trainer(model, optimizer) { softmaxCrossEntropy($0, labels: $1) }
  trainer.metrics = [Accuracy()]
  trainer.schedule = .cosine(from: 5e-3, over: 40 * epochs).warmedUp(over: 20)
  trainer.earlyStopping = EarlyStopping(patience: 8)
  return trainer
}

@discardableResult
func train(_ trainer: Trainer<Sequential<Tensor<Float>>, AdamW, Int32>) throws -> [EpochRecord] {
  try trainer.fit(
    Digits.training, validation: Digits.validation, epochs: epochs, batch: 32, seed: 7)
}

let whole = makeTrainer()
let start = try whole.evaluate(on: Digits.test).loss
try train(whole)
print("without a stop:", whole.history.last!)

// Stopped at step 100, in the middle of the third epoch; what is needed to go on is in the file.
let stopped = makeTrainer()
stopped.onBatch = { _, record in record.stepCount == 100 ? .stop : .continue }
try train(stopped)
try stopped.checkpoint.save(to: file)
print("stopped:", stopped.checkpoint)

// What another process would do.
let resumed = makeTrainer()
try resumed.resume(from: Checkpoint.load(at: file))
try train(resumed)
print("resumed:", resumed.history.last!)

let weights = { (trainer: Trainer<Sequential<Tensor<Float>>, AdamW, Int32>) in
  trainer.model.parameters.map { $0.parameter.value.scalars }
}
print("same bits:", weights(whole) == weights(resumed))
print("loss: \(start) -> \(try resumed.evaluate(on: Digits.test).loss)")
