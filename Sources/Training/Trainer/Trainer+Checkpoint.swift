// SPDX-License-Identifier: Apache-2.0

import PullbackNetworks
import PullbackTensors

/// Where a training stands, as the trainer itself goes back to it.
struct Moment {
  let progress: TrainingProgress
  let weights: [Tensor<Float>]
  let optimizer: OptimizerMoment
}

extension Trainer {
  /// Where training stands: to be read between steps, in a callback or after `fit`.
  public var checkpoint: Checkpoint {
    let paths = model.parameters.distinctLeaves.map(\.path)
    func named(_ weights: [Tensor<Float>]) -> [(path: String, value: Tensor<Float>)] {
      zip(paths, weights).map { (path: $0, value: $1) }
    }
    return Checkpoint(
      model: model, weights: named(currentWeights), progress: progress,
      optimizer: OptimizerMoment(of: optimizer),
      best: best.map { .init(value: $0.value, epoch: $0.epoch, weights: named($0.weights)) })
  }

  /// Puts model, optimizer and trainer to where a training of the same kind stood; `fit`
  /// goes on from there.
  ///
  /// The model has the same paths and shapes, the optimizer the same rules and as many averages,
  /// whose numbers become those of the checkpoint. What is no part of one is set as it was before:
  /// the schedule, early stopping, metrics and callbacks, and of the optimizer its clipping,
  /// accumulation and frozen parameters. Throws a ``TrainingError`` that says what does not fit;
  /// nothing changes then.
  public func resume(from checkpoint: Checkpoint) throws {
    let weights = try values(checkpoint.weights)
    let best = try checkpoint.best.map {
      BestWeights(value: $0.value, epoch: $0.epoch, weights: try values($0.weights))
    }
    try checkpoint.optimizer.restore(optimizer)
    Parameter.setValues(of: parameters, to: weights)
    (progress, self.best, watchedFrom, ending) = (checkpoint.progress, best, nil, nil)
  }

  /// What a checkpoint has for each parameter.
  private func values(
    _ weights: [(path: String, value: Tensor<Float>)]
  ) throws -> [Tensor<Float>] {
    let given = Dictionary(weights, uniquingKeysWith: { a, _ in a })
    let leaves = model.parameters.distinctLeaves
    let values = try leaves.map { leaf in
      guard let value = given[leaf.path] else {
        throw TrainingError("the checkpoint has nothing for \(leaf.path) of the model")
      }
      guard value.shape == leaf.parameter.shape else {
        throw TrainingError(
          "\(leaf.path) has the shape \(value.shape) in the checkpoint, "
            + "\(leaf.parameter.shape) in the model")
      }
      return value
    }
    let known = Set(leaves.map(\.path))
    if let other = weights.first(where: { !known.contains($0.path) }) {
      throw TrainingError("the checkpoint has \(other.path), the model does not")
    }
    return values
  }

  /// Where training stands now; no number is copied.
  var moment: Moment {
    Moment(
      progress: progress, weights: Parameter.values(of: parameters),
      optimizer: OptimizerMoment(of: optimizer))
  }

  /// Goes back.
  func restore(_ moment: Moment) {
    progress = moment.progress
    Parameter.setValues(of: parameters, to: moment.weights)
    do {
      try moment.optimizer.restore(optimizer)
    } catch {
      preconditionFailure("the optimizer has other groups than before")
    }
  }
}
