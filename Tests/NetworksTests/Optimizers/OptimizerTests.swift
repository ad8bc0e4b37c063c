// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackPlans
import Testing

struct OptimizerTests {
  private let fixture: TrainingFixture

  init() { fixture = TrainingFixture() }

  private func start(_ name: String) -> Sequential<Tensor<Float>> {
    let model = Sequential(Linear(4, 6), Activation { relu($0) }, Linear(6, 3))
    for (path, parameter) in model.parameters {
      parameter.value = fixture.tensor("\(name).start.\(path)", parameter.shape)
    }
    return model
  }

  @Test(
    "Five steps give PyTorch's losses and parameters",
    arguments: ["plain", "momentum", "nesterov", "decayed", "squared", "adam", "adamw"])
  func agreesWithPyTorch(name: String) {
    let model = start(name)
    let optimizer: Optimizer<AnyRule> =
      switch name {
      case "nesterov":
        Optimizer(
          AnyRule(SGD(learningRate: 0.1, momentum: 0.9, isNesterov: true)), for: model.parameters)
      case "decayed":
        Optimizer(
          AnyRule(SGD(learningRate: 0.1, momentum: 0.9, weightDecay: 0.3)), for: model.parameters)
      case "plain": Optimizer(AnyRule(SGD(learningRate: 0.1)), for: model.parameters)
      case "adam": Optimizer(AnyRule(Adam(learningRate: 0.03)), for: model.parameters)
      case "adamw":
        Optimizer(AnyRule(AdamW(learningRate: 0.03, weightDecay: 0.2)), for: model.parameters)
      default: Optimizer(AnyRule(SGD(learningRate: 0.1, momentum: 0.9)), for: model.parameters)
      }
    let x = fixture.tensor("\(name).x", [7, 4])
    let labels = Tensor<Int32>(fixture.numbers("\(name).labels").map { Int32($0) })
    let target = fixture.tensor("\(name).target", [7, 3])
    let losses = (0..<5).map { _ in
      let output = model(x)
      return optimizer.minimize(
        ["squared", "decayed", "adamw"].contains(name)
          ? meanSquaredError(output, target) : softmaxCrossEntropy(output, labels: labels))
    }
    #expect(
      Tensor(losses).isClose(
        to: fixture.tensor("\(name).losses", [5]), absoluteTolerance: 1e-6))
    for (path, parameter) in model.parameters {
      let end = fixture.tensor("\(name).end.\(path)", parameter.shape)
      #expect(parameter.value.isClose(to: end, absoluteTolerance: 1e-6), "\(path)")
    }
  }

  /// Denormal numbers would stay, and take many processors long.
  @Test(
    "What is left of a moment ends as 0, and NaN stays",
    arguments: [AnyRule(SGD(learningRate: 0.1, momentum: 0.9)), AnyRule(Adam()), AnyRule(AdamW())])
  func momentsEnd(rule: AnyRule) throws {
    let w = Parameter(value: [1, 2, 3, 4] as Tensor<Float>)
    let optimizer = Optimizer(rule, for: ["w": w])
    var sizes: [Float] = []
    for step in 0..<700 {
      let factors: Tensor<Float> = step == 0 ? [1, -1, 1e-20, 1e20] : [0, 0, 0, 0]
      optimizer.minimize((w.value * factors).sum())
      sizes += optimizer.state[0][0].value.scalars.map(abs)
    }
    #expect(sizes.allSatisfy { $0 == 0 || $0 >= 0x1p-100 })
    #expect(sizes[..<2400].contains { $0 > 0 && $0 < 0x1p-99 })
    #expect(sizes.suffix(4).prefix(3) == [0, 0, 0])
    let broken = Tensor([Float.nan, 0, 0, 0])
    optimizer.minimize((w.value * broken).sum())
    #expect(optimizer.state[0][0].value.scalars[0].isNaN)
  }

  @Test func changingTheRateMakesNoNewPlan() {
    let model = start("plain")
    let optimizer = Optimizer(SGD(learningRate: 0.1), for: model.parameters)
    let x = fixture.tensor("plain.x", [7, 4]), target = fixture.tensor("plain.target", [7, 3])
    var plans = Set<String>()
    for rate: Float in [0.3, 0.5, 1, 2, 0.01] {
      optimizer.learningRate = rate
      plans.insert("\(optimizer.plan(minimizing: meanSquaredError(model(x), target)))")
    }
    #expect(plans.count == 1)
  }

  /// The count stays where a file could not hold a larger one; the steps go on.
  @Test func stepsGoOnBeyondTheLargestCount() {
    let w = Parameter(value: [1])
    let optimizer = Optimizer(Adam(learningRate: 0.5), for: ["w": w])
    optimizer.stepCount = 1 << 53 - 1
    let step = optimizer.recorded { (x: Tensor<Float>) in (w.value * x).sum() }
    for number in 1...4 {
      if number % 2 == 0 { step([2]) } else { optimizer.minimize(w.value.sum()) }
      #expect(optimizer.stepCount == 1 << 53)
    }
    #expect(w.value.scalars[0] < 1)
  }

  @Test("The step of the 784-50-10 network is at most 14 steps and reuses memory")
  func planOfTheClassifier() {
    let model = Sequential(Linear(784, 50), Activation { relu($0) }, Linear(50, 10))
    let optimizer = Optimizer(SGD(learningRate: 0.1), for: model.parameters)
    let x = Tensor<Float>.uniform([64, 784], key: RandomKey(seed: 1))
    let labels = Tensor<Int32>((0..<64).map { $0 % 10 })
    evaluate(x)
    let plan = optimizer.plan(minimizing: softmaxCrossEntropy(model(x), labels: labels))
    #expect(plan.steps.count <= 14)
    #expect(plan.arenaByteCount + plan.rowArenaByteCount < plan.usedByteCount)
    // Every parameter is updated in place, and bias and activation are part of the first product.
    #expect(plan.outputs.filter { $0.donor != nil }.count == 4)
    #expect("\(plan)".split(separator: "\n")[0].contains("then + relu"))
  }
}
