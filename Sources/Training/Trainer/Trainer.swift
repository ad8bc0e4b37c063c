// SPDX-License-Identifier: Apache-2.0

import PullbackNetworks
import PullbackRuntime
import PullbackTensors

/// Trains a model: goes over the examples epoch by epoch, measures on others, and keeps the books.
///
/// ```swift
/// let model = Sequential(Linear(64, 32), ReLU(), Linear(32, 10)).initialized(seed: 7)
/// let optimizer = Optimizer(SGD(learningRate: 0.1, momentum: 0.9), for: model.parameters)
/// let trainer = Trainer(model, optimizer) { softmaxCrossEntropy($0, labels: $1) }
/// let history = try trainer.fit(
///   Digits.training, validation: Digits.validation, epochs: 3, batch: 64, seed: 7)
/// print(history.map(\.epoch), history[2].loss < 0.5)   // [1, 2, 3] true
/// ```
///
/// An epoch has the bits of a loop over the same shuffled batches with the same recorded step. The
/// order of epoch e is a function of the seed and e, what layers draw in a training pass of the
/// seed and the number of the step; so training that stops anywhere and goes on from a
/// ``Checkpoint`` has the bits of training that did not stop.
///
/// A loss that is no finite number ends training with a ``TrainingDiverged``, which says where it
/// came from. Training ends after the batch that it is at, if its task is cancelled or its
/// ``stopFlag`` raised.
///
/// ``fit(_:validation:epochs:batch:seed:file:line:)`` does not suspend: beside other work of the
/// main actor, such as that of `main.swift`, train in a `Task.detached`.
///
/// A trainer is used by one thread at a time.
public final class Trainer<Net: ParameterTree & Sendable, Rule: UpdateRule, Target: TensorScalar> {
  /// The model that is trained.
  public let model: Net
  /// What changes it. Its settings may be changed at any time.
  public let optimizer: Optimizer<Rule>
  /// The learning rate at each step, of all groups and all networks of a swarm; without one each
  /// stays what the optimizer says.
  ///
  /// A schedule that is reduced on a plateau watches the loss of validation, without validation
  /// that of training.
  public var schedule: Schedule?
  /// What is measured on the validation examples beside the loss, of what the model gives.
  ///
  /// ```swift
  /// trainer.metrics = [Accuracy(), TopKAccuracy(3)]
  /// ```
  public var metrics: [any Metric<Target>] = []
  /// When to stop because nothing gets better; keeps the best weights.
  public var earlyStopping: EarlyStopping?
  /// Called after each step, with what it did. It may change the optimizer's settings and the
  /// model, take a ``checkpoint``, and stop.
  public var onBatch: ((Trainer, BatchRecord) throws -> TrainingDecision)?
  /// Called after each epoch, when its record stands in the history; may do what `onBatch` may.
  public var onEpoch: ((Trainer, EpochRecord) throws -> TrainingDecision)?
  /// Called with a checkpoint after each epoch and where training is interrupted: to save it.
  ///
  /// ```swift
  /// trainer.onCheckpoint = { try $0.save(to: "run.checkpoint") }
  /// ```
  public var onCheckpoint: ((Checkpoint) throws -> Void)?
  /// Steps after which `onCheckpoint` is called within an epoch too; nil for never.
  public var checkpointInterval: Int?
  /// What ends training after the batch that it is at, when it is raised.
  public var stopFlag: StopFlag?

  /// A record for each epoch that is done.
  public var history: [EpochRecord] { progress.history }
  /// Why `fit` returned the last time; nil if it has not yet.
  public internal(set) var ending: TrainingEnding?

  /// The loss, and what the model gives if that is asked for.
  typealias Objective =
    @Sendable (Net, Tensor<Float>, Tensor<Target>, _ wantsOutput: Bool) -> Outcome
  typealias Outcome = (loss: Tensor<Float>, output: Tensor<Float>?)

