// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

struct EarlyStoppingTests {
  /// One weight that is set by hand after each epoch's steps: the loss of validation is its square.
  private func trainer(
    _ weights: [Float]
  ) -> (Trainer<Parameters, SGD, Float>, Parameter, Dataset<Float>) {
    let w = Parameter(value: [9])
    let model: Parameters = ["w": w]
    let trainer = Trainer(model, Optimizer(SGD(learningRate: 0), for: model)) { _, x, y in
      (x * w.value - y).squared().mean()
    }
    var left = weights[...]
    trainer.onBatch = { _, _ in
      w.value = Tensor([left.removeFirst()])
      return .continue
    }
    return (trainer, w, Dataset(inputs: [[1]], targets: Tensor<Float>([[0]])))
  }

  @Test(arguments: [
    (patience: 0, epochs: 3, best: Float(2)), (patience: 1, epochs: 4, best: 2),
    (patience: 2, epochs: 8, best: 1), (patience: 9, epochs: 8, best: 1),
  ])
  func theBestWeightsAreKept(patience: Int, epochs: Int, best: Float) throws {
    let (trainer, w, data) = trainer([3, 2, 2, 4, 1, 5, 6, 7])
    trainer.earlyStopping = EarlyStopping(patience: patience)
    let history = try trainer.fit(data, validation: data, epochs: 8, batch: 1)
    #expect(history.count == epochs)
    #expect(w.value.scalars == [best])
    #expect(trainer.bestEpoch == (best == 2 ? 2 : 5))
    #expect(trainer.ending == (patience == 9 ? .finished : .stoppedEarly))
    // Asking again changes nothing.
    try trainer.fit(data, validation: data, epochs: epochs, batch: 1)
    #expect(w.value.scalars == [best] && trainer.history.count == epochs)
  }

  /// What was done before it watched does not count.
  @Test(arguments: [false, true]) func beginsWhereItIsSet(isResumed: Bool) throws {
    var (trainer, w, data) = trainer([9, 8, 7, 6, 5, 4, 6, 6, 6])
    try trainer.fit(data, validation: data, epochs: 4, batch: 1)
    if isResumed {
      let checkpoint = trainer.checkpoint
      (trainer, w, data) = self.trainer([5, 4, 6, 6, 6])
      try trainer.resume(from: checkpoint)
    }
    trainer.earlyStopping = EarlyStopping(patience: 1)
    try trainer.fit(data, validation: data, epochs: 9, batch: 1)
    #expect(trainer.history.count == 8 && trainer.bestEpoch == 6 && w.value.scalars == [4])
  }

  @Test func aChangeMustBeLargeEnough() throws {
    let (trainer, w, data) = trainer([3, 2.9, 2.8, 2.7, 1])
    trainer.earlyStopping = EarlyStopping(patience: 2, leastChange: 3)
    #expect(try trainer.fit(data, validation: data, epochs: 5, batch: 1).count == 4)
    #expect(trainer.ending == .stoppedEarly)
    #expect(w.value.scalars == [3])
  }

  struct Output: Metric {
    var name: String { "output" }
    var isBetterWhenLarger: Bool
    var value = Double.nan
    mutating func add(_ outputs: Tensor<Float>, _ targets: Tensor<Float>) {
      value = Double(outputs.scalars[0])
    }
  }

  @Test(arguments: [true, false]) func aMetricSaysWhatIsBetter(isBetterWhenLarger: Bool) throws {
    struct Scale: Layer {
      let w = Parameter(value: [9])
      var parameters: Parameters { ["w": w] }
      func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { x * w.value }
    }
    let model = Scale(), w = model.w
    let trainer = Trainer(model, Optimizer(SGD(learningRate: 0), for: model.parameters)) {
      meanSquaredError($0, $1)
    }
    trainer.metrics = [Output(isBetterWhenLarger: isBetterWhenLarger)]
    trainer.earlyStopping = EarlyStopping(patience: 9, watching: .metric("output"))
    trainer.onEpoch = { _, _ in
      w.value = w.value * 2
      return .continue
    }
    let data = Dataset(inputs: [[1]], targets: Tensor<Float>([[0]]))
    try trainer.fit(data, validation: data, epochs: 3, batch: 1)
    #expect(trainer.bestEpoch == (isBetterWhenLarger ? 3 : 1))
    #expect(trainer.history.map(\.metrics) == [["output": 9], ["output": 18], ["output": 36]])
    #expect(w.value.scalars == [isBetterWhenLarger ? 36 : 9])
  }

  /// Whoever stops at the best weights and goes on later goes on from the last ones.
  @Test func goingOnHasTheBitsOfNotHavingStopped() throws {
    let whole = TrainedDigits.trainer(), parts = TrainedDigits.trainer()
    for trainer in [whole, parts] {
      trainer.optimizer.learningRate = 1
      trainer.earlyStopping = EarlyStopping(patience: 100)
    }
    func fit(_ trainer: TrainedDigits.Digits10, _ epochs: Int) throws {
      try trainer.fit(
        TrainedDigits.training, validation: TrainedDigits.validation, epochs: epochs)
    }
    try fit(whole, 8)
    for epochs in 1...8 {
      try fit(parts, epochs)
      let losses = parts.history.map { $0.validationLoss! }, least = losses.min()!
      let loss = try parts.evaluate(on: TrainedDigits.validation).loss
      #expect(parts.bestEpoch == losses.firstIndex(of: least)! + 1)
      #expect(loss == least)
    }
    #expect(parts.bits == whole.bits)
    #expect(parts.checkpoint.history == whole.history)
  }
}
