// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackPlans
import PullbackRuntime
import Testing

struct RecordedTests {
  struct Noisy: Layer {
    let hidden = Linear(12, 20), output = Linear(20, 3)
    var parameters: Parameters { ["hidden": hidden.parameters, "output": output.parameters] }
    func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> {
      output(Dropout(0.3)(relu(hidden(x))))
    }
  }

  private let x = Tensor<Float>.normal([24, 12], key: RandomKey(seed: 1))
  private let labels = Tensor<Int32>((0..<24).map { $0 % 3 })

  init() { Plan.verifiesByDefault = true }

  private func makeOptimizer(_ kind: String, _ model: Noisy) -> Optimizer<AnyRule> {
    switch kind {
    case "sgd": Optimizer(AnyRule(SGD(learningRate: 0.1, momentum: 0.9)), for: model.parameters)
    case "adam": Optimizer(AnyRule(Adam(learningRate: 0.01)), for: model.parameters)
    default: Optimizer(AnyRule(AdamW(learningRate: 0.01)), for: model.parameters)
    }
  }

  @Test(
    "A thousand steps with changing rates and masks: one recording, the bits of fresh graphs",
    arguments: ["sgd", "adam", "adamw"])
  func bitsAreThoseOfFreshGraphs(kind: String) {
    let fresh = Noisy().initialized(seed: 5), replayed = Noisy().initialized(seed: 5)
    let first = makeOptimizer(kind, fresh), second = makeOptimizer(kind, replayed)
    let traces = Counter()
    let step = second.recorded { (x: Tensor<Float>, labels: Tensor<Int32>, key: RandomKey) in
      traces.count += 1
      return Pass.training(key: key) { softmaxCrossEntropy(replayed(x), labels: labels) }
    }
    var losses = Set<Float>()
    for number in 0..<1000 {
      let key = RandomKey(seed: 3).folding(in: UInt64(number))
      let rate = 0.01 / Float(1 + number / 100)
      first.learningRate = rate
      second.learningRate = rate
      let loss = Pass.training(key: key) { softmaxCrossEntropy(fresh(x), labels: labels) }
      let expected = first.minimize(loss)
      let got = step(x, labels, key)
      #expect(got == expected, "step \(number)")
      losses.insert(got)
      if got != expected { break }
    }
    #expect(traces.count == 1)
    #expect(losses.count > 900)
    for path in fresh.parameters.paths {
      let one = fresh.parameters[path]!.value, other = replayed.parameters[path]!.value
      #expect(one.scalars == other.scalars, "\(path)")
    }
  }

  @Test func eachShapeIsRecordedOnce() {
    let traces = Counter()
    let sum = recorded { (x: Tensor<Float>) in
      traces.count += 1
      return (x * x).sum()
    }
    for count in [3, 4, 3, 4, 3] {
      #expect(Float(sum(.ones([count]))) == Float(count))
    }
    #expect(traces.count == 2)
  }

  @Test func parametersAreReadAnewAndOtherTensorsAreNot() {
    let w = Parameter(value: [2]), c: Tensor<Float> = [10]
    let scaled = recorded { (x: Tensor<Float>) in x * w.value + c }
    #expect(scaled([1]).scalars == [12])
    w.value = [3]
    #expect(scaled([1]).scalars == [13])
  }

  @Test func detachedParametersAreReadAnewToo() {
    let w = Parameter(value: [2]), other = Parameter(value: [5])
    let scaled = recorded { (x: Tensor<Float>) in x * w.value.detached() + w.value }
    #expect(scaled([1]).scalars == [4])
    w.value = [3]
    #expect(scaled([1]).scalars == [6])
    other.value = w.value
    let both = recorded { (x: Tensor<Float>) in x * w.value.detached() - other.value.detached() }
    #expect(both([1]).scalars == [0])
    other.value = [1]
    #expect(both([1]).scalars == [2])
  }

  @Test("Tensors from outside keep their numbers, read or not", arguments: [false, true])
  func tensorsFromOutside(reads: Bool) {
    let w = Parameter(value: [2])
    let scaled = w.value * 3, anchor = w.value, detached = w.value.detached()
    let behind = scaled.detached()
    if reads { _ = (scaled.scalars, anchor.scalars, detached.scalars, behind.scalars) }
    let sum = recorded { (x: Tensor<Float>) in
      [scaled, anchor, detached, behind].map { x * w.value + $0 }
    }
    #expect(sum([1]).map(\.scalars) == [[8], [4], [4], [8]])
    w.value = [5]
    #expect(sum([1]).map(\.scalars) == [[11], [7], [7], [11]])
  }

