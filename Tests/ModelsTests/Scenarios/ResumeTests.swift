// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTestSupport
import Testing

struct ResumeTests {
  private let folder = TemporaryFolder()
  private func fresh() -> Sequential<Tensor<Float>> {
    Sequential(Linear(64, 8), ReLU(), Dropout(0.2), Linear(8, 10)).initialized(seed: 7)
  }

  enum Kind: CaseIterable { case plain, momentum, adam, adamW }

  private func optimizer(_ kind: Kind, _ parameters: Parameters) -> any Optimizer {
    switch kind {
    case .plain: SGD(parameters, learningRate: 0.125)
    case .momentum: SGD(parameters, learningRate: 0.125, momentum: 0.75)
    case .adam: Adam(parameters, learningRate: 0.01)
    case .adamW: AdamW(parameters, learningRate: 0.01, weightDecay: 0.1)
    }
  }

  private func train(
    _ model: Sequential<Tensor<Float>>, _ optimizer: any Optimizer, key: RandomKey,
    steps: Range<Int>
  ) {
    for step in steps {
      // A schedule: a function of the step, as the keys of dropout are.
      let rate = 0.1 / Float(step + 1)
      (optimizer as? SGD)?.learningRate = rate
      (optimizer as? Adam)?.learningRate = rate / 10
      (optimizer as? AdamW)?.learningRate = rate / 10
      let batch = Digits.training.examples(at: (step * 16)..<(step * 16 + 16))
      let loss = Pass.training(key: key.folding(in: UInt64(step))) {
        softmaxCrossEntropy(model(batch.inputs), labels: batch.labels)
      }
      optimizer.minimize(loss)
    }
  }

  /// pytorch#5627, candle#3819, TrenTorch#187. Training that stops, is saved, loaded and goes on gives the bits of training that did not stop.
  @Test(arguments: Kind.allCases) func resumingIsExact(kind: Kind) throws {
    let path = folder.file("model.safetensors"), key = RandomKey(seed: 11)
    let whole = fresh()
    train(whole, optimizer(kind, whole.parameters), key: key, steps: 0..<12)

    let first = fresh()
    let stopped = optimizer(kind, first.parameters)
    train(first, stopped, key: key, steps: 0..<5)
    try ModelFile(first, optimizer: stopped, randomKeys: ["dropout": key]).save(to: path)

    let file = try ModelFile.load(at: path)
    let second = try file.makeModel()
    let resumed = optimizer(kind, second.parameters)
    try file.restore(resumed)
    #expect(resumed.stepCount == 5)
    train(second, resumed, key: try #require(file.randomKeys["dropout"]), steps: 5..<12)
    for (whole, second) in zip(whole.parameters, second.parameters) {
      #expect(whole.parameter.value.scalars == second.parameter.value.scalars)
    }
  }

  @Test func theLearningRateIsRestored() throws {
    let model = fresh()
    let adam = Adam(model.parameters, learningRate: 0.1)
    adam.learningRate = 0.003
    let state = OptimizerState(of: adam)
    let other = Adam(model.parameters, learningRate: 0.1)
    try state.restore(other)
    #expect(other.learningRate == 0.003)
    #expect(state.numbers.names.first == "firstMoment/0.weight")
  }

  @Test func anotherOptimizerIsRefused() throws {
    let model = fresh()
    let state = OptimizerState(of: SGD(model.parameters, learningRate: 0.1, momentum: 0.5))
    func message(_ optimizer: any Optimizer) -> String? {
      #expect(throws: FileError.self) { try state.restore(optimizer, file: "f") }?.description
    }
    #expect(
      message(Adam(model.parameters))
        == "f: optimizer: holds the state of \"SGD\", not of \"Adam\"")
    #expect(
      message(SGD(model.parameters, learningRate: 0.1, momentum: 0.75))
        == "f: optimizer: was made with momentum 0.5, not 0.75")
    let without = ModelFile(model)
    let error = #expect(throws: FileError.self) {
      try without.restore(SGD(model.parameters, learningRate: 1))
    }
    #expect(error?.problem == "holds no state of an optimizer")
  }
}
