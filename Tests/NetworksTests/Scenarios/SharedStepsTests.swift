// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pullback
import PullbackPlans
import Testing

/// Optimizers of one structure and rule share what they wrote down; others never do. Counted, not
/// timed: how often gradients and updates are written.
struct SharedStepsTests {
  init() { Plan.verifiesByDefault = true }

  /// w and b of one layer; loss = sum of (x w + b)², whose gradient is asked of a rule that counts.
  private struct Net {
    let count: CountedRule.Count
    let w: Parameter, b: Parameter
    var parameters: Parameters { ["w": w, "b": b] }

    init(_ count: CountedRule.Count, start: Float) {
      self.count = count
      w = Parameter(value: Tensor([start, 2 * start]))
      b = Parameter(value: Tensor([1 - start]))
    }

    func loss(_ x: Tensor<Float>) -> Tensor<Float> {
      let y = (x * w.value).sum() + b.value
      return withCustomGradient(of: { $0 * 1 }, at: y, rule: CountedGradient(count: count))
        .squared().sum()
    }

    /// The parameters after a step, in plain numbers.
    func stepped(_ x: [Float], rate: Float) -> [Float] {
      let w = w.value.scalars, b = b.value.scalars[0]
      let g = 2 * (x[0] * w[0] + x[1] * w[1] + b)
      return [w[0] - rate * (g * x[0]), w[1] - rate * (g * x[1]), b - rate * g]
    }

    var numbers: [Float] { w.value.scalars + b.value.scalars }
  }

  @Test func theNextNetworkWritesNothingDown() {
    let count = CountedRule.Count()
    for number in 0..<6 {
      let net = Net(count, start: 0.25 * Float(number))
      let rate = 0.125 / Float(1 + number), x: [Float] = [1, Float(number)]
      let optimizer = Optimizer(CountedRule(count, learningRate: rate), for: net.parameters)
      for _ in 0..<3 {
        let expected = net.stepped(x, rate: rate)
        optimizer.minimize(net.loss(Tensor(x)))
        #expect(net.numbers == expected)
      }
    }
    // One gradient, an update for each of two parameters.
    #expect(count.both == [1, 2])
  }

  @Test func whatDiffersIsWrittenByItself() {
    let count = CountedRule.Count()
    func step(_ rule: CountedRule, _ make: (Net) -> Parameters = { $0.parameters }) {
      let net = Net(count, start: 1)
      Optimizer(rule, for: make(net)).minimize(net.loss([1, 2]))
    }
    func rule(_ rate: Float = 0.5, isUphill: Bool = false, pull: Float = 0) -> CountedRule {
      CountedRule(count, learningRate: rate, isUphill: isUphill, pull: pull)
    }
    step(rule())
    #expect(count.both == [1, 2])
    step(rule(0))
    step(rule(1e30))
    #expect(count.both == [1, 2], "a rate is a number of the run")
    step(rule(isUphill: true))
    #expect(count.both == [2, 4], "an option is none")
    step(rule(pull: 2))
    #expect(count.both == [3, 6], "a number that is not 0")
    step(rule(pull: 3))
    #expect(count.both == [3, 6], "another")
    step(rule(pull: -3))
    #expect(count.both == [4, 8], "its sign counts")
    step(rule()) { ["b": $0.b, "w": $0.w] }
    #expect(count.both == [5, 10], "other numbers of the same parameters")
    step(rule()) { ["w": $0.w] }
    #expect(count.both == [6, 11], "fewer parameters")
    step(rule())
    #expect(count.both == [6, 11], "the first is still known")
  }

  @Test func groupsAreToldApart() {
    let count = CountedRule.Count()
    func step(_ first: CountedRule, _ second: CountedRule) -> [Float] {
      let net = Net(count, start: 1)
      let optimizer = Optimizer(groups: [.init(["w": net.w], first), .init(["b": net.b], second)])
      optimizer.minimize(net.loss([1, 2]))
      return net.numbers
    }
    let down = CountedRule(count, learningRate: 0.125),
      up = CountedRule(
        count, learningRate: 0.25, isUphill: true)
    // 2 (x w + b) = 10 is the derivative by b, and times x that by w.
    for _ in 0..<2 {
      #expect(step(down, up) == [-0.25, -0.5, 2.5])
      #expect(step(up, down) == [3.5, 7, -1.25])
      #expect(step(down, down) == [-0.25, -0.5, -1.25])
    }
    #expect(count.both == [3, 6])
  }

  /// The same structure, and rules that differ in what is no number.
  @Test func rulesOfOneStructureNeverShareAStep() {
    var optimizers: [(rule: SGD, w: Parameter, optimizer: Optimizer<SGD>, expected: Plain)] = []
    for momentum: Float in [0, 0.5] {
      for isNesterov in [false, true] {
        for weightDecay: Float in [0, 0.25] {
          let w = Parameter(value: [1, -2])
          let rule = SGD(
            learningRate: 0.125, momentum: momentum, isNesterov: isNesterov,
            weightDecay: weightDecay)
          optimizers.append((rule, w, Optimizer(rule, for: ["w": w]), Plain(rule, [1, -2])))
        }
      }
    }
    for _ in 0..<4 {
      for index in optimizers.indices {
        let w = optimizers[index].w
        optimizers[index].optimizer.minimize((w.value * [3, 5]).sum())
        optimizers[index].expected.step([3, 5])
        #expect(w.value.scalars == optimizers[index].expected.w, "\(optimizers[index].rule)")
      }
    }
    // Without momentum, Nesterov's form is no other.
    #expect(Set(optimizers.map { $0.w.value.scalars }).count == 6)
  }

  /// SGD in plain loops.
  private struct Plain {
    let rule: SGD
    var w: [Float]
    var v: [Float]

    init(_ rule: SGD, _ w: [Float]) {
      (self.rule, self.w) = (rule, w)
      v = w.map { _ in 0 }
    }

    mutating func step(_ gradient: [Float]) {
      for place in w.indices {
        let g = gradient[place] + rule.weightDecay * w[place]
        v[place] = rule.momentum * v[place] + g
        let way = rule.isNesterov ? g + rule.momentum * v[place] : v[place]
        w[place] -= rule.learningRate * way
      }
    }
  }

  @Test func manyThreadsShare() async {
    let count = CountedRule.Count()
    let expected: [Float] = {
      var numbers: [Float] = []
      for step in 0..<20 {
        let net = Net(count, start: 0.25)
        if step > 0 {
          net.w.value = Tensor(Array(numbers.prefix(2)))
          net.b.value = Tensor([numbers[2]])
        }
        numbers = net.stepped([1, 0.5], rate: 0.0625)
      }
      return numbers
    }()
    await withTaskGroup(of: [Float].self) { group in
      for _ in 0..<32 {
        group.addTask {
          let net = Net(count, start: 0.25)
          let optimizer = Optimizer(CountedRule(count, learningRate: 0.0625), for: net.parameters)
          for _ in 0..<20 { optimizer.minimize(net.loss([1, 0.5])) }
          return net.numbers
        }
      }
      for await numbers in group { #expect(numbers == expected) }
    }
    // Several threads may write the first step down at once.
    #expect(count.both[0] <= 32)
  }
}
