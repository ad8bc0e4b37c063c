// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

struct TrainerFitTests {
  /// Three epochs by hand: the same shuffled batches, the same recorded step.
  @Test(arguments: TrainedDigits.Kind.allCases, [16, 150, 1000])
  func fitHasTheBitsOfALoopByHand(kind: TrainedDigits.Kind, size: Int) throws {
    let model = TrainedDigits.model()
    let optimizer = TrainedDigits.optimizer(kind, model.parameters)
    let schedule = Schedule.cosine(from: 0.1, to: 0.01, over: 20)
    let step = optimizer.recorded { (x: Tensor<Float>, y: Tensor<Int32>, key: RandomKey) in
      Pass.training(key: key) { softmaxCrossEntropy(model(x), labels: y) }
    }
    let seed = RandomKey(seed: 3)
    var means: [Double] = [], validations: [Double] = [], count = 0
    for epoch in 1...3 {
      var total = 0.0
      let order = seed.folding(in: "order").folding(in: UInt64(epoch))
      for batch in TrainedDigits.training.batches(of: size, shuffledWith: order) {
        optimizer.learningRate = schedule.rate(at: count)
        count += 1
        let key = seed.folding(in: "pass").folding(in: UInt64(count))
        total += Double(step(batch.inputs, batch.labels, key)) * Double(batch.count)
      }
      means.append(total / 150)
      let data = TrainedDigits.validation
      validations.append(
        Double(Float(softmaxCrossEntropy(model(data.inputs), labels: data.labels))))
    }

    let trainer = TrainedDigits.trainer(kind)
    trainer.schedule = schedule
    let history = try trainer.fit(
      TrainedDigits.training, validation: TrainedDigits.validation, epochs: 3, batch: size, seed: 3)
    #expect(trainer.model.bits == model.bits)
    #expect(history.map(\.loss) == means)
    #expect(history.map(\.validationLoss) == validations)
    #expect(history.map(\.epoch) == [1, 2, 3])
    #expect(history.map(\.stepCount) == [count / 3, 2 * count / 3, count])
    #expect(history.last?.learningRate == schedule.rate(at: count - 1))
    #expect(trainer.ending == .finished)
    #expect("\(trainer)" == "trainer after 3 epochs, with \(trainer.optimizer)")
  }

  @Test func aLossOfTheModelDoesTheSame() throws {
    let model = TrainedDigits.model()
    let other = Trainer(model, TrainedDigits.optimizer(.adam, model.parameters)) { model, x, y in
      softmaxCrossEntropy(model(x), labels: y)
    }
    let trainer = TrainedDigits.trainer(.adam)
    try trainer.fit(TrainedDigits.training, epochs: 2)
    try other.fit(TrainedDigits.training, epochs: 2)
    #expect(trainer.bits == other.bits)
  }

  /// What is asked for is the number of all epochs, so that asking twice changes nothing.
  @Test func epochsAreCountedInAll() throws {
    let whole = TrainedDigits.trainer(), parts = TrainedDigits.trainer()
    try whole.fit(TrainedDigits.training, epochs: 4)
    #expect(try parts.fit(TrainedDigits.training, epochs: 0).isEmpty)
    try parts.fit(TrainedDigits.training, epochs: 1)
    try parts.fit(TrainedDigits.training, epochs: 3)
    try parts.fit(TrainedDigits.training, epochs: 3)
    #expect(try parts.fit(TrainedDigits.training, epochs: 4).count == 4)
    #expect(whole.bits == parts.bits)
  }

