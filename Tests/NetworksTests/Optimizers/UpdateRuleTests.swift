// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackPlans
import Testing

/// Chen et al., "Symbolic discovery of optimization algorithms", NeurIPS 2023, as a user would
/// write it.
private struct Lion: UpdateRule {
  let name = "Lion"
  var learningRate: Float = 1e-4
  var beta1: Float = 0.9, beta2: Float = 0.99

  var settings: [Setting<Lion>] {
    [Setting("beta1", \.beta1, .share), Setting("beta2", \.beta2, .share)]
  }
  var stateNames: [String] { ["momentum"] }

  func updated(
    _ w: Tensor<Float>, gradient g: Tensor<Float>, state: inout RuleValues<Tensor<Float>>,
    scalars: RuleValues<Tensor<Float>>
  ) -> Tensor<Float> {
    let way = sign(scalars.beta1 * state.momentum + (1 - scalars.beta1) * g)
    state.momentum = scalars.beta2 * state.momentum + (1 - scalars.beta2) * g
    return w - scalars.learningRate * way
  }
}

/// Rules of the user's own, settings that change, groups.
struct UpdateRuleTests {
  init() { Plan.verifiesByDefault = true }

  @Test("A rule of the user's own", arguments: [false, true])
  func ownRule(isRecorded: Bool) {
    let w = Parameter(value: [4, -1, 0.5])
    let optimizer = Optimizer(Lion(learningRate: 0.5), for: ["w": w])
    let step = optimizer.recorded { (x: Tensor<Float>) in (x * w.value.squared()).sum() }
    var number: [Float] = [4, -1, 0.5], m: [Float] = [0, 0, 0]
    for round in 0..<10 {
      if round == 5 { (optimizer.learningRate, optimizer.beta1) = (0.25, 0.5) }
      let x: [Float] = [1, Float(round), -2]
      if isRecorded {
        step(Tensor(x))
      } else {
        optimizer.minimize((Tensor(x) * w.value.squared()).sum())
      }
      let (rate, beta): (Float, Float) = round < 5 ? (0.5, 0.9) : (0.25, 0.5)
      for place in 0..<3 {
        let g = x[place] * (2 * number[place])
        let way = beta * m[place] + (1 - beta) * g
        number[place] -= rate * (way > 0 ? 1 : way < 0 ? -1 : 0)
        m[place] = 0.99 * m[place] + (1 - 0.99) * g
      }
      #expect(w.value.scalars == number, "round \(round)")
      #expect(optimizer.state[0][0].value.scalars == m)
    }
  }

  /// What is kept depends on a setting: it comes and goes with it.
  @Test("Momentum that is switched on and off", arguments: [false, true])
  func changingForms(isRecorded: Bool) {
    let w = Parameter(value: [1])
    let optimizer = Optimizer(SGD(learningRate: 0.5, momentum: 0.5), for: ["w": w])
    let step = optimizer.recorded { (x: Tensor<Float>) in (x * w.value).sum() }
    func take(_ x: Float) {
      if isRecorded { step(Tensor([x])) } else { optimizer.minimize((w.value * x).sum()) }
    }
    take(1)
    take(1)
    // v = 1, then 1.5.
    #expect(w.value.scalars == [-0.25] && optimizer.state[0][0].value.scalars == [1.5])
    optimizer.momentum = 0.25
    take(2)
    #expect(optimizer.state[0][0].value.scalars == [2.375])
    optimizer.isNesterov = true
    take(1)
    // What both forms keep goes on: v = 1.59375, g + v / 4.
    #expect(optimizer.state[0][0].value.scalars == [1.59375])
    let before = w.value.scalars[0]
    optimizer.momentum = 0
    #expect(optimizer.state[0].isEmpty)
    take(4)
    #expect(w.value.scalars == [before - 2])
    optimizer.momentum = 0.5
    #expect(optimizer.state[0][0].value.scalars == [0])
    take(1)
    #expect(optimizer.state[0][0].value.scalars == [1] && optimizer.stepCount == 6)
  }

  /// A rule that leaves state or parameter as it is, and adds a number only at some steps.
  private struct Waiting: UpdateRule {
    let name = "Waiting"
    var learningRate: Float = 1
    var stateNames: [String] { ["sum", "unused"] }

    func addScalars(to scalars: inout RuleValues<Double>, step: Int) {
      if step % 2 == 0 { scalars.even = Double(step) }
      scalars.step = Double(step)
      if step % 3 == 0 { scalars.third = Double(step) / 2 }
    }

