// SPDX-License-Identifier: Apache-2.0

import PullbackNetworks
import PullbackTensors

/// Where a training stands, between two steps: all that it needs to go on as if it had not stopped.
///
/// ```swift
/// func makeTrainer() -> Trainer<Linear, SGD, Float> {
///   let model = Linear(2, 1).initialized(seed: 1)
///   return Trainer(model, Optimizer(SGD(learningRate: 0.1), for: model.parameters)) {
///     meanSquaredError($0, $1)
///   }
/// }
/// let data = Dataset(inputs: [[1, 2], [3, 4], [5, 6]], targets: Tensor<Float>([[1], [2], [3]]))
/// let first = makeTrainer(), second = makeTrainer()
/// first.onBatch = { _, record in record.stepCount == 4 ? .stop : .continue }
/// try first.fit(data, epochs: 3, batch: 1)
/// print(first.checkpoint)   // checkpoint after 1 epoch, 1 batch, 4 steps
///
/// try second.resume(from: first.checkpoint)
/// try second.fit(data, epochs: 3, batch: 1)   // has the bits of training that did not stop
/// ```
///
/// It is a value that later steps do not change. Taking it copies no number. `save(to:)`
/// writes it to a file.
public struct Checkpoint: Sendable {
  /// What has weights like these, for its layers; nil if nobody knows.
  package let model: (any ParameterTree & Sendable)?
  /// Under the paths of the model, each parameter once, trained or not.
  package let weights: [(path: String, value: Tensor<Float>)]
  package let progress: TrainingProgress
  package let optimizer: OptimizerMoment
  package let best: Best?

  /// The best epoch's weights, for ``EarlyStopping``.
  package struct Best: Sendable {
    package let value: Double
    package let epoch: Int
    /// As those of the checkpoint.
    package let weights: [(path: String, value: Tensor<Float>)]

    package init(value: Double, epoch: Int, weights: [(path: String, value: Tensor<Float>)]) {
      (self.value, self.epoch, self.weights) = (value, epoch, weights)
    }
  }

  package init(
    model: (any ParameterTree & Sendable)?, weights: [(path: String, value: Tensor<Float>)],
    progress: TrainingProgress, optimizer: OptimizerMoment, best: Best?
  ) {
    (self.model, self.weights, self.progress) = (model, weights, progress)
    (self.optimizer, self.best) = (optimizer, best)
  }

  /// Epochs that are done.
  public var epoch: Int { progress.epoch }
  /// Batches of the next epoch that are done.
  public var batch: Int { progress.batch }
  /// Steps that are done.
  public var stepCount: Int { progress.step }
  /// A record for each epoch that is done.
  public var history: [EpochRecord] { progress.history }
}

extension Checkpoint: CustomStringConvertible {
  public var description: String {
    "checkpoint after \(counted(epoch, "epoch")), "
      + (batch > 0 ? "\(counted(batch, "batch", plural: "batches")), " : "")
      + counted(stepCount, "step")
  }
}