  @Test("A recorded step near the start", arguments: [false, true])
  func proximalStep(holds: Bool) {
    let w = Parameter(value: [4])
    let optimizer = Optimizer(SGD(learningRate: 0.25), for: ["w": w])
    let anchor = holds ? w.value : w.value.detached()
    let step = optimizer.recorded { (x: Tensor<Float>) in
      ((w.value - anchor).squared() + w.value * x).sum()
    }
    // w ← w - (2 (w - 4) + 1) / 4.
    #expect(step([1]) == 4 && w.value.scalars == [3.75])
    #expect(step([1]) == 3.8125 && w.value.scalars == [3.625])
    #expect(step([1]) == 3.765625 && w.value.scalars == [3.5625])
    #expect(anchor.scalars == [4])
  }

  @Test("A detached weight in a recorded step", arguments: [false, true])
  func stepWithADetachedWeight(holds: Bool) {
    let w = Parameter(value: [2]), still = Parameter(value: [3])
    let optimizer = Optimizer(SGD(learningRate: 0.25), for: ["w": w, "still": still])
    let step = optimizer.recorded { (x: Tensor<Float>) in
      (x * w.value.detached() * w.value + still.value.detached()).sum()
    }
    var held: [Tensor<Float>] = []
    var (number, losses): (Float, [Float]) = (2, [])
    for _ in 0..<4 {
      if holds { held.append(w.value) }
      losses.append(step([1]))
      // The derivative is that of the one factor.
      #expect(losses.last == number * number + 3)
      number -= 0.25 * number
      #expect(w.value.scalars == [number])
    }
    still.value = [0]
    #expect(step([1]) == number * number)
    #expect(held.map { Float($0.sum()) } == (holds ? [2, 1.5, 1.125, 0.84375] : []))
  }

  @Test func keysAreArguments() {
    let noise = recorded { (key: RandomKey) in
      [Tensor<Float>.normal([4], key: key), .normal([4], key: key.folding(in: "more"))]
    }
    for seed: UInt64 in [1, 2, 1] {
      let key = RandomKey(seed: seed)
      let drawn = noise(key)
      #expect(drawn[0].scalars == Tensor<Float>.normal([4], key: key).scalars)
      #expect(
        drawn[1].scalars == Tensor<Float>.normal([4], key: key.folding(in: "more")).scalars)
    }
  }

  @Test func whoHoldsOldWeightsKeepsThem() {
    let w = Parameter(value: [4])
    let optimizer = Optimizer(SGD(learningRate: 0.25), for: ["w": w])
    let step = optimizer.recorded { (x: Tensor<Float>) in (w.value * x).squared().sum() }
    let start = w.value
    #expect(step([1]) == 16)
    let second = w.value
    #expect(step([1]) == 4)
    #expect(start.scalars == [4] && second.scalars == [2] && w.value.scalars == [1])
  }

  @Test func literalsOfAnyRankCanStandInside() {
    let scaled = recorded { (x: Tensor<Float>) in x * [[1, 2], [3, 4]] }
    #expect(scaled([[1, 1], [2, 2]]).scalars == [1, 2, 6, 8])
    let w = Parameter(value: [2, 3])
    let step = Optimizer(SGD(learningRate: 0.5), for: ["w": w]).recorded { (x: Tensor<Float>) in
      meanSquaredError(x * w.value, [[1, 0]], reduction: .sum)
    }
    #expect(step([[1, 1]]) == 10)
    #expect(w.value.scalars == [1, 0])
  }

  @Test func aRecordedFunctionCanStandInAnother() {
    let inner = recorded { (x: Tensor<Float>) in x * x }
    let outer = recorded { (x: Tensor<Float>) in [inner(x) + 1, inner(x + 1)] }
    #expect(outer([2, 3]).map(\.scalars) == [[5, 10], [9, 16]])
  }

  @Test func aPassFromOutsideIsAMistake() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let dropped = recorded { (x: Tensor<Float>) in Dropout(0.5)(x) }
      Pass.training(key: RandomKey(seed: 1)) { _ = dropped([1, 2]) }
    }
    #expect(
      standardError(of: result).contains(
        "recorded: a layer draws random numbers with a key from outside the recorded function. "
          + "Fix: make the key an argument and open Pass.training(key:) inside."))
  }

  /// Its layers would be trained, or not, at all replays.
  @Test func aTrainingPassFromOutsideIsAMistake() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let norm = BatchNorm(1).initialized(seed: 1)
      let normed = recorded { (x: Tensor<Float>) in norm(x) }
      Pass.training(key: RandomKey(seed: 1)) { _ = normed([[1], [3]]) }
    }
    #expect(
      standardError(of: result).contains(
        "recorded: a layer is in a training pass from outside the recorded function. "
          + "Fix: open Pass.training(key:) inside."))
  }

  @Test func readingNumbersInsideIsAMistake() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let bad = recorded { (x: Tensor<Float>) in x * Float(x.sum()) }
      _ = bad([1, 2])
    }
    #expect(
      standardError(of: result).contains(
        "recorded: numbers are read inside the recorded function. Fix: return the tensor and "
          + "read it outside."))
  }
}

/// Counts on one thread at a time.
private final class Counter: @unchecked Sendable {
  var count = 0
}