  @Test func callbacksSeeChangeAndStop() throws {
    let trainer = TrainedDigits.trainer(.plain)
    var seen: [BatchRecord] = [], epochs: [Int] = []
    trainer.onBatch = { trainer, record in
      seen.append(record)
      trainer.optimizer.learningRate *= 0.5
      return record.stepCount == 7 ? .stop : .continue
    }
    trainer.onEpoch = { trainer, record in
      epochs.append(record.epoch)
      #expect(trainer.history.last == record)
      return .continue
    }
    try trainer.fit(TrainedDigits.training, epochs: 5, batch: 40)
    #expect(trainer.ending == .stopped)
    #expect(seen.map(\.stepCount) == Array(1...7))
    #expect(seen.map(\.batch) == [0, 1, 2, 3, 0, 1, 2])
    #expect(seen.map(\.epoch) == [1, 1, 1, 1, 2, 2, 2])
    #expect(seen.map(\.count) == [40, 40, 40, 30, 40, 40, 40])
    #expect(epochs == [1])
    let halved: Float = 0.125 / 128, halvedInFirst: Float = 0.125 / 16
    #expect(trainer.optimizer.learningRate == halved)
    #expect(trainer.history[0].learningRate == halvedInFirst)

    trainer.onBatch = nil
    trainer.onEpoch = { _, record in record.epoch == 3 ? .stop : .continue }
    try trainer.fit(TrainedDigits.training, epochs: 5, batch: 40)
    #expect(trainer.history.map(\.stepCount) == [4, 8, 12])
  }

  struct Refusal: Error {}

  @Test func whatCallbacksThrowComesOutAndTrainingCanGoOn() throws {
    let whole = TrainedDigits.trainer(), trainer = TrainedDigits.trainer()
    try whole.fit(TrainedDigits.training, epochs: 2)
    trainer.onBatch = { _, record in
      if record.stepCount == 6 { throw Refusal() }
      return .continue
    }
    #expect(throws: Refusal.self) { try trainer.fit(TrainedDigits.training, epochs: 2) }
    trainer.onBatch = nil
    try trainer.fit(TrainedDigits.training, epochs: 2)
    #expect(whole.bits == trainer.bits)
  }

  @Test func noExamplesAreRefused() throws {
    let none = TrainedDigits.training.examples(at: 0..<0)
    let trainer = TrainedDigits.trainer(), before = trainer.bits
    #expect(throws: TrainingError.self) { try trainer.fit(none, epochs: 1) }
    #expect(throws: TrainingError.self) {
      try trainer.fit(TrainedDigits.training, validation: none, epochs: 1)
    }
    #expect(throws: TrainingError.self) { try trainer.evaluate(on: none) }
    #expect(trainer.bits == before)
    let error = #expect(throws: TrainingError.self) { try trainer.fit(none, epochs: 0) }
    #expect(error?.description == "there are no training examples")
  }

  /// A flag that is raised while a batch runs lets it end.
  @Test func theStopFlagEndsAfterTheBatch() throws {
    let whole = TrainedDigits.trainer(), trainer = TrainedDigits.trainer()
    try whole.fit(TrainedDigits.training, epochs: 3)
    let flag = StopFlag()
    trainer.stopFlag = flag
    var checkpoints: [Int] = []
    trainer.onCheckpoint = { checkpoints.append($0.stepCount) }
    trainer.onBatch = { _, record in
      if record.stepCount == 8 { flag.raise() }
      return .continue
    }
    try trainer.fit(TrainedDigits.training, epochs: 3)
    #expect(trainer.ending == .interrupted)
    #expect(checkpoints == [5, 8])
    flag.lower()
    try trainer.fit(TrainedDigits.training, epochs: 3)
    #expect(trainer.bits == whole.bits)
  }

  @Test func aCancelledTaskEndsAfterTheBatch() async throws {
    let steps = try await Task {
      let trainer = TrainedDigits.trainer()
      trainer.onBatch = { _, record in
        if record.stepCount == 3 { withUnsafeCurrentTask { $0?.cancel() } }
        return .continue
      }
      try trainer.fit(TrainedDigits.training, epochs: 1000)
      #expect(trainer.ending == .interrupted)
      return trainer.checkpoint.stepCount
    }.value
    #expect(steps == 3)
  }

  @Test func anEpochGoesOnAsItWasBegun() throws {
    let trainer = TrainedDigits.trainer()
    trainer.onBatch = { _, record in record.stepCount == 2 ? .stop : .continue }
    try trainer.fit(TrainedDigits.training, epochs: 1, batch: 32, seed: 4)
    let error = #expect(throws: TrainingError.self) {
      try trainer.fit(TrainedDigits.training, epochs: 1, batch: 16, seed: 4)
    }
    #expect(
      error?.description == "epoch 1 was begun with seed 4 and batches of 32, and is to go on with "
        + "seed 4 and batches of 16")
  }
}
