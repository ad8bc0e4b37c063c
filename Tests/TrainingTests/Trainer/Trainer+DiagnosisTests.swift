// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

struct TrainerDiagnosisTests {
  /// Two layers with a function between them that tests choose.
  private struct Net: Layer {
    let hidden = Linear(3, 4), output = Linear(4, 1)
    let function: @Sendable (Tensor<Float>) -> Tensor<Float>
    var parameters: Parameters { ["hidden": hidden, "output": output] }
    func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { output(function(hidden(x))) }
  }

  private func data(
    targets: Float = 1, _ change: (inout [Float]) -> Void = { _ in }
  ) -> Dataset<Float> {
    var numbers = (0..<60).map { Float($0 % 11) / 11 + 0.1 }
    change(&numbers)
    return Dataset(
      inputs: Tensor(numbers).reshaped(to: [20, 3]), targets: Tensor<Float>.full([20, 1], targets))
  }

  private func trainer(
    rate: Float = 0.01,
    function: @escaping @Sendable (Tensor<Float>) -> Tensor<Float> = { relu($0) }
  ) -> Trainer<Net, SGD, Float> {
    let net = Net(function: function).initialized(seed: 3)
    let optimizer = Optimizer(SGD(learningRate: rate, momentum: 0.5), for: net.parameters)
    return Trainer(net, optimizer) { meanSquaredError($0, $1) }
  }

  /// The row at a place of the order of an epoch.
  private func row(_ place: Int, epoch: Int, seed: UInt64 = 0) -> Int {
    RandomKey(seed: seed).folding(in: "order").folding(in: UInt64(epoch)).permutation(of: 20)[place]
  }

