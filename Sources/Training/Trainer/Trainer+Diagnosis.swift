// SPDX-License-Identifier: Apache-2.0

import PullbackNetworks
import PullbackRuntime
import PullbackTensors

// How a number that is not finite is traced back: the steps since a moment at which all was finite
// are taken again, with the same bits, up to the one that made it.

extension Trainer {
  /// What is to be thrown after the step that was taken last, whose loss or weights are not finite.
  /// The trainer stands before the step that did it then.
  func diverged(
    since safe: Moment, _ training: some BatchSource<Target>, loss: Float?
  ) throws -> TrainingDiverged {
    let last = progress.step
    restore(safe)
    var reader = try training.batches(in: progress.order)
    var before = safe
    while progress.step < last, let batch = try reader.next() {
      before = moment
      setRate()
      let key = progress.run!.passKey.folding(in: UInt64(progress.step + 1))
      let loss = step(batch.inputs, batch.targets, key)
      progress.step += 1
      progress.batch += 1
      progress.count += batch.count
      progress.total += Double(loss) * Double(batch.count)
      let now = moment
      let isFinite = loss.isFinite && allFinite(now.weights + now.optimizer.state.map(\.value))
      if !isFinite {
        restore(before)
        return diagnosis(of: batch, key, loss: loss)
      }
    }
    return TrainingDiverged(
      epoch: progress.epoch + 1, step: last, batch: progress.batch, isValidation: false,
      loss: loss ?? .nan, rows: [], origin: nil)
  }

  /// The step that is to be taken now, looked at.
  private func diagnosis(
    of batch: Batch<Target>, _ key: RandomKey, loss: Float
  ) -> TrainingDiverged {
    let graph = graph(of: batch, trained: optimizer.thawed) { [objective, model] in
      Pass.training(key: key) {
        objective(model, batch.inputs, batch.targets, false).loss
      }
    }
    let found = graph.nonFiniteOrigin()
    let rows = found?.rows.map { $0.map { batch.positions[$0] } } ?? batch.positions
    let gradients = graph.gradients.map { ($0.path, Value(graph.order[$0.position])) }
    return TrainingDiverged(
      epoch: progress.epoch + 1, step: progress.step + 1, batch: batch.number,
      isValidation: false, loss: loss, rows: rows,
      origin: found?.origin
        ?? optimizer.nonFiniteOrigin(by: Dictionary(gradients, uniquingKeysWith: { $1 })))
  }

  /// What is to be thrown for a batch of a validation.
  func diverged(validating batch: Batch<Target>, loss: Float) -> TrainingDiverged {
    let graph = graph(of: batch, trained: [:]) { [objective, model] in
      Pass.inference { objective(model, batch.inputs, batch.targets, false).loss }
    }
    let found = graph.nonFiniteOrigin()
    return TrainingDiverged(
      epoch: progress.epoch + 1, step: progress.step, batch: batch.number, isValidation: true,
      loss: loss, rows: found?.rows.map { $0.map { batch.positions[$0] } } ?? batch.positions,
      origin: found?.origin)
  }

  /// Statistics of each layer on some examples: what it gives, and the gradients.
  ///
  /// ```swift
  /// let dead = trainer.statistics(of: Digits.validation).map(\.deadUnits.count)
  /// ```
  ///
  /// A layer is what has parameters, by its path. Nothing changes. The examples are looked at all
  /// at once, so give a batch of them.
  ///
  /// - Parameters:
  ///   - key: given if layers are to behave as in training with this key; else it is
  ///     an inference pass.
  ///   - bins: of the histograms.
  public func statistics(
    of examples: Dataset<Target>, inTrainingWith key: RandomKey? = nil, bins: Int = 20
  ) -> [LayerStatistics] {
    let loss = { [objective, model] in
      objective(model, examples.inputs, examples.targets, false).loss
    }
    return graph(of: Batch(examples, number: 0, from: 0), trained: optimizer.parameters) {
      key.map { Pass.training(key: $0, loss) } ?? Pass.inference(loss)
    }.statistics(bins: bins)
  }

  private func graph(
    of batch: Batch<Target>, trained: Parameters, loss: () -> Tensor<Float>
  ) -> StepGraph {
    StepGraph(
      model.parameters, trained: trained,
      examples: [("inputs", batch.inputs.value), ("targets", batch.targets.value)],
      count: batch.count, loss: loss)
  }
}
