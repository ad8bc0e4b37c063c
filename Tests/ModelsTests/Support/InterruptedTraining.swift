// SPDX-License-Identifier: Apache-2.0

import Pullback

/// A training in whose checkpoint everything stands that one can hold.
enum InterruptedTraining {
  typealias Model = Sequential<Tensor<Float>>

  private static let data = Dataset(
    inputs: [[1, 2], [3, 4], [5, 6], [-1, 0], [2, -2]],
    targets: Tensor<Float>([[1], [2], [3], [0], [1]]))

  static func trainer() -> Trainer<Model, SGD, Float> {
    let model = Model(Linear(2, 2), ReLU(), Linear(2, 1)).initialized(seed: 1)
    let optimizer = Optimizer(SGD(learningRate: 0.01, momentum: 0.5), for: model.parameters)
    optimizer.accumulation = 3
    optimizer.add(WeightAverage(of: model, .exponential(decay: 0.5)))
    let trainer = Trainer(model, optimizer) { meanSquaredError($0, $1) }
    trainer.metrics = [MeanAbsoluteError()]
    trainer.earlyStopping = EarlyStopping(patience: 9)
    return trainer
  }

  static func fit(_ trainer: Trainer<Model, SGD, Float>) throws {
    try trainer.fit(data, validation: data, epochs: 4, batch: 2, seed: 3)
  }

  /// In the third epoch, between two steps of the optimizer.
  static func contents(at path: String) throws -> ModelContents {
    let trainer = trainer()
    trainer.onBatch = { _, record in record.stepCount == 7 ? .stop : .continue }
    try fit(trainer)
    try trainer.checkpoint.save(to: path)
    return try ModelContents(reading: Safetensors.read(at: path))
  }
}
