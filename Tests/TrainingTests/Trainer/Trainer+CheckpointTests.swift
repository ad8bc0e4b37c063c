// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTestSupport
import Testing

struct TrainerCheckpointTests {
  typealias Digits10 = TrainedDigits.Digits10
  private let folder = TemporaryFolder()

  private func trainer(_ kind: TrainedDigits.Kind) -> Digits10 {
    let trainer = TrainedDigits.trainer(kind)
    trainer.schedule = Schedule.cosine(from: 0.2, to: 0.01, over: 12).reduced(
      on: Plateau(patience: 0))
    trainer.earlyStopping = EarlyStopping(patience: 3)
    return trainer
  }

  private func fit(_ trainer: Digits10) throws {
    try trainer.fit(
      TrainedDigits.training, validation: TrainedDigits.validation, epochs: 3, batch: 40, seed: 5)
  }

  /// pytorch#5627, candle#3819. Stopped after each step of three epochs, in a file or in memory,
  /// and gone on with by a trainer that has seen nothing.
  @Test(arguments: TrainedDigits.Kind.allCases)
  func goingOnHasTheBitsOfNotHavingStopped(kind: TrainedDigits.Kind) throws {
    let whole = trainer(kind)
    var checkpoints: [Checkpoint] = [whole.checkpoint]
    whole.onBatch = { trainer, _ in
      checkpoints.append(trainer.checkpoint)
      return .continue
    }
    whole.onEpoch = { trainer, _ in
      checkpoints.append(trainer.checkpoint)
      return .continue
    }
    try fit(whole)
    #expect(checkpoints.map(\.stepCount) == [0, 1, 2, 3, 4, 4, 5, 6, 7, 8, 8, 9, 10, 11, 12, 12])
    let path = folder.file("checkpoint")
    for (number, checkpoint) in checkpoints.enumerated() {
      let resumed = trainer(kind)
      if number.isMultiple(of: 2) {
        try resumed.resume(from: checkpoint)
      } else {
        try checkpoint.save(to: path)
        let loaded = try Checkpoint.load(at: path)
        #expect("\(loaded)" == "\(checkpoint)")
        try resumed.resume(from: loaded)
      }
      try fit(resumed)
      #expect(resumed.bits == whole.bits, "\(checkpoint)")
      #expect(resumed.history == whole.history)
      #expect(resumed.bestEpoch == whole.bestEpoch)
    }
  }

