// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTestSupport
import Testing

struct ResumeTests {
  private let folder = TemporaryFolder()
  private func fresh() -> Sequential<Tensor<Float>> {
    Sequential(Linear(64, 8), ReLU(), Dropout(0.2), Linear(8, 10)).initialized(seed: 7)
  }

  enum Kind: CaseIterable { case plain, momentum, adam, adamW, rmsProp, adagrad, lion, muon }

  private func optimizer(_ kind: Kind, _ parameters: Parameters) -> Optimizer<AnyRule> {
    switch kind {
    case .plain: Optimizer(AnyRule(SGD(learningRate: 0.125)), for: parameters)
    case .momentum: Optimizer(AnyRule(SGD(learningRate: 0.125, momentum: 0.75)), for: parameters)
    case .adam: Optimizer(AnyRule(Adam(learningRate: 0.01)), for: parameters)
    case .adamW: Optimizer(AnyRule(AdamW(learningRate: 0.01, weightDecay: 0.1)), for: parameters)
    case .rmsProp:
      Optimizer(AnyRule(RMSprop(momentum: 0.5, isCentered: true)), for: parameters)
    case .adagrad: Optimizer(AnyRule(Adagrad(initialAccumulator: 0.1)), for: parameters)
    case .lion: Optimizer(AnyRule(Lion(weightDecay: 0.5)), for: parameters)
    case .muon:
      Optimizer(groups: [
        .init(parameters, where: { $0.hasSuffix("weight") }, AnyRule(Muon(weightDecay: 0.5))),
        .init(parameters, where: { $0.hasSuffix("bias") }, AnyRule(Adam(weightDecay: 0.5))),
      ])
    }
  }

  private func train(
    _ model: Sequential<Tensor<Float>>, _ optimizer: Optimizer<AnyRule>, key: RandomKey,
    steps: Range<Int>
  ) {
    for step in steps {
      // A schedule: a function of the step, as the keys of dropout are.
      let rate = 0.1 / Float(step + 1)
      optimizer.learningRate = optimizer.groups[0].rule.name == "SGD" ? rate : rate / 10
      let batch = Digits.training.examples(at: (step * 16)..<(step * 16 + 16))
      let loss = Pass.training(key: key.folding(in: UInt64(step))) {
        softmaxCrossEntropy(model(batch.inputs), labels: batch.labels)
      }
      optimizer.minimize(loss)
    }
  }

