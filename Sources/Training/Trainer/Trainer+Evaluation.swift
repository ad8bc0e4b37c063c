// SPDX-License-Identifier: Apache-2.0

import PullbackNetworks
import PullbackRuntime
import PullbackTensors

extension Trainer {
  /// Measures the model on examples, all of them, in an inference pass: the mean loss
  /// and the metrics.
  ///
  /// Throws what the source of the batches throws, and a ``TrainingError`` if it has no examples.
  public func evaluate(on examples: some BatchSource<Target>) throws -> Evaluation {
    try evaluation(on: examples) { _, _ in }
  }

  /// The same during training, which ends with a ``TrainingDiverged`` if a loss is
  /// no finite number.
  func validate(on examples: some BatchSource<Target>) throws -> Evaluation {
    try evaluation(on: examples) { batch, loss in
      if !loss.isFinite { throw diverged(validating: batch, loss: loss) }
    }
  }

  private func evaluation(
    on examples: some BatchSource<Target>, _ check: (Batch<Target>, _ loss: Float) throws -> Void
  ) throws -> Evaluation {
    var total = 0.0, count = 0, metrics = metrics
    var reader = try examples.batches(in: BatchOrder(size: evaluationSize(of: examples)))
    while let batch = try reader.next() {
      let results = measure(batch.inputs, batch.targets), loss = Float(results[0])
      try check(batch, loss)
      if !metrics.isEmpty {
        guard results.count > 1 else { refuseMetrics() }
        for index in metrics.indices { metrics[index].add(results[1], batch.targets) }
      }
      total += Double(loss) * Double(batch.count)
      count += batch.count
    }
    if count == 0 { throw TrainingError("there are no examples to measure") }
    return Evaluation(
      loss: total / Double(count),
      metrics: Dictionary(metrics.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 }))
  }

  private func refuseMetrics() -> Never {
    Mistake(
      "Trainer", "there are metrics, and \(Net.self) is no Layer<Tensor<Float>, Tensor<Float>>",
      fix: "measure in onEpoch what is not a number of model(x)"
    ).stop(at: nil)
  }

  /// More examples, or numbers of their inputs, are not measured at once, unless batches
  /// of training are.
  private static var mostMeasured: (examples: Int, numbers: Int) { (1024, 1 << 22) }

  /// Examples that are measured at once: many, and so that few are left for the last batch, which
  /// wants a plan of its own.
  private func evaluationSize(of examples: some BatchSource<Target>) -> Int {
    let inputs = (examples as? Dataset<Target>)?.inputs.shape
    let elements = inputs.map { max($0.elementCount / max($0[0], 1), 1) } ?? 1
    let bound = Trainer.mostMeasured
    let most = max(progress.run?.batch ?? 1, min(bound.examples, bound.numbers / elements))
    guard let count = examples.exampleCount, count > 0 else { return most }
    let parts = (count - 1) / most + 1
    // Parts of one size, if there is such a number not far away.
    let even = (parts...2 * parts).first { count.isMultiple(of: $0) }
    return even.map { count / $0 } ?? most
  }
}