  let objective: Objective
  let step: RecordedStep<Tensor<Float>, Tensor<Target>, RandomKey, Float>
  let measure: Recorded<Tensor<Float>, Tensor<Target>, [Tensor<Float>]>
  /// Each parameter of the model once, trained or not.
  let parameters: [Parameter]
  var progress = TrainingProgress()
  var best: BestWeights?
  /// The epochs that were done when early stopping began to watch; nil if it does not.
  var watchedFrom: Int?

  /// Trains a model of any kind on a loss of it.
  ///
  /// ```swift
  /// let trainer = Trainer(model, optimizer) { model, x, y in meanSquaredError(model(x), y) }
  /// ```
  ///
  /// The loss is the mean over the examples of a batch. It is written down once for each shape of
  /// batches, as all of ``Optimizer/recorded(_:)``, in a training pass for training and in an
  /// inference pass for validation. A mistake if the optimizer trains a parameter that is
  /// none of the model's.
  public convenience init(
    _ model: Net, _ optimizer: Optimizer<Rule>,
    file: StaticString = #fileID, line: UInt = #line,
    loss: @escaping @Sendable (Net, Tensor<Float>, Tensor<Target>) -> Tensor<Float>
  ) {
    self.init(model, optimizer, at: CallSite(file, line)) { model, x, y, wantsOutput in
      let layer = wantsOutput ? model as? any Layer<Tensor<Float>, Tensor<Float>> : nil
      return (loss(model, x, y), layer.map { $0(x) })
    }
  }

  /// Trains a layer on a loss of its outputs and the targets.
  public convenience init(
    _ model: Net, _ optimizer: Optimizer<Rule>,
    file: StaticString = #fileID, line: UInt = #line,
    loss: @escaping @Sendable (_ output: Tensor<Float>, _ target: Tensor<Target>) -> Tensor<Float>
  ) where Net: Layer, Net.Input == Tensor<Float>, Net.Output == Tensor<Float> {
    self.init(model, optimizer, at: CallSite(file, line)) { model, x, y, _ in
      let output = LayerTrace.current?.call(model, on: x) { model(x) } ?? model(x)
      return (loss(output, y), output)
    }
  }

  private init(
    _ model: Net, _ optimizer: Optimizer<Rule>, at site: CallSite, _ objective: @escaping Objective
  ) {
    (self.model, self.optimizer, self.objective) = (model, optimizer, objective)
    let tree = model.parameters
    parameters = tree.distinct
    let known = Set(tree.distinct.map(ObjectIdentifier.init))
    if let other = optimizer.parameters.first(where: {
      !known.contains(ObjectIdentifier($0.parameter))
    }) {
      Mistake(
        "Trainer", "the optimizer trains \(other.path), which is none of the model's parameters",
        fix: "list it in the model's `parameters`, so that it is saved and restored with them"
      ).stop(at: site)
    }
    tree.initializeMissing()
    step = optimizer.recorded { x, y, key in
      Pass.training(key: key) { objective(model, x, y, false).loss }
    }
    measure = recorded { x, y in
      Pass.inference {
        let (loss, output) = objective(model, x, y, true)
        return output.map { [loss, $0] } ?? [loss]
      }
    }
  }
}

extension Trainer: CustomStringConvertible {
  /// What is done, and the optimizer.
  public var description: String {
    "trainer after \(counted(progress.epoch, "epoch")), "
      + (progress.batch > 0 ? "\(counted(progress.batch, "batch", plural: "batches")), " : "")
      + "with \(optimizer)"
  }
}

/// What a callback wants of training.
public enum TrainingDecision: Sendable {
  /// That it goes on.
  case `continue`
  /// That it ends here, with the weights as they are.
  case stop
}

/// Why training ended.
public enum TrainingEnding: Sendable, Hashable {
  /// All epochs are done.
  case finished
  /// Nothing got better for as long as ``EarlyStopping`` allows.
  case stoppedEarly
  /// A callback said so.
  case stopped
  /// The task was cancelled or the ``StopFlag`` raised.
  case interrupted
}
