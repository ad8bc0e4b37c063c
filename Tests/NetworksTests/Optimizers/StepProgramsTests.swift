// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackPlans
import PullbackRuntime
import PullbackTensors
import Testing

/// `minimize` on graphs that look alike, or do not: the bits of gradients of fresh graphs and
/// updates in plain loops, at each step.
struct StepProgramsTests {
  init() { Plan.verifiesByDefault = true }

  enum Loss: String, CaseIterable {
    case plain, lossReadBefore, logitsReadBefore, readAtSomeSteps, inputReadAtSomeSteps
    case detachedTarget, detachedTargetReadBefore, detachedWeight, weightOnlyDetached
    case weightOnlyDetachedAfterwards, weightOnlyCompared, weightNotReachedAtSomeSteps
    case customRuleOfEachStep, customRuleBesideOthers, randomKeyOfEachStep, sameKeyTwice
    case numberOfEachStep, numbersOfThePlan, names, twoStructures, threeBatches, tiedWeight
    case previousLossAsConstant, selectedByData

    func callAsFunction(_ scene: Scene) -> Tensor<Float> {
      let step = scene.step, w = scene.weights
      let x = scene.input(), labels = scene.labels()
      func entropy(_ logits: Tensor<Float>) -> Tensor<Float> {
        softmaxCrossEntropy(logits, labels: labels)
      }
      switch self {
      case .plain: return entropy(scene.logits(x))
      case .lossReadBefore:
        let loss = entropy(scene.logits(x))
        scene.read(loss.value)
        return loss
      case .logitsReadBefore, .readAtSomeSteps:
        let logits = scene.logits(x)
        if self == .logitsReadBefore || step % 3 == 1 { scene.read(logits.value) }
        return entropy(logits)
      case .inputReadAtSomeSteps:
        let doubled = x * 2 + 0.25
        if step % 2 == 1 { scene.read(doubled.value) }
        return entropy(scene.logits(doubled))
      case .detachedTarget, .detachedTargetReadBefore:
        let logits = scene.logits(x), target = (scene.logits(x * 0.5) + 1).detached()
        if self == .detachedTargetReadBefore { scene.read(target.value) }
        return (logits - target).squared().mean()
      case .detachedWeight:
        return entropy(scene.logits(x) + scene.hidden(x) • w[2].detached() * 0.5)
      case .weightOnlyDetached: return entropy(scene.hidden(x) • w[2].detached() + w[3])
      case .weightOnlyDetachedAfterwards:
        return entropy(scene.hidden(x) • (w[2] * 2).detached() + w[3])
      case .weightOnlyCompared:
        return entropy(select(w[1] .> 0, x • w[0], x • w[0] * 0.3) • w[2] + w[3])
      case .weightNotReachedAtSomeSteps:
        return step % 3 == 1 ? scene.hidden(x).squared().sum() : entropy(scene.logits(x))
      case .customRuleOfEachStep:
        let factor = Float(step % 4) - 1.5
        let logits = withCustomGradient(of: { $0 * 2 }, at: scene.logits(x)) { _, g in g * factor }
        return entropy(logits)
      case .customRuleBesideOthers:
        let factor = Float(step)
        let loss = entropy(scene.logits(x))
        let extra = withCustomGradient(of: { tanh($0) }, at: w[3]) { y, g in y * g * factor }
        return step % 2 == 0 ? loss + extra.sum() : loss + tanh(w[3]).sum()
      case .randomKeyOfEachStep:
        let key = RandomKey(seed: 3).folding(in: UInt64(step))
        let keys = key.split(into: 2)
        let noise = Tensor<Float>.normal([4, 8], key: keys[0])
        let mask = Tensor<Float>.uniform([4, 8], key: keys[1]) .> 0.4
        return entropy(select(mask, scene.hidden(x) + noise, 0) • w[2] + w[3])
      case .sameKeyTwice:
        // Equal keys at some steps, different ones at others: two streams all the same.
        let one = Tensor<Float>.normal([4, 3], key: RandomKey(seed: UInt64(step)))
        let other = Tensor<Float>.normal([4, 3], key: RandomKey(seed: UInt64(step / 2 * 2)))
        return entropy(scene.logits(x) * one + other)
      case .numberOfEachStep: return entropy(scene.logits(x) * (0.3 + 0.1 * Float(step)))
      case .numbersOfThePlan:
        let number: Float = [2, 3, 1, 0.5, 0.7, -1, 5][step % 7]
        return entropy(scene.logits(x) * number + number)
      case .names: return entropy(Tensor(scene.logits(x).value.named("logits \(step)")))
      case .twoStructures:
        return step % 2 == 0
          ? entropy(scene.logits(x)) : entropy(relu(x • w[0] - w[1]) • w[2] + w[3])
      case .threeBatches:
        let rows = [4, 7, 1][step % 3]
        return softmaxCrossEntropy(
          scene.logits(scene.input(rows: rows)), labels: scene.labels(rows: rows))
      case .tiedWeight:
        return (scene.hidden(x) • w[0].transposed() - x).squared().sum()
          + entropy(scene.logits(x))
      case .previousLossAsConstant: return entropy(scene.logits(x)) * scene.previous
      case .selectedByData:
        return select(scene.logits(x) .> 0, scene.logits(x), 0.5).squared().mean() + w[3].sum()
      }
    }
  }