  @Test func aNumberInTheDataIsNamed() throws {
    let row = row(13, epoch: 1)
    let data = data { $0[3 * row + 1] = .nan }
    let trainer = trainer()
    let error = #expect(throws: TrainingDiverged.self) {
      try trainer.fit(data, epochs: 3, batch: 5)
    }
    let found = try #require(error)
    #expect(found.epoch == 1 && found.step == 3 && found.batch == 2)
    #expect(found.rows == [row])
    #expect(found.origin?.phase == .data && found.origin?.formula == "inputs")
    #expect(found.loss.isNaN && found.origin?.value.isNaN == true && found.origin?.count == 1)
    // Two good steps are kept.
    #expect(trainer.checkpoint.stepCount == 2 && trainer.optimizer.stepCount == 2)
    let two = self.trainer()
    two.onBatch = { _, record in record.stepCount == 2 ? .stop : .continue }
    try two.fit(data, epochs: 3, batch: 5)
    #expect(two.bits == trainer.bits)
  }

  /// log of 0 in a layer, for a row whose inputs are large.
  @Test func anOperationInALayerIsNamed() throws {
    let row = row(6, epoch: 1)
    let data = data { numbers in
      for place in 0..<60 { numbers[place] = 1 }
      for place in 3 * row..<3 * row + 3 { numbers[place] = -1000 }
    }
    let bad = trainer(rate: 0) { x in log(relu(select(abs(x) .> 50, -1, abs(x) + 1))) }
    let error = #expect(throws: TrainingDiverged.self) { try bad.fit(data, epochs: 3, batch: 5) }
    let found = try #require(error), origin = try #require(found.origin)
    #expect(found.epoch == 1 && found.step == 2 && found.rows == [row])
    #expect(origin.phase == .forward && origin.operation == "log" && origin.layer == "hidden")
    #expect(origin.formula.hasPrefix("log(relu(select("))
    #expect(origin.shape == [5, 4] && origin.value == -.infinity)
    #expect(origin.inputs.count == 1 && origin.inputs[0].range?.lowerBound == 0)
    #expect("\(found)".contains("epoch 1 at step 2, batch 1"))
  }

  /// The square root of 0 has no slope, and the value is right: only the gradient is not finite.
  @Test func aDerivativeIsNamed() throws {
    let trainer = trainer { x in sqrt(relu(x) * 0) + x }
    let error = #expect(throws: TrainingDiverged.self) {
      try trainer.fit(data(), epochs: 3, batch: 5, seed: 1)
    }
    let found = try #require(error), origin = try #require(found.origin)
    // The loss is that of the step after, or a weight is looked at when the epoch ends.
    #expect(found.step == 1 && found.loss.isFinite && found.epoch == 1)
    #expect(origin.phase == .backward && origin.operation == "/" && origin.layer == "hidden")
    #expect(origin.formula.contains("for the gradient of sqrt("))
    #expect(found.rows == (0..<5).map { row($0, epoch: 1, seed: 1) })
    #expect(trainer.checkpoint.stepCount == 0)
    #expect(trainer.model.bits == self.trainer().model.bits)
  }

  /// Each step makes the loss larger, until a square overflows.
  @Test(arguments: [Float(10), 1e10, 3e38]) func aRateThatIsTooLargeIsFound(rate: Float) throws {
    let trainer = trainer(rate: rate)
    trainer.schedule = .constant(rate)
    let error = #expect(throws: TrainingDiverged.self) {
      try trainer.fit(data(targets: 100), epochs: 100, batch: 5)
    }
    let found = try #require(error), origin = try #require(found.origin)
    let weights: [Float] = trainer.model.parameters.flatMap { $0.parameter.value.scalars }
    #expect(weights.allSatisfy { $0.isFinite })
    #expect(trainer.checkpoint.stepCount == found.step - 1)
    #expect(origin.inputs.allSatisfy { ($0.range?.upperBound.isFinite ?? false) })
    if rate == 3e38 {
      #expect(origin.phase == .update && found.step == 1 && origin.operation == "SGD")
      #expect(origin.inputs.map(\.formula).contains("its gradient"))
    }
  }

  /// The last step of training makes weights that nobody uses any more.
  @Test func theLastUpdateIsLookedAtToo() throws {
    let trainer = trainer(rate: 3e38)
    let error = #expect(throws: TrainingDiverged.self) {
      try trainer.fit(data(targets: 100), epochs: 1, batch: 20)
    }
    #expect(error?.step == 1 && error?.origin?.phase == .update)
  }

  @Test func aValidationIsLookedAt() throws {
    let trainer = trainer()
    let bad = data { $0[3 * 17] = .infinity }
    let error = #expect(throws: TrainingDiverged.self) {
      try trainer.fit(data(), validation: bad, epochs: 2, batch: 5)
    }
    #expect(error?.isValidation == true && error?.rows == [17] && error?.step == 4)
    #expect(error?.origin?.phase == .data)
  }

  /// Infinite numbers that are meant, as those of a mask, are no fault by themselves.
  @Test func aMaskIsNoFault() throws {
    let w = Parameter(value: [1, 1])
    let model: Parameters = ["w": w]
    let trainer = Trainer(model, Optimizer(SGD(learningRate: 0.1), for: model)) { _, x, y in
      let scores = select(x .> 0, x * w.value, -Float.infinity)
      let weights = exp(scores - scores.max(along: 1, keepingAxes: true))
      return (weights.sum(along: 1) - y).squared().mean()
    }
    let good = Dataset(inputs: [[1, -1], [2, 3]], targets: Tensor<Float>([1, 1]))
    try trainer.fit(good, epochs: 2, batch: 2)
    // All of a row is masked: the difference of two infinite numbers is none.
    let bad = Dataset(inputs: [[1, -1], [2, 3], [-1, -2]], targets: Tensor<Float>([1, 1, 1]))
    let error = #expect(throws: TrainingDiverged.self) {
      try trainer.fit(bad, epochs: 3, batch: 3)
    }
    #expect(error?.rows == [2] && error?.epoch == 3)
    #expect(error?.origin?.operation == "-" && error?.origin?.phase == .forward)
  }

  /// What a callback changes in the middle of an epoch is not lost in the replay.
  @Test func callbacksThatChangeSomethingAreReplayed() throws {
    let row = row(16, epoch: 2)
    func make() -> Trainer<Net, SGD, Float> {
      let trainer = trainer()
      trainer.onBatch = { trainer, record in
        trainer.optimizer.learningRate *= 0.9
        if record.stepCount == 5 {
          trainer.model.output.bias!.value = [0.5]
        }
        return record.stepCount == 7 ? .stop : .continue
      }
      return trainer
    }
    let good = make(), bad = make()
    try good.fit(data(), epochs: 2, batch: 5)
    bad.onBatch = { [first = bad.onBatch!] trainer, record in
      _ = try first(trainer, record)
      return .continue
    }
    // Row 16 of the second epoch's order is in the batch of step 8; in the first epoch it is harmless.
    let poisoned = Poisoned(data: data(), row: row)
    let error = #expect(throws: TrainingDiverged.self) {
      try bad.fit(poisoned, epochs: 2, batch: 5)
    }
    #expect(error?.step == 8 && error?.epoch == 2 && error?.rows == [row])
    #expect(good.model.bits == bad.model.bits)
    #expect(good.optimizer.learningRate == bad.optimizer.learningRate)
  }
}

/// Data of which a row is NaN from the second pass on.
private struct Poisoned: BatchSource {
  let data: Dataset<Float>
  let row: Int
  var exampleCount: Int? { data.exampleCount }

  func batches(in order: BatchOrder) throws -> Batches<Float> {
    let second = RandomKey(seed: 0).folding(in: "order").folding(in: UInt64(2))
    guard order.key == second else { return data.batches(in: order) }
    var numbers = data.inputs.scalars
    numbers[3 * row] = .nan
    return Dataset(
      inputs: Tensor(numbers).reshaped(to: data.inputs.shape), targets: data.targets
    ).batches(in: order)
  }
}
