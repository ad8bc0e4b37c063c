// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackPlans
import PullbackRuntime
import PullbackTestSupport
import Testing

/// What steps do beside their rule: clipping, averages and frozen parameters, and
/// how courses change.
struct OptimizerCourseTests {
  init() { Plan.verifiesByDefault = true }

  /// Norms over all groups, of what is reached and not frozen: by hand.
  @Test func theNormIsOverAllGroups() {
    let a = Parameter(value: [0, 0]), b = Parameter(value: [0]), c = Parameter(value: [7])
    let optimizer = Optimizer(groups: [
      .init(["a": a], SGD(learningRate: 1)), .init(["b": b, "c": c], SGD(learningRate: 2)),
    ])
    optimizer.clipping = .globalNorm(6.5)
    let step = optimizer.recorded { (x: Tensor<Float>) in
      (a.value * x).sum() + b.value.sum() * 12
    }
    // ‖(3, 4, 12)‖ = 13.
    step([3, 4])
    let expected: [[Float]] = [[-1.5, -2], [-12], [7]]
    func isNear(_ numbers: [Float], _ others: [Float]) -> Bool {
      zip(numbers, others).allSatisfy { abs($0 - $1) < 1e-5 }
    }
    #expect(isNear(a.value.scalars, expected[0]) && isNear(b.value.scalars, expected[1]))
    #expect(c.value.scalars == expected[2])
    // Small ones stay as they are, to the bit.
    optimizer.clipping = .globalNorm(1e6)
    let (before, other) = (a.value.scalars, b.value.scalars)
    step([3, 4])
    #expect(
      a.value.scalars == [before[0] - 3, before[1] - 4] && b.value.scalars == [other[0] - 24])
    // An infinite gradient makes NaN of itself and 0 of the others, one that is NaN NaN of all.
    step(Tensor([Float.infinity, 1]))
    #expect(a.value.scalars[0].isNaN && a.value.scalars[1] == before[1] - 4)
    step(Tensor([Float.nan, 1]))
    #expect(a.value.scalars[1].isNaN && b.value.scalars[0].isNaN)
  }

  /// Courses that differ share nothing, limits and decays that differ do: counted by
  /// what is written.
  @Test func coursesNeverShareByMistake() {
    let count = CountedRule.Count()
    func stepped(_ change: (Optimizer<CountedRule>, Parameters) -> Void) -> [Float] {
      let w = Parameter(value: [3, 4])
      let optimizer = Optimizer(CountedRule(count, learningRate: 1), for: ["w": w])
      change(optimizer, ["w": w])
      optimizer.minimize((w.value * [3, 4]).sum())
      return w.value.scalars
    }
    for round in 0..<2 {
      #expect(stepped { _, _ in } == [0, 0])
      #expect(stepped { optimizer, _ in optimizer.clipping = .value(1) } == [2, 3])
      #expect(stepped { optimizer, _ in optimizer.clipping = .value(2) } == [1, 2])
      let half = stepped { optimizer, _ in optimizer.clipping = .globalNorm(2.5) }
      #expect(abs(half[0] - 1.5) < 1e-5 && abs(half[1] - 2) < 1e-5)
      let fifth = stepped { optimizer, _ in optimizer.clipping = .globalNorm(1) }
      #expect(abs(fifth[0] - 2.4) < 1e-5 && abs(fifth[1] - 3.2) < 1e-5)
      #expect(stepped { optimizer, _ in optimizer.accumulation = 2 } == [3, 4])
      for decay: Float in [0.5, 0.75] {
        var average: WeightAverage<Parameters>?
        let numbers = stepped { optimizer, parameters in
          average = WeightAverage(of: parameters, .exponential(decay: decay))
          average!.updateCount = 1
          optimizer.add(average!)
        }
        #expect(numbers == [0, 0])
        #expect(average!.parameters["w"]!.value.scalars == [3 * decay, 4 * decay])
      }
      // Of each form one: plain, by value, by norm, summed (no update), with an average.
      #expect(count.both[1] == 4, "round \(round)")
    }
  }

  /// Clipping and averaging write over the old numbers and add a few steps to the one plan.
  @Test func theClassifierStaysSmall() {
    let model = Sequential(Linear(784, 50), Activation { relu($0) }, Linear(50, 10))
    let optimizer = Optimizer(SGD(learningRate: 0.1), for: model.parameters)
    let x = Tensor<Float>.uniform([64, 784], key: RandomKey(seed: 1))
    let labels = Tensor<Int32>((0..<64).map { $0 % 10 })
    evaluate(x)
    func plan() -> Plan {
      optimizer.plan(minimizing: softmaxCrossEntropy(model(x), labels: labels))
    }
    let plain = plan()
    optimizer.clipping = .globalNorm(1)
    let average = WeightAverage(of: model, .exponential(decay: 0.9))
    optimizer.add(average)
    let whole = plan()
    #expect(whole.outputs.filter { $0.donor != nil }.count == 8)
    // A sum of squares, an update and an average for each parameter, and the factor.
    #expect(whole.steps.count <= plain.steps.count + 4 * 3 + 1, "\(whole)")
    optimizer.remove(average)
    optimizer.clipping = nil
    #expect("\(plan())" == "\(plain)")
  }

  @Test func oneOptimizerChangesItsCourse() {
    let w = Parameter(value: [10])
    let traces = Traces()
    let optimizer = Optimizer(SGD(learningRate: 1), for: ["w": w])
    let step = optimizer.recorded { (x: Tensor<Float>) in
      traces.count += 1
      return (w.value * x).sum()
    }
    func now(_ x: Tensor<Float>) -> Float {
      step(x)
      return w.value.scalars[0]
    }
    for _ in 0..<3 {
      w.value = [10]
      optimizer.clipping = nil
      #expect(now([4]) == 6)
      optimizer.clipping = .value(1)
      #expect(now([4]) == 5)
      optimizer.clipping = .value(2)
      optimizer.learningRate = 0.5
      #expect(now([4]) == 4)
      optimizer.learningRate = 1
      optimizer.accumulation = 3
      #expect(now([1]) == 4 && now([2]) == 4 && optimizer.accumulated.count == 2)
      // Ends the round with three.
      optimizer.accumulation = 1
      #expect(now([3]) == 2 && optimizer.accumulated.count == 0)
      #expect(now([1]) == 1)
    }
    #expect(traces.count == 4)
    #expect(optimizer.stepCount == 15)
  }

  @Test func printsWhatStepsDo() {
    let w = Parameter(value: [4]), b = Parameter(value: [1])
    let optimizer = Optimizer(SGD(learningRate: 0.25), for: ["w": w, "b": b])
    let plain = "SGD(learningRate: 0.25, momentum: 0.0) after 0 steps, of 2 parameters, 2 numbers"
    #expect("\(optimizer)" == plain)
    optimizer.clipping = .globalNorm(2)
    optimizer.accumulation = 4
    optimizer.freeze(b)
    optimizer.add(WeightAverage(of: w, .equal))
    #expect(
      "\(optimizer)" == plain
        + ", clipped to a norm of 2.0, 4 losses a step, 1 parameter frozen, 1 average")
  }

  @Test(arguments: [false, true])
  func frozenPartsStayAsTheyAre(isRecorded: Bool) {
    let fresh = Sequential(Linear(4, 6), Tanh(), Linear(6, 3)).initialized(seed: 4)
    let optimizer = Optimizer(Adam(learningRate: 0.1), for: fresh.parameters)
    let x = Tensor<Float>.normal([5, 4], key: RandomKey(seed: 2))
    let labels: Tensor<Int32> = [0, 1, 2, 0, 1]
    let step = optimizer.recorded { (x: Tensor<Float>) in
      softmaxCrossEntropy(fresh(x), labels: labels)
    }
    func take() {
      if isRecorded {
        step(x)
      } else {
        optimizer.minimize(softmaxCrossEntropy(fresh(x), labels: labels))
      }
    }
    take()
    let base = Parameters(dictionaryLiteral: ("w", fresh.parameters["0.weight"]!))
    func numbers() -> [[Float]] {
      let weights = fresh.parameters.map { $0.parameter }
      return (weights + optimizer.state.flatMap { $0 }).map(\.value.scalars)
    }
    for _ in 0..<2 {
      optimizer.freeze(base)
      #expect(optimizer.frozen.paths == ["0.weight"])
      let before = numbers()
      take()
      take()
      let after = numbers()
      // The weight and its two moments.
      for place in before.indices {
        #expect((before[place] == after[place]) == [0, 4, 5].contains(place), "\(place)")
      }
      optimizer.thaw(base)
      take()
      #expect(optimizer.frozen.isEmpty && numbers()[0] != after[0])
    }
  }

  /// What is frozen costs no gradient.
  @Test func noGradientIsComputedForFrozenParameters() {
    let count = CountedRule.Count()
    let a = Parameter(value: [2]), b = Parameter(value: [3])
    let optimizer = Optimizer(CountedRule(count, learningRate: 1), for: ["a": a, "b": b])
    func loss() -> Tensor<Float> {
      let counted = withCustomGradient(
        of: { $0 * 1 }, at: a.value, rule: CountedGradient(count: count))
      return (counted * b.value).sum()
    }
    optimizer.freeze(a)
    optimizer.minimize(loss())
    #expect(count.both == [0, 1] && a.value.scalars == [2] && b.value.scalars == [1])
    optimizer.thaw(a)
    optimizer.minimize(loss())
    #expect(count.both == [1, 3] && a.value.scalars == [1] && b.value.scalars == [-1])
  }
}
