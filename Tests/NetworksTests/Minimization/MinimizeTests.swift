// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackPlans
import Testing

struct MinimizeTests {
  init() { Plan.verifiesByDefault = true }

  /// Rosenbrock's valley in any number of dimensions, smallest at [1, 1, ...].
  private func valley(_ x: Tensor<Float>) -> Tensor<Float> {
    let count = x.shape[0], a = x[0..<count - 1], b = x[1..<count]
    return (100 * (b - a.squared()).squared() + (1 - a).squared()).sum()
  }

  @Test(arguments: [2, 10]) func rosenbrock(count: Int) {
    let start = (0..<count).map { $0 % 2 == 0 ? Float(-1.2) : 1 }
    let point = Parameter(value: Tensor(start))
    let minimum = minimize(point, gradientTolerance: 1e-4) { valley(point.value) }
    #expect(point.value.isClose(to: .ones([count]), absoluteTolerance: 1e-3))
    #expect(minimum.reason == .gradientIsSmall && minimum.gradientNorm <= 1e-4)
    // SciPy's L-BFGS-B takes 37 iterations and 45 evaluations in two dimensions.
    #expect(minimum.iterations < 80 && minimum.evaluations < 110, "\(minimum)")
  }

  /// As many distinct curvatures as dimensions, where exact line searches need as many iterations.
  @Test(arguments: [1, 4, 8]) func quadratic(count: Int) {
    let curvatures = Tensor((0..<count).map { Float(1 + $0) })
    let goal = Tensor<Float>.normal([count], key: RandomKey(seed: 4))
    let point = Parameter(value: .zeros([count]))
    let minimum = minimize(point) { (curvatures * (point.value - goal).squared()).sum() }
    #expect(minimum.reason == .gradientIsSmall)
    #expect(minimum.iterations <= 3 * count, "\(minimum)")
    #expect(point.value.isClose(to: goal, absoluteTolerance: 1e-5))
  }