  /// Averages of the weights, gradients that are summed and not yet used, and clipping.
  @Test func averagesAndSumsGoOn() throws {
    func make() -> (Digits10, WeightAverage<Sequential<Tensor<Float>>>) {
      let trainer = TrainedDigits.trainer(.adam)
      let average = WeightAverage(of: trainer.model, .exponential(decay: 0.9))
      trainer.optimizer.add(average)
      trainer.optimizer.accumulation = 3
      trainer.optimizer.clipping = .globalNorm(0.5)
      return (trainer, average)
    }
    let (whole, wholeAverage) = make(), path = folder.file("checkpoint")
    var checkpoints: [Checkpoint] = []
    whole.onBatch = { trainer, _ in
      checkpoints.append(trainer.checkpoint)
      return .continue
    }
    try fit(whole)
    for (number, checkpoint) in checkpoints.enumerated() {
      let (resumed, average) = make()
      try checkpoint.save(to: path)
      try resumed.resume(from: number.isMultiple(of: 2) ? checkpoint : Checkpoint.load(at: path))
      try fit(resumed)
      #expect(resumed.bits == whole.bits && resumed.optimizer.stepCount == 4)
      #expect(average.bits == wholeAverage.bits && average.updateCount == 4)
    }
    #expect(throws: TrainingError.self) {
      try TrainedDigits.trainer(.adam).resume(from: checkpoints[0])
    }
  }

  /// The best epoch is one before the interruption.
  @Test func theBestWeightsAreInTheFile() throws {
    func make() -> Digits10 {
      let trainer = TrainedDigits.trainer(.plain)
      trainer.earlyStopping = EarlyStopping(patience: 2)
      return trainer
    }
    let data = TrainedDigits.training, path = folder.file("checkpoint")
    let first = make()
    first.onEpoch = { trainer, record in
      // From the second epoch on it gets worse.
      if record.epoch == 1 { trainer.optimizer.learningRate = 30 }
      return record.epoch == 2 ? .stop : .continue
    }
    try first.fit(data, validation: TrainedDigits.validation, epochs: 9)
    try first.checkpoint.save(to: path)
    let second = make()
    try second.resume(from: Checkpoint.load(at: path))
    #expect(second.optimizer.learningRate == 30)
    try second.fit(data, validation: TrainedDigits.validation, epochs: 9)
    #expect(second.ending == .stoppedEarly)
    #expect(second.bestEpoch == 1 && second.history.count == 4)
    let loss = try second.evaluate(on: TrainedDigits.validation).loss
    #expect(loss == first.history[0].validationLoss)
  }

  @Test func aCheckpointIsAModelFile() throws {
    let trainer = TrainedDigits.trainer(), path = folder.file("checkpoint")
    trainer.checkpointInterval = 3
    var steps: [Int] = []
    trainer.onCheckpoint = {
      steps.append($0.stepCount)
      try $0.save(to: path)
    }
    try trainer.fit(TrainedDigits.training, epochs: 2)
    #expect(steps == [3, 5, 6, 9, 10])
    let file = try ModelFile.load(at: path)
    #expect(try file.makeModel().bits == trainer.model.bits)
    #expect(file.description.contains("\ntraining: 2 epochs, 10 steps"))
    #expect(folder.names == ["checkpoint"])
  }

  @Test func whatDoesNotFitIsRefusedAndNothingChanges() throws {
    let checkpoint = TrainedDigits.trainer(.momentum).checkpoint
    let adam = TrainedDigits.trainer(.adam)
    try adam.fit(TrainedDigits.training, epochs: 1)
    let before = adam.bits
    func message(_ body: () throws -> Void) -> String? {
      #expect(throws: TrainingError.self, performing: body)?.description
    }
    #expect(
      message { try adam.resume(from: checkpoint) }
        == "the checkpoint is one of SGD for 4 parameters, the optimizer of Adam for 4 parameters")
    #expect(adam.bits == before)

    let model = Sequential(Linear(64, 13), ReLU(), Dropout(0.25), Linear(13, 10))
    let wide = Trainer(model, TrainedDigits.optimizer(.momentum, model.parameters)) {
      softmaxCrossEntropy($0, labels: $1)
    }
    #expect(
      message { try wide.resume(from: checkpoint) }
        == "0.weight has the shape [64, 12] in the checkpoint, [64, 13] in the model")
    let short = Linear(64, 10)
    let other = Trainer(short, TrainedDigits.optimizer(.momentum, short.parameters)) {
      softmaxCrossEntropy($0, labels: $1)
    }
    #expect(
      message { try other.resume(from: checkpoint) }
        == "the checkpoint has nothing for weight of the model")

    let path = folder.file("model")
    try ModelFile(adam.model).save(to: path)
    let error = #expect(throws: FileError.self) { try Checkpoint.load(at: path) }
    #expect(error?.problem.hasPrefix("holds a model, but not where its training stood") == true)
  }

  /// Metrics and losses that are not finite come back as they were.
  @Test func numbersThatAreNotFiniteAreKept() throws {
    struct Odd: Metric {
      var name: String { "odd \"one\"" }
      var isBetterWhenLarger: Bool { true }
      var value: Double { -.infinity }
      mutating func add(_ outputs: Tensor<Float>, _ targets: Tensor<Int32>) {}
    }
    let trainer = TrainedDigits.trainer(), path = folder.file("checkpoint")
    trainer.metrics = [Odd()]
    let history = try trainer.fit(
      TrainedDigits.training, validation: TrainedDigits.validation, epochs: 1)
    try trainer.checkpoint.save(to: path)
    #expect(try Checkpoint.load(at: path).history == history)
    #expect(history.jsonLines.hasSuffix("\"validation_odd \\\"one\\\"\":null}\n"))
    #expect(try JSON(parsing: history.jsonLines)["steps"] == 5)
  }
}
