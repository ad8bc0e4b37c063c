// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTestSupport
import Testing

struct LearningRateCurveTests {
  /// Bit for bit: what the optimizer keeps, the count of its steps and its settings too.
  @Test(arguments: TrainedDigits.Kind.allCases)
  func tryingRatesLeavesNoTrace(kind: TrainedDigits.Kind) throws {
    let plain = TrainedDigits.trainer(kind), tried = TrainedDigits.trainer(kind)
    for epochs in 0...2 {
      let before = tried.bits, steps = tried.optimizer.stepCount
      let rate = tried.optimizer.learningRate
      let curve = try tried.findLearningRate(on: TrainedDigits.training, steps: 20)
      #expect(tried.bits == before && tried.optimizer.stepCount == steps)
      #expect(tried.optimizer.learningRate == rate)
      #expect(tried.checkpoint.stepCount == 5 * epochs || epochs == 0)
      #expect(curve.rates.count > 2 && curve.rates.count == curve.losses.count)
      try plain.fit(TrainedDigits.training, epochs: epochs + 1)
      try tried.fit(TrainedDigits.training, epochs: epochs + 1)
      #expect(plain.bits == tried.bits)
    }
  }

  /// (w - 1)² at a fixed w: the steps are those of gradient descent by hand.
  @Test func theCurveIsThatOfTheSteps() throws {
    let w = Parameter(value: [0])
    let model: Parameters = ["w": w]
    let trainer = Trainer(model, Optimizer(SGD(learningRate: 5), for: model)) { _, x, y in
      (w.value * x - y).squared().mean()
    }
    let data = Dataset(inputs: [[1]], targets: Tensor<Float>([[1]]))
    let curve = try trainer.findLearningRate(on: data, from: 0.001, to: 1000, steps: 7, batch: 1)
    var value: Float = 0, losses: [Float] = []
    let rates: [Float] = [0.001, 0.01, 0.1, 1, 10, 100, 1000]
    for rate in rates {
      losses.append((value - 1) * (value - 1))
      value -= rate * 2 * (value - 1)
      if losses.count > 1, losses.last! > 100 { break }
    }
    #expect(curve.losses.count == losses.count)
    for (loss, expected) in zip(curve.losses, losses) {
      #expect(abs(loss - expected) <= 1e-4 * expected)
    }
    for (rate, expected) in zip(curve.rates, rates) { #expect(abs(rate / expected - 1) < 1e-5) }
    #expect(w.value.scalars == [0])
    let suggestion = try #require(curve.suggestion)
    #expect(suggestion >= 0.009 && suggestion < 10)
  }

  /// A loss that falls between rates of 0.001 and 0.1, on batches of which each differs
  /// from the others.
  @Test(arguments: 1...20)
  func noiseSuggestsNothing(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    let noise = random.doubles(100, in: -0.7...0.7)
    var rate: Float = 1e-5, rates: [Float] = [], losses: [Float] = []
    for step in 0..<100 {
      let decades = Double(step) / 20
      let loss = 4 - 1.5 * min(max(decades - 2, 0), 2)
      rates.append(rate)
      losses.append(Float(loss + noise[step]))
      rate *= 1.1220185
    }
    let suggestion = try #require(LearningRateCurve(rates: rates, losses: losses).suggestion)
    let range: ClosedRange<Float> = 1e-3...0.1
    #expect(range.contains(suggestion))
  }

  @Test func emptyDataIsRefused() {
    let trainer = TrainedDigits.trainer(), none = TrainedDigits.training.examples(at: [])
    #expect(throws: TrainingError.self) { try trainer.findLearningRate(on: none) }
    #expect(LearningRateCurve(rates: [], losses: []).suggestion == nil)
    #expect(LearningRateCurve(rates: [1, 2, 3], losses: [1, 2, 3]).suggestion == nil)
  }

  /// Each network of a swarm has its own again, after the trials and from a checkpoint.
  @Test func networksKeepTheirRates() throws {
    let rates: [Float] = [0.1, 0.2, 0.3]
    let swarm = Swarm(3) { Linear(1, 1, bias: false, initialization: .constant(4)) }
    let optimizer = Optimizer(rates.map { SGD(learningRate: $0) }, for: swarm)
    let trainer = Trainer(swarm, optimizer) { swarm, x, y in
      swarm.batched { net in (net(x) - y).squared().mean() }.sum()
    }
    let data = Dataset(inputs: [[1]], targets: Tensor<Float>([[1]]))
    _ = try trainer.findLearningRate(on: data, steps: 5, batch: 1)
    #expect(optimizer.rules.map(\.learningRate) == rates)
    let checkpoint = trainer.checkpoint
    optimizer.learningRate = 1
    try trainer.resume(from: checkpoint)
    #expect(optimizer.rules.map(\.learningRate) == rates)
    let other = Optimizer(SGD(learningRate: 1), for: swarm.parameters)
    let error = #expect(throws: TrainingError.self) { try checkpoint.optimizer.restore(other) }
    #expect("\(error!)" == "the checkpoint is one of 3 networks, the optimizer of 1")
    #expect(other.learningRate == 1)
  }

  /// Where the best weights are not the last ones, training goes on with the last all the same: a
  /// rate of 1.1 takes w further from 1 with each step.
  @Test func trainingGoesOnWithTheLastWeights() throws {
    func trained(tryingRates: Bool) throws -> [[Float]] {
      let w = Parameter(value: [0]), model: Parameters = ["w": w]
      let trainer = Trainer(model, Optimizer(SGD(learningRate: 1.1), for: model)) { _, x, y in
        (w.value * x - y).squared().mean()
      }
      trainer.earlyStopping = EarlyStopping(patience: 10)
      let data = Dataset(inputs: [[1]], targets: Tensor<Float>([[1]]))
      try trainer.fit(data, epochs: 3, batch: 1)
      #expect(trainer.bestEpoch == 1)
      if tryingRates { _ = try trainer.findLearningRate(on: data, steps: 5, batch: 1) }
      let weights = trainer.checkpoint.weights.map(\.value.scalars)
      try trainer.fit(data, epochs: 4, batch: 1)
      return weights + trainer.checkpoint.weights.map(\.value.scalars)
    }
    let plain = try trained(tryingRates: false)
    #expect(try trained(tryingRates: true) == plain && plain[0] != plain[1])
  }
}