  @Test func theStartIsTheMinimum() {
    let point = Parameter(value: [2, 3])
    let minimum = minimize(point) { (point.value - Tensor([2, 3])).squared().sum() + 1 }
    #expect(
      "\(minimum)"
        == "loss 1.0 after 0 iterations and 1 evaluation: the gradient is within its tolerance")
    #expect(point.value.scalars == [2, 3] && minimum.gradientNorm == 0)
  }

  @Test(arguments: [-1, 0] as [Float]) func aStartThatIsNotFinite(start: Float) {
    let point = Parameter(value: Tensor([start, 2]))
    let minimum = minimize(point) { (point.value - log(point.value)).sum() }
    #expect(minimum.reason == .startIsNotFinite && minimum.iterations == 0)
    #expect(!minimum.loss.isFinite && point.value.scalars == [start, 2])
  }

  @Test func aGradientThatIsNotFinite() {
    let point = Parameter(value: [0, 2])
    let minimum = minimize(point) { sqrt(point.value).sum() }
    #expect(minimum.reason == .startIsNotFinite && point.value.scalars == [0, 2])
    #expect(minimum.loss.isFinite && !minimum.gradientNorm.isFinite)
  }

  @Test("A loss that is not finite on the way", arguments: [0.001, 0.5, 30, 1e6] as [Float])
  func bordersAreFound(start: Float) {
    let point = Parameter(value: Tensor([start, 2]))
    let minimum = minimize(point, iterations: 200) { (point.value - log(point.value)).sum() }
    #expect(minimum.reason == .gradientIsSmall, "\(minimum)")
    #expect(point.value.isClose(to: [1, 1], absoluteTolerance: 1e-4))
  }

  /// Steps of nearly no and of enormous size, gradients whose squares vanish or overflow.
  @Test(arguments: [1e-12, 1e-3, 1e3, 1e12] as [Float]) func scales(factor: Float) {
    let point = Parameter(value: [3, -1])
    let minimum = minimize(point, gradientTolerance: 1e-6 * factor) {
      factor * (point.value.squared() * [1, 5]).sum()
    }
    #expect(minimum.reason == .gradientIsSmall, "\(minimum)")
    #expect(point.value.isClose(to: [0, 0], absoluteTolerance: 1e-5))
  }

  @Test(arguments: [0, 1, 5]) func iterationsAreLimited(most: Int) {
    let point = Parameter(value: [-1.2, 1])
    let start = Float(valley(point.value))
    let minimum = minimize(point, iterations: most) { valley(point.value) }
    #expect(minimum.reason == .iterationsUsedUp && minimum.iterations == most)
    #expect(most == 0 ? minimum.loss == start : minimum.loss < start)
    #expect(minimum.loss == Float(valley(point.value)))
  }

  @Test func theLossMayBeGoodEnough() {
    let point = Parameter(value: [-1.2, 1])
    let minimum = minimize(point, lossTolerance: 0.1) { valley(point.value) + 100 }
    #expect(minimum.reason == .lossStays && minimum.iterations < 10, "\(minimum)")
  }

  @Test func lossesWithoutAMinimum() {
    let point = Parameter(value: [1, -2])
    for _ in 0..<2 {
      let minimum = minimize(point) { point.value.sum() }
      #expect(minimum.loss < -1e6 && minimum.loss.isFinite)
      #expect(point.value.scalars.allSatisfy { $0.isFinite })
    }
  }

  /// At a kink no gradient is small.
  @Test func kinks() {
    let point = Parameter(value: [3, -5])
    let minimum = minimize(point) { (abs(point.value) * [1, 3]).sum() }
    #expect(minimum.loss < 1, "\(minimum)")
    #expect(minimum.loss == Float((abs(point.value) * [1, 3]).sum()))
  }

  @Test("The loss never ends larger", arguments: 0..<12)
  func neverWorse(seed: Int) {
    let model = Sequential(Linear(3, 5), Tanh(), Linear(5, 2)).initialized(seed: UInt64(seed))
    let x = Tensor<Float>.normal([20, 3], key: RandomKey(seed: 1))
    let target = tanh(x • Tensor<Float>.normal([3, 2], key: RandomKey(seed: UInt64(seed))))
    // Far out most units are saturated, and a loss of 1000 hides small changes in its rounding.
    for parameter in model.parameters.map(\.parameter) {
      parameter.value = parameter.value * Float(1 + seed % 4 * 5)
    }
    let offset: Float = seed % 3 == 0 ? 1000 : 0
    let loss = { meanSquaredError(model(x), target) + offset }
    var last = Float(loss())
    for iterations in [1, 3, 50] {
      let minimum = minimize(model, iterations: iterations, gradientTolerance: 0, loss)
      #expect(minimum.loss <= last)
      #expect(minimum.loss == Float(loss()))
      last = minimum.loss
    }
  }

  @Test func onlyWhatIsTrainedChanges() {
    let weight = Parameter(value: [[1, 2], [3, 4]]), scalar = Parameter(value: Tensor(5))
    let still = Parameter(value: [7]), empty = Parameter(value: .zeros([0, 3]))
    let unread = Parameter(value: [9])
    let tree: Parameters = [
      "weight": weight, "scalar": scalar, "again": weight, "empty": empty, "unread": unread,
      "still": still.marked(isTrained: false),
    ]
    let minimum = minimize(tree) {
      (weight.value - still.value).squared().sum() + (scalar.value - 1).squared()
        + empty.value.sum()
    }
    #expect(minimum.reason == .gradientIsSmall)
    #expect(weight.value.isClose(to: .full([2, 2], 7), absoluteTolerance: 1e-4))
    #expect(abs(Float(scalar.value) - 1) < 1e-4)
    #expect(still.value.scalars == [7] && unread.value.scalars == [9])
  }

  /// What is not differentiated through follows the parameters all the same.
  @Test func detachedValuesFollow() {
    let w = Parameter(value: [4])
    minimize(w, iterations: 20) { (w.value * (w.value - 1).detached()).sum() }
    // Its gradient is w - 1 as it is now, and vanishes at 1.
    #expect(abs(w.value.scalars[0] - 1) < 1e-3)
  }

  @Test func theLossIsWrittenDownOnce() {
    let count = CountedRule.Count(), point = Parameter(value: [-1.2, 1])
    var calls = 0
    minimize(point) {
      calls += 1
      return withCustomGradient(
        of: { $0 * 1 }, at: valley(point.value), rule: CountedGradient(count: count))
    }
    #expect(calls == 1 && count.both == [1, 0])
  }

  @Test func aCopyIsMinimizedByItself() {
    let model = Linear(2, 1).initialized(seed: 3), before = model.snapshot()
    let copy = model.copy(), x: Tensor<Float> = [[1, 2], [0, 1], [3, 1]]
    let minimum = minimize(copy) { copy(x).squared().sum() }
    #expect(minimum.loss < 1e-6)
    #expect(model.weight.value.scalars == before.parameters["weight"]!.value.scalars)
    #expect(Float(model(x).squared().sum()) > 1e-3)
    // Inside the copy, the model is the copy.
    let other = model.copy()
    let inner = other.withModel { model in minimize(model) { (model(x) - 1).squared().sum() } }
    #expect(inner.reason == .gradientIsSmall || inner.reason == .lossStays)
    #expect(Float((other(x) - 1).squared().sum()) < 1e-6)
    #expect(model.weight.value.scalars == before.parameters["weight"]!.value.scalars)
  }
  private static let wrong: [(call: @Sendable () -> Any, message: String)] = {
    let w = Parameter(value: [1, 2])
    let loss = { @Sendable in w.value.squared().sum() }
    return [
      ({ minimize(w, iterations: -1, loss) }, "-1 iterations. Fix: use 0 or more."),
      ({ minimize(w, history: 0, loss) }, "a history of 0. Fix: use 1 or more."),
      (
        { minimize(w, gradientTolerance: .nan, loss) },
        "a tolerance of nan. Fix: use 0 or more."
      ),
      (
        {
          let outside = w.value
          return minimize(w) { outside.squared().sum() }
        },
        "depends on none of the parameters. Fix: read the model inside the function."
      ),
      ({ minimize(Parameters(), loss) }, "depends on none of the parameters"),
      ({ minimize(w) { w.value } }, "[2]"),
      ({ minimize(w) { Tensor(Float(w.value.sum())) } }, "numbers are read inside"),
      (
        { recorded { (x: Tensor<Float>) in x * minimize(w, loss).loss }(Tensor([1])) },
        "numbers are read inside"
      ),
      ({ minimize(w.snapshot()) { loss() } }, "belongs to a snapshot, which does not change"),
    ]
  }()

  @Test(arguments: wrong.indices) func wrongCallsStop(number: Int) async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { [number = number as Int] in
      print(MinimizeTests.wrong[number].call())
    }
    let said = standardError(of: result)
    #expect(said.contains(Self.wrong[number].message), "\(said)")
  }
}
