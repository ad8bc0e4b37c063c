// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackPlans
import Testing

/// Parameters that steps leave out count their own: under a constant gradient each step of Adam is
/// as long as its rate, the first as the hundredth.
struct MissedStepsTests {
  private let a = Parameter(value: [0]), b = Parameter(value: [0, 0])

  init() { Plan.verifiesByDefault = true }

  private func expectNear(
    _ parameter: Parameter, _ number: Float, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    for x in parameter.value.scalars {
      #expect(abs(x - number) < 1e-5, "\(x)", sourceLocation: sourceLocation)
    }
  }

  @Test(arguments: [false, true])
  func thawedParametersBeginWithTheirFirstStep(isRecorded: Bool) {
    let optimizer = Optimizer(AdamW(learningRate: 0.01, weightDecay: 0), for: ["a": a, "b": b])
    let (a, b) = (a, b)
    let step = optimizer.recorded { (x: Tensor<Float>) in (a.value.sum() + b.value.sum()) * x }
    func takeStep() {
      if isRecorded { step(1) } else { optimizer.minimize(a.value.sum() + b.value.sum()) }
    }
    optimizer.freeze(a)
    for _ in 0..<200 { takeStep() }
    optimizer.thaw(a)
    for count in 1...30 {
      takeStep()
      expectNear(a, -0.01 * Float(count))
    }
    expectNear(b, -2.3)
    // Frozen in the middle: its first steps count, those that it missed do not.
    optimizer.freeze(a)
    for _ in 0..<5 { takeStep() }
    optimizer.thaw(a)
    takeStep()
    expectNear(a, -0.31)
    #expect(optimizer.stepCount == 236)
  }

  /// Losses in turn, of which each reaches other parameters: nothing is planned anew for each.
  @Test func lossesInTurn() {
    let optimizer = Optimizer(groups: [
      .init(["a": a], Adam(learningRate: 0.01)), .init(["b": b], Adam(learningRate: 0.1)),
    ])
    for _ in 0..<100 { optimizer.minimize(a.value.sum()) }
    for count in 1...10 {
      optimizer.minimize(b.value.sum())
      expectNear(b, -0.1 * Float(count))
      optimizer.minimize(a.value.sum())
      expectNear(a, -1 - 0.01 * Float(count))
    }
    optimizer.apply(gradients: [[1], nil])
    expectNear(a, -1.11)
    optimizer.minimize(a.value.sum() + b.value.sum())
    expectNear(b, -1.1)
  }

  /// A step with several losses is one, for parameters that any of them reached.
  @Test func roundsAreSteps() {
    let optimizer = Optimizer(Adam(learningRate: 0.01), for: ["a": a, "b": b])
    for _ in 0..<50 { optimizer.minimize(a.value.sum()) }
    optimizer.accumulation = 2
    for count in 1...4 {
      optimizer.minimize(b.value.sum() * 2)
      optimizer.minimize(a.value.sum() * 2)
      expectNear(b, -0.01 * Float(count))
    }
    expectNear(a, -0.54)
  }

  /// Setting the count, or a rule of another kind, begins anew.
  @Test func countsBeginAnew() {
    let optimizer = Optimizer(AnyRule(Adam(learningRate: 0.01)), for: ["a": a, "b": b])
    for _ in 0..<20 {
      optimizer.minimize((a.value * a.value).sum() + b.value.sum() + a.value.sum())
    }
    let other = Parameter(value: a.value)
    let fresh = Optimizer(AnyRule(RMSprop(learningRate: 0.01, isCentered: true)), for: ["w": other])
    optimizer.groups[0].rule = AnyRule(RMSprop(learningRate: 0.01, isCentered: true))
    for _ in 0..<3 {
      optimizer.minimize((a.value * 3).sum() + b.value.sum())
      fresh.minimize((other.value * 3).sum())
    }
    #expect(a.value.scalars == other.value.scalars)
    let before = b.value.scalars[0]
    optimizer.groups[0].rule = AnyRule(Adam(learningRate: 0.01))
    optimizer.minimize(b.value.sum())
    expectNear(b, before - 0.01)
  }

  @Test func aSwarmMissesThem() {
    let swarm = Swarm(2) { Linear(1, 1, initialization: .constant(1)) }
    let optimizer = Optimizer([0.1, 0.01].map { Adam(learningRate: $0) }, for: swarm)
    let bias = swarm.parameters["bias"]!
    optimizer.freeze(bias)
    func takeStep() {
      optimizer.minimize(swarm.batched { net in net([[1]]).sum() }.sum())
    }
    for _ in 0..<100 { takeStep() }
    optimizer.thaw(bias)
    takeStep()
    let numbers = bias.value.scalars
    #expect(abs(numbers[0] + 0.1) < 1e-5 && abs(numbers[1] + 0.01) < 1e-6, "\(numbers)")
    let model = swarm.network(1), one = optimizer.network(1, for: model)
    takeStep()
    one.minimize(model([[1]]).sum())
    #expect(model.bias!.value.scalars == swarm.network(1).bias!.value.scalars)
  }
}
