// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackNetworks
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
    var numbers: [Float] = (0..<60).map { Float($0 % 11) / 11 + 0.1 }
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
      #expect(origin.phase == .update && found.step == 1 && origin.operation == "*")
      #expect(origin.formula.hasPrefix("learningRate * "))
      #expect(origin.formula.contains("for the new \(origin.layer!)."))
      #expect(origin.formula.contains("by SGD(learningRate: 3e+38"))
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

  private func divergence(
    of model: Sequential<Tensor<Float>>,
    loss: @escaping @Sendable (Tensor<Float>, Tensor<Float>) -> Tensor<Float> = {
      meanSquaredError($0, $1)
    }, change: (Optimizer<SGD>) -> Void = { _ in }
  ) throws -> NonFiniteOrigin {
    let model = model.initialized(seed: 3)
    let optimizer = Optimizer(SGD(learningRate: 0.01), for: model.parameters)
    change(optimizer)
    let trainer = Trainer(model, optimizer, loss: loss)
    let error = #expect(throws: TrainingDiverged.self) {
      try trainer.fit(data(), epochs: 2, batch: 5)
    }
    return try #require(error?.origin)
  }

  /// The layers of a sequence are known by their places, also those that have no parameters.
  @Test func layersWithoutParametersAreNamed() throws {
    let negative = Activation { x in -abs(x) }, logarithm = Activation { x in log(x) }
    let plain = try divergence(of: Sequential(Linear(3, 4), negative, logarithm, Linear(4, 1)))
    #expect(plain.layer == "2" && plain.operation == "log" && plain.phase == .forward)
    let nested = try divergence(
      of: Sequential(Linear(3, 4), Sequential(negative, Sequential(logarithm)), Linear(4, 1)))
    #expect(nested.layer == "1.1.0" && nested.operation == "log")
    // The slope of the root at 0, for the layer whose derivative it is.
    let root = Activation { x in sqrt(relu(x) * 0) + x }
    let backward = try divergence(of: Sequential(Linear(3, 4), Tanh(), root, Linear(4, 1)))
    #expect(backward.layer == "2" && backward.phase == .backward)
    let first = try divergence(of: Sequential(Activation { x in 1 / (x - x) }, Linear(3, 1)))
    #expect(first.layer == "0" && first.operation == "/")
  }

  /// A layer of one's own in a layer of one's own: by the parameters that it reads.
  @Test(arguments: [true, false]) func layersOfOnesOwnAreNamed(inSequence: Bool) throws {
    let model: any Layer<Tensor<Float>, Tensor<Float>> =
      inSequence ? Sequential(Linear(3, 3), Outer(), Linear(4, 1)) : Outer()
    func origin(_ model: some Layer<Tensor<Float>, Tensor<Float>>) throws -> NonFiniteOrigin? {
      let model = model.initialized(seed: 3)
      let optimizer = Optimizer(SGD(learningRate: 0.01), for: model.parameters)
      let trainer = Trainer(model, optimizer) { (y, _: Tensor<Float>) in y.squared().mean() }
      return #expect(throws: TrainingDiverged.self) {
        try trainer.fit(data(), epochs: 1, batch: 5)
      }?.origin
    }
    let found = try #require(try origin(model))
    #expect(found.layer == (inSequence ? "1.inner" : "inner") && found.operation == "/")
    #expect(found.inputs[1].formula == (inSequence ? "1.inner.scale" : "inner.scale"))
  }

  private struct Outer: Layer {
    let inner = Inner(), after = Sequential(Linear(4, 4), Tanh())
    var parameters: Parameters { ["inner": inner, "after": after] }
    func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { after(inner(x)) }
  }

  private struct Inner: Layer {
    let hidden = Linear(3, 4), scale = Parameter(value: [0, 1, 1, 1])
    var parameters: Parameters { ["hidden": hidden, "scale": scale] }
    func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> {
      (relu(hidden(x)) + 1) / scale.value
    }
  }

  /// What a loss does with what the model gives is no layer's.
  @Test func aLossIsNoLayer() throws {
    let origin = try divergence(of: Sequential(Linear(3, 4), Linear(4, 1))) { y, _ in
      log(-y.squared()).mean()
    }
    #expect(origin.layer == nil && origin.operation == "log")
    #expect("\(origin)".hasPrefix("first in the forward pass: log(-"))
  }

  /// In an update: which operation, of clipping, of a rule, of what it keeps.
  @Test func operationsOfAnUpdateAreNamed() throws {
    let sum = try divergence(of: Sequential(Linear(3, 1)), loss: { y, _ in (y * 1e30).mean() }) {
      $0.accumulation = 2
      $0.learningRate = 1e20
    }
    #expect(sum.phase == .update && sum.operation == "*" && sum.layer == "0")
    #expect(sum.formula.contains("learningRate * "))
    // The gradient of the bias is 2e38 at each step: its velocity overflows at the second.
    let model = Sequential(Linear(3, 1)).initialized(seed: 3)
    let rule = SGD(learningRate: 1e-30, momentum: 0.9)
    let trainer = Trainer(model, Optimizer(rule, for: model.parameters)) {
      (y, _: Tensor<Float>) in
      (y - y.detached()).mean() * 2e38
    }
    let error = #expect(throws: TrainingDiverged.self) {
      try trainer.fit(data(), epochs: 1, batch: 5)
    }
    let origin = try #require(error?.origin)
    #expect(error?.step == 2 && trainer.optimizer.stepCount == 1)
    #expect(origin.phase == .update && origin.operation == "+" && origin.layer == "0")
    #expect(
      origin.formula
        == "(momentum * velocity of 0.bias) + gradient of 0.bias, for the new 0.bias by \(rule.summary),"
    )
    #expect(origin.inputs.map(\.formula).contains("gradient of 0.bias"))
  }

  /// Nobody follows the gradient of what is frozen.
  @Test func theGradientsOfFrozenParametersAreNoFault() throws {
    let root = Activation { x in sqrt(relu(x) * 0) + x }
    let model = Sequential(Linear(3, 4), root, Linear(4, 1)).initialized(seed: 3)
    let optimizer = Optimizer(SGD(learningRate: 3e38), for: model.parameters)
    optimizer.freeze(model.layers[0].parameters)
    let trainer = Trainer(model, optimizer) { meanSquaredError($0, $1) }
    let error = #expect(throws: TrainingDiverged.self) {
      try trainer.fit(data(targets: 100), epochs: 1, batch: 20)
    }
    #expect(error?.origin?.phase == .update && error?.origin?.layer == "2")
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
    // Row 16 of the second epoch's order is in the batch of step 8; in the first
    // epoch it is harmless.
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
