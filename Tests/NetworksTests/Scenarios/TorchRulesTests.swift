// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

/// Twenty steps of each rule give the numbers that PyTorch, or the paper's formulas, give in
/// Double: see Scripts/fixtures/optimizers.py.
struct TorchRulesTests {
  private static let fixture = TrainingFixture("rules.txt")

  private static let rules: [(name: String, rule: AnyRule)] = [
    ("sgd", AnyRule(SGD(learningRate: 0.1, weightDecay: 0.2))),
    ("sgd-momentum", AnyRule(SGD(learningRate: 0.05, momentum: 0.9))),
    (
      "sgd-nesterov",
      AnyRule(SGD(learningRate: 0.05, momentum: 0.9, isNesterov: true, weightDecay: 0.1))
    ),
    ("adam", AnyRule(Adam(learningRate: 0.01))),
    (
      "adam-decayed",
      AnyRule(Adam(learningRate: 0.02, betas: (0.8, 0.99), epsilon: 1e-4, weightDecay: 0.1))
    ),
    ("adamw", AnyRule(AdamW(learningRate: 0.01, weightDecay: 0.1))),
    ("rmsprop", AnyRule(RMSprop(learningRate: 0.005))),
    (
      "rmsprop-momentum",
      AnyRule(RMSprop(learningRate: 0.002, alpha: 0.9, epsilon: 1e-3, momentum: 0.8))
    ),
    (
      "rmsprop-centered",
      AnyRule(
        RMSprop(
          learningRate: 0.002, alpha: 0.95, epsilon: 1e-2, momentum: 0.5, isCentered: true,
          weightDecay: 0.1))
    ),
    ("adagrad", AnyRule(Adagrad(learningRate: 0.05))),
    (
      "adagrad-begun",
      AnyRule(Adagrad(learningRate: 0.1, initialAccumulator: 0.1, weightDecay: 0.1))
    ),
    ("lion", AnyRule(Lion(learningRate: 0.01))),
    (
      "lion-decayed", AnyRule(Lion(learningRate: 0.01, betas: (0.8, 0.95), weightDecay: 0.5))
    ),
    ("muon", AnyRule(Muon(learningRate: 0.02))),
    (
      "muon-decayed",
      AnyRule(Muon(learningRate: 0.05, momentum: 0.8, isNesterov: false, weightDecay: 0.3))
    ),
  ]

  @Test(arguments: rules.indices, [false, true])
  func twentySteps(number: Int, isRecorded: Bool) {
    let (name, rule) = Self.rules[number], fixture = Self.fixture
    let model = Sequential(Linear(4, 6), Linear(6, 3))
    for (path, parameter) in model.parameters {
      parameter.value = fixture.tensor("\(name).start.\(path)", parameter.shape)
    }
    let isMuon = rule.name == "Muon"
    let optimizer = Optimizer(groups: [
      .init(model.parameters, where: { $0.hasSuffix("weight") }, rule),
      .init(
        model.parameters, where: { $0.hasSuffix("bias") },
        isMuon ? AnyRule(AdamW(learningRate: 0.01)) : rule),
    ])
    let weights = model.parameters.map(\.parameter)
    let loss = { @Sendable (x: Tensor<Float>, target: Tensor<Float>) in
      let hidden = tanh(x • weights[0].value + weights[1].value)
      return meanSquaredError(hidden • weights[2].value + weights[3].value, target)
    }
    let step = optimizer.recorded(loss)
    let x = fixture.tensor("\(name).x", [9, 4]), target = fixture.tensor("\(name).target", [9, 3])
    let losses = (0..<20).map { _ in
      isRecorded ? step(x, target) : optimizer.minimize(loss(x, target))
    }
    let tolerance: Float = isMuon ? 1e-4 : 1e-6
    check(losses, fixture.numbers("\(name).losses"), tolerance, "losses")
    for (path, parameter) in model.parameters {
      check(parameter.value.scalars, fixture.numbers("\(name).end.\(path)"), tolerance, path)
    }
  }

  /// Relative to the largest number: one that happens to lie near 0 is no more exact
  /// than the others.
  private func check(_ found: [Float], _ expected: [Float], _ tolerance: Float, _ name: String) {
    let size = expected.map(abs).max()!
    #expect(found.count == expected.count)
    let error = zip(found, expected).map { abs($0 - $1) }.max()! / size
    #expect(error <= tolerance, "\(name)")
  }
}