    func updated(
      _ w: Tensor<Float>, gradient: Tensor<Float>, state: inout RuleValues<Tensor<Float>>,
      scalars: RuleValues<Tensor<Float>>
    ) -> Tensor<Float> {
      state.sum = state.sum + scalars.step * gradient + state.unused
      return w
    }
  }

  @Test("Numbers that come later", arguments: [false, true])
  func numbersOfSomeSteps(isRecorded: Bool) {
    let w = Parameter(value: [5])
    let optimizer = Optimizer(Waiting(), for: ["w": w])
    let step = optimizer.recorded { (x: Tensor<Float>) in (x * w.value).sum() }
    var sum: Float = 0
    for number in 1...7 {
      optimizer.learningRate = Float(number)
      if number == 5 { optimizer.state[0][1].value = [1] }
      if isRecorded { step([2]) } else { optimizer.minimize((w.value * 2).sum()) }
      sum += Float(2 * number) + (number >= 5 ? 1 : 0)
      #expect(optimizer.state[0][0].value.scalars == [sum])
    }
    #expect(w.value.scalars == [5])
  }

  @Test func groupsChangeByThemselves() {
    let model = Sequential(Linear(2, 2), Linear(2, 1)).initialized(seed: 3)
    let paths = model.parameters.paths
    let rate: (String) -> Float = { $0.hasPrefix("0") ? 0.5 : 0.125 }
    let optimizer = Optimizer(groups: [
      .init(model.parameters, where: { $0.hasPrefix("0") }, SGD(learningRate: 0.5)),
      .init(model.parameters, where: { $0.hasPrefix("1") }, SGD(learningRate: 0.125)),
    ])
    #expect(optimizer.parameters.paths == paths)
    for factor: Float in [1, 0.5] {
      if factor != 1 { for index in 0..<2 { optimizer.groups[index].learningRate *= factor } }
      let before = model.parameters.map { $0.parameter.value.scalars }
      let loss = model([[1, 2]]).sum()
      let found = gradientsIfReached(
        of: loss.value, withRespectTo: model.parameters.map { $0.parameter.value.value })
      let expected = zip(zip(paths, before), found).map { old, gradient in
        zip(old.1, Tensor<Float>(gradient!).scalars).map { $0 - factor * rate(old.0) * $1 }
      }
      optimizer.minimize(loss)
      #expect(model.parameters.map { $0.parameter.value.scalars } == expected)
    }
    #expect(
      "\(optimizer)" == "SGD(learningRate: 0.25, momentum: 0.0) and SGD(learningRate: 0.0625, "
        + "momentum: 0.0) after 2 steps, of 4 parameters, 9 numbers")
    // What is set for all is set in each.
    optimizer.learningRate = 2
    #expect(optimizer.groups.map(\.learningRate) == [2, 2] && optimizer.learningRate == 2)
  }

  @Test func settingsSayTheirNames() {
    #expect("\(SGD(learningRate: 0.1).settings)" == "[momentum, isNesterov, weightDecay]")
  }

  @Test func pathsOfGroupsWithTheSameNames() {
    let one = Linear(2, 2), other = Linear(2, 1)
    let optimizer = Optimizer(groups: [
      .init(one.parameters, AnyRule(Adam())),
      .init(other.parameters, AnyRule(SGD(learningRate: 0.1, momentum: 0.9))),
    ])
    #expect(optimizer.parameters.paths == ["0.weight", "0.bias", "1.weight", "1.bias"])
    #expect(optimizer.state.map(\.count) == [2, 2, 1, 1])
    // Initialised by these paths, so that they do not start alike.
    #expect(one.weight.value.scalars.prefix(2) != other.weight.value.scalars.prefix(2))
    optimizer.minimize(other(one([[1, 2]])).sum())
    #expect(optimizer.state.allSatisfy { $0.allSatisfy { $0.value.scalars.contains { $0 != 0 } } })
    #expect(optimizer.groups[1].rule.rule is SGD)
  }

  @Test func anyRuleIsTheRuleItHolds() {
    let sgd = AnyRule(SGD(learningRate: 0.1))
    #expect(sgd == AnyRule(AnyRule(SGD(learningRate: 0.1))) && sgd != AnyRule(Adam()))
    #expect(sgd != AnyRule(SGD(learningRate: 0.2)))
    #expect(Set([sgd, AnyRule(SGD(learningRate: 0.1)), AnyRule(Adam())]).count == 2)
  }
}