  private static func parameters() -> [Parameter] {
    let shapes: [Shape] = [[5, 8], [8], [8, 3], [3]]
    return shapes.enumerated().map { index, shape in
      Parameter(value: Tensor<Float>.normal(shape, key: RandomKey(seed: UInt64(index))) * 0.5)
    }
  }

  private static func tree(_ parameters: [Parameter]) -> Parameters {
    var tree = Parameters()
    for (index, parameter) in parameters.enumerated() { tree.add("w\(index)", parameter) }
    return tree
  }

  @Test("The bits of fresh gradients", arguments: Loss.allCases, Rule.allCases)
  func bits(makeLoss: Loss, rule: Rule) {
    let parameters = StepProgramsTests.parameters()
    let optimizer = rule.optimizer(StepProgramsTests.tree(parameters))
    var reference = ReferenceTraining(rule, parameters)
    var held: [(value: Tensor<Float>, numbers: [Float])] = []
    var previous = Tensor<Float>(2), previousNumber: Float = 2
    for step in 0..<12 {
      optimizer.learningRate = 0.1 / Float(1 + step / 4)
      if step % 5 == 3 {
        for parameter in parameters { held.append((parameter.value, parameter.value.scalars)) }
      }
      if step == 6 {
        // Whoever asks for gradients in between gets them, and changes nothing.
        let values = parameters.map(\.value)
        let scene = Scene(step: step, weights: values, previous: previous) { evaluate([$0]) }
        let found = gradientsIfReached(
          of: makeLoss(scene).value, withRespectTo: values.map(\.value))
        let expected = reference.gradients {
          makeLoss(Scene(step: step, weights: $0, previous: Tensor(previousNumber)) { _ in })
        }
        #expect(found.map { $0.map { Tensor<Float>($0).scalars } } == expected.1)
      }
      let loss = makeLoss(
        Scene(step: step, weights: parameters.map(\.value), previous: previous) { evaluate([$0]) })
      let number = optimizer.minimize(loss)
      reference.step(scalars: optimizer.scalars) {
        makeLoss(Scene(step: step, weights: $0, previous: Tensor(previousNumber)) { _ in })
      }
      (previous, previousNumber) = (loss, number)
      let isEqual =
        number == reference.loss && parameters.map(\.value.scalars) == reference.weights
      #expect(isEqual, "step \(step): \(number) \(reference.loss)")
      if !isEqual { return }
      #expect(Float(loss) == number)
    }
    for old in held { #expect(old.value.scalars == old.numbers) }
  }

  @Test func moreStructuresThanAreKept() {
    let parameters = [Parameter(value: [0.5, -0.25])]
    let optimizer = Optimizer(SGD(learningRate: 0.01), for: StepProgramsTests.tree(parameters))
    var reference = ReferenceTraining(.sgd, parameters)
    func loss(_ w: Tensor<Float>, rows: Int) -> Tensor<Float> {
      let x = Tensor<Float>(range: 0..<(2 * rows)).reshaped(to: [rows, 2])
      return tanh((x * w).sum(along: 1)).mean()
    }
    for round in 0..<2 {
      for rows in 1...70 {
        let number = optimizer.minimize(loss(parameters[0].value, rows: rows))
        reference.step(scalars: optimizer.scalars) { loss($0[0], rows: rows) }
        #expect(number == reference.loss, "round \(round), \(rows) rows")
        #expect(parameters[0].value.scalars == reference.weights[0])
      }
    }
  }

  @Test("Two optimizers with parameters in common take turns", arguments: [false, true])
  func sharedParameters(holds: Bool) {
    let parameters = StepProgramsTests.parameters()
    // Each knows nothing of the other's state.
    let first = Optimizer(
      SGD(learningRate: 0.1, momentum: 0.9), for: StepProgramsTests.tree(parameters))
    let second = Optimizer(
      SGD(learningRate: 0.02, momentum: 0.5),
      for: StepProgramsTests.tree(Array(parameters.suffix(2))))
    var velocity = ReferenceTraining(.momentum, parameters)
    var held: [[Tensor<Float>]] = []
    func loss(_ weights: [Tensor<Float>]) -> Tensor<Float> {
      Loss.plain(Scene(step: 0, weights: weights, previous: 0) { _ in })
    }
    var states = ReferenceTraining(.momentum, parameters)
    for step in 0..<9 {
      let isFirst = step % 3 != 2
      let number = (isFirst ? first : second).minimize(loss(parameters.map(\.value)))
      if isFirst {
        velocity.step(scalars: first.scalars, loss)
        states.replaceWeights(velocity.weights)
      } else {
        states.step(only: [2, 3], scalars: second.scalars, loss)
        velocity.replaceWeights(states.weights)
      }
      #expect(number == (isFirst ? velocity.loss : states.loss), "step \(step)")
      #expect(parameters.map(\.value.scalars) == velocity.weights, "step \(step)")
      if holds { held.append(parameters.map(\.value)) }
    }
  }

  @Test func aTiedParameterGetsBothContributions() {
    let tied = Parameter(value: [[0.5, -1], [0.25, 2]])
    let optimizer = Optimizer(Adam(learningRate: 0.1), for: ["in": tied, "out": tied])
    var reference = ReferenceTraining(.adam, [tied])
    func loss(_ w: Tensor<Float>) -> Tensor<Float> {
      (tanh(Tensor<Float>([[1, 2], [3, 4]]) • w) • w.transposed()).squared().sum()
    }
    for _ in 0..<8 {
      let number = optimizer.minimize(loss(tied.value))
      reference.step(scalars: optimizer.scalars) { loss($0[0]) }
      #expect(number == reference.loss)
      #expect(tied.value.scalars == reference.weights[0])
    }
  }

  @Test func parametersFromOneTensorGoTheirOwnWays() {
    let start: Tensor<Float> = [1, 2]
    let one = Parameter(value: start), other = Parameter(value: start)
    let optimizer = Optimizer(SGD(learningRate: 0.5), for: ["one": one, "other": other])
    for _ in 0..<3 { optimizer.minimize(one.value.sum() - other.value.sum() * 2) }
    #expect(one.value.scalars == [-0.5, 0.5] && other.value.scalars == [4, 5])
    #expect(start.scalars == [1, 2])
  }

  @Test func valuesThatAreSetInBetweenCount() {
    let w = Parameter(value: [4])
    let optimizer = Optimizer(SGD(learningRate: 0.25), for: ["w": w])
    #expect(optimizer.minimize(w.value.squared().sum()) == 16)
    let set: Tensor<Float> = [8]
    w.value = set
    #expect(optimizer.minimize(w.value.squared().sum()) == 64)
    #expect(optimizer.minimize(w.value.squared().sum()) == 16)
    #expect(w.value.scalars == [2] && set.scalars == [8])
  }

  @Test func aParameterCanBeTheLoss() {
    let w = Parameter(value: Tensor<Float>(3))
    let optimizer = Optimizer(SGD(learningRate: 0.5), for: ["w": w])
    let first = w.value
    #expect((0..<3).map { _ in optimizer.minimize(w.value) } == [3, 2.5, 2])
    #expect(Float(first) == 3 && Float(w.value) == 1.5)
  }

  @Test func keptTensorsHaveTheNumbersOfTheirStep() {
    let parameters = StepProgramsTests.parameters()
    let optimizer = Optimizer(Adam(learningRate: 0.05), for: StepProgramsTests.tree(parameters))
    var kept: [(tensor: Tensor<Float>, numbers: [Float])] = []
    for step in 0..<6 {
      let scene = Scene(step: step, weights: parameters.map(\.value), previous: 0) { _ in }
      let x = scene.input(), hidden = scene.hidden(x), logits = scene.logits(x)
      let best = logits.argmax(along: 1), weight = parameters[0].value
      let expected = (hidden * 1).scalars, scores = (logits * 1).scalars
      let classes = (logits * 1).argmax(along: 1).scalars
      let loss = softmaxCrossEntropy(
        hidden • scene.weights[2] + scene.weights[3], labels: scene.labels())
      let old = weight.scalars
      let number = optimizer.minimize(loss, keeping: hidden, best, loss, weight, logits, hidden)
      #expect(hidden.value.node.hasNumbers && best.value.node.hasNumbers)
      #expect(hidden.scalars == expected && logits.scalars == scores && best.scalars == classes)
      #expect(weight.scalars == old && Float(loss) == number)
      kept += [(hidden, expected), (logits, scores), (weight, old)]
    }
    for one in kept { #expect(one.tensor.scalars == one.numbers) }
  }

  @Test func anEndedLossThatMayDependOnAParameterIsAMistake() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let a = Parameter(value: [1, 2]), b = Parameter(value: [3])
      let optimizer = Optimizer(SGD(learningRate: 0.1), for: ["a": a, "b": b])
      let first = a.value.squared().sum()
      optimizer.minimize(first)
      // b did not change: as far as anyone can tell, the first loss depends on it.
      optimizer.minimize((first * b.value).sum())
    }
    let message = standardError(of: result)
    #expect(
      message.contains("gradient: the history of the result of sum [] has ended"), "\(message)")
  }

  @Test func anEndedLossIsAConstantOnceAllParametersAreNew() {
    let a = Parameter(value: [1, 2]), b = Parameter(value: [3])
    let optimizer = Optimizer(SGD(learningRate: 0.5), for: ["a": a, "b": b])
    let first = a.value.sum() + b.value.sum()
    #expect(optimizer.minimize(first) == 6)
    #expect(a.value.scalars == [0.5, 1.5] && b.value.scalars == [2.5])
    #expect(optimizer.minimize(first * b.value.sum()) == 15)
    #expect(a.value.scalars == [0.5, 1.5] && b.value.scalars == [-0.5])
  }

  @Test func manyThreadsTrainModelsOfTheirOwn() async {
    func trained(_ seed: Int) -> [[Float]] {
      let parameters = StepProgramsTests.parameters()
      let optimizer = Optimizer(Adam(learningRate: 0.05), for: StepProgramsTests.tree(parameters))
      for step in 0..<30 {
        let rows = 1 + (step + seed) % 3
        let scene = Scene(step: step, weights: parameters.map(\.value), previous: 0) { _ in }
        optimizer.minimize(
          softmaxCrossEntropy(
            scene.logits(scene.input(rows: rows)), labels: scene.labels(rows: rows)))
      }
      return parameters.map(\.value.scalars)
    }
    let expected = (0..<3).map(trained)
    await withTaskGroup(of: (Int, [[Float]]).self) { group in
      for task in 0..<12 { group.addTask { (task % 3, trained(task % 3)) } }
      for await (seed, weights) in group { #expect(weights == expected[seed]) }
    }
  }
}