  /// pytorch#5627, candle#3819, TrenTorch#187. Training that stops, is saved, loaded and goes on
  /// gives the bits of training that did not stop.
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
    let adam = Optimizer(Adam(learningRate: 0.1), for: model.parameters)
    adam.learningRate = 0.003
    let state = OptimizerState(of: adam)
    let other = Optimizer(Adam(learningRate: 0.1), for: model.parameters)
    try state.restore(other)
    #expect(other.learningRate == 0.003)
    #expect(state.numbers.names.first == "firstMoment/0.weight")
  }

  @Test func anotherOptimizerIsRefused() throws {
    let model = fresh()
    let state = OptimizerState(
      of: Optimizer(SGD(learningRate: 0.1, momentum: 0.5), for: model.parameters))
    func message<Rule>(_ optimizer: Optimizer<Rule>) -> String? {
      #expect(throws: FileError.self) { try state.restore(optimizer, file: "f") }?.description
    }
    #expect(
      message(Optimizer(Adam(), for: model.parameters))
        == "f: optimizer: holds the state of \"SGD\", not of \"Adam\"")
    #expect(
      message(Optimizer(SGD(learningRate: 0.1, momentum: 0.75), for: model.parameters))
        == "f: optimizer: was made with momentum 0.5, not 0.75")
    let without = ModelFile(model)
    let error = #expect(throws: FileError.self) {
      try without.restore(Optimizer(SGD(learningRate: 1), for: model.parameters))
    }
    #expect(error?.problem == "holds no state of an optimizer")
  }

  /// Groups of different rules, one of them the user's own.
  @Test func groupsComeBack() throws {
    struct Ascent: UpdateRule {
      let name = "Ascent"
      var learningRate: Float
      var stateNames: [String] { ["sum"] }
      func updated(
        _ w: Tensor<Float>, gradient: Tensor<Float>, state: inout RuleValues<Tensor<Float>>,
        scalars: RuleValues<Tensor<Float>>
      ) -> Tensor<Float> {
        state.sum = state.sum + gradient
        return w + scalars.learningRate * state.sum
      }
    }
    let path = folder.file("model.safetensors"), key = RandomKey(seed: 11)
    func made(_ parameters: Parameters) -> Optimizer<AnyRule> {
      Optimizer(groups: [
        .init(parameters, where: { $0 == "3.bias" }, AnyRule(Ascent(learningRate: 0.5))),
        .init(parameters, where: { $0 == "0.weight" }, AnyRule(SGD(learningRate: 0.25))),
        .init(
          parameters, where: { $0 != "3.bias" && $0 != "0.weight" },
          AnyRule(Adam(learningRate: 0.01))),
      ])
    }
    func take(
      _ steps: Range<Int>, _ model: Sequential<Tensor<Float>>, _ optimizer: Optimizer<AnyRule>
    ) {
      for step in steps {
        optimizer.groups[1].learningRate = 0.25 / Float(1 + step)
        let batch = Digits.training.examples(at: (step * 16)..<(step * 16 + 16))
        optimizer.minimize(
          Pass.training(key: key.folding(in: UInt64(step))) {
            softmaxCrossEntropy(model(batch.inputs), labels: batch.labels)
          })
      }
    }
    let whole = fresh()
    take(0..<8, whole, made(whole.parameters))
    let first = fresh(), stopped = made(first.parameters)
    take(0..<3, first, stopped)
    try ModelFile(first, optimizer: stopped).save(to: path)
    let file = try ModelFile.load(at: path)
    #expect(
      file.optimizer?.groups.map(\.paths) == [["3.bias"], ["0.weight"], ["0.bias", "3.weight"]])
    for makes in [false, true] {
      let model = try file.makeModel()
      let optimizer: Optimizer<AnyRule>
      if makes {
        let rules: [any UpdateRule] = [Ascent(learningRate: 0)]
        optimizer = try file.makeOptimizer(for: model.parameters, rules: rules)
      } else {
        optimizer = made(model.parameters)
        try file.restore(optimizer)
      }
      #expect("\(optimizer)" == "\(stopped)")
      take(3..<8, model, optimizer)
      for (whole, model) in zip(whole.parameters, model.parameters) {
        #expect(whole.parameter.value.scalars == model.parameter.value.scalars)
      }
    }
    func message<Rule>(_ optimizer: Optimizer<Rule>) -> String? {
      #expect(throws: FileError.self) { try file.restore(optimizer) }?.problem
    }
    #expect(
      message(Optimizer(Adam(), for: first.parameters)) == "holds 3 groups of parameters, not 1")
    var groups = made(first.parameters).groups
    groups.swapAt(0, 2)
    #expect(message(Optimizer(groups: groups)) == "holds other parameters in group 0")
  }

  /// What earlier versions wrote: a file with one rule is the same, byte for byte.
  @Test func theTextOfOneRuleIsThatOfBefore() throws {
    let path = folder.file("model.safetensors")
    let parameters: Parameters = ["w": Parameter(value: [1, 2])]
    let texts = try [
      AnyRule(SGD(learningRate: 0.5, momentum: 0.25)), AnyRule(Adam(learningRate: 0.125)),
      AnyRule(SGD(learningRate: 0.5, isNesterov: true, weightDecay: 2)),
    ].map { rule in
      let optimizer = Optimizer(rule, for: parameters)
      try ModelFile(parameters, optimizer: optimizer).save(to: path)
      return try Safetensors.read(at: path).metadata["optimizer"]
    }
    #expect(
      texts == [
        #"{"kind":"SGD","stepCount":0,"settings":{"learningRate":0.5,"momentum":0.25}}"#,
        #"{"kind":"Adam","stepCount":0,"settings":{"beta1":0.8999999761581421,"#
          + #""beta2":0.9990000128746033,"epsilon":9.99999993922529e-09,"learningRate":0.125}}"#,
        #"{"kind":"SGD","stepCount":0,"settings":{"isNesterov":1.0,"learningRate":0.5,"#
          + #""momentum":0.0,"weightDecay":2.0}}"#,
      ])
  }
}
