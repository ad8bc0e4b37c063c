// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackPlans
import PullbackRuntime
import Testing

/// What batch normalization keeps beside what is trained: whoever takes a step writes
/// it, nobody else.
struct BatchNormTests {
  init() { Plan.verifiesByDefault = true }

  private struct Net: Layer {
    let first = Linear(3, 4), norm = BatchNorm(4), second = Linear(4, 1)
    var parameters: Parameters { ["first": first, "norm": norm, "second": second] }
    func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { second(relu(norm(first(x)))) }

    func loss(_ x: Tensor<Float>, _ key: RandomKey) -> Tensor<Float> {
      Pass.training(key: key) { self(x) }.squared().mean()
    }

    var numbers: [[Float]] { parameters.map { $0.parameter.value.scalars } }
  }

  private let key = RandomKey(seed: 9)

  private func batch(_ number: UInt64, _ shape: Shape = [6, 3]) -> Tensor<Float> {
    .normal(shape, mean: 1, standardDeviation: 2, key: RandomKey(seed: number))
  }

  /// Mean and variance of each column, one number after the other, the variance as of a sample.
  private func statistics(_ x: Tensor<Float>) -> (mean: [Double], variance: [Double]) {
    let c = x.shape.last!, numbers = x.scalars.map { Double($0) }, n = numbers.count / c
    let mean = (0..<c).map { c0 in (0..<n).reduce(0) { $0 + numbers[$1 * c + c0] } / Double(n) }
    let variance = (0..<c).map { c0 in
      (0..<n).reduce(0) { sum, row in
        let d = numbers[row * c + c0] - mean[c0]
        return sum + d * d
      } / Double(n - 1)
    }
    return (mean, variance)
  }

  private func isNear(_ x: Tensor<Float>, _ y: [Double]) -> Bool {
    zip(x.scalars, y).allSatisfy { abs(Double($0) - $1) < 1e-5 * (1 + abs($1)) }
  }

  @Test(arguments: [[6, 4], [2, 3, 4], [2, 2, 3, 4]] as [Shape])
  func aStepWritesRunningStatistics(shape: Shape) {
    let norm = BatchNorm(4, momentum: 0.25), w = Parameter(value: [1, 2, 3, 4])
    let tree: Parameters = ["norm": norm, "w": w]
    let optimizer = Optimizer(SGD(learningRate: 0), for: tree)
    #expect(optimizer.parameters.paths == ["norm.scale", "norm.bias", "w"])
    var mean = [Double](repeating: 0, count: 4), variance = [Double](repeating: 1, count: 4)
    for number in 1...3 as ClosedRange<UInt64> {
      let x = batch(number, shape)
      let y = Pass.training(key: key) { norm(x) }
      // Reading writes nothing.
      _ = y.scalars
      #expect(isNear(norm.mean.value, mean) && isNear(norm.variance.value, variance))
      optimizer.minimize((y * w.value).sum())
      let (m, v) = statistics(x)
      mean = zip(mean, m).map { 0.75 * $0 + 0.25 * $1 }
      variance = zip(variance, v).map { 0.75 * $0 + 0.25 * $1 }
      #expect(isNear(norm.mean.value, mean) && isNear(norm.variance.value, variance))
    }
    // Inference normalizes by what has been kept.
    let x = batch(7, shape)
    let expected = batchNormalized(x, mean: norm.mean.value, variance: norm.variance.value)
    #expect(norm(x).isClose(to: expected, absoluteTolerance: 1e-5))
  }

  @Test func recordedStepsHaveTheBitsOfFreshOnes() {
    let fresh = Net().initialized(seed: 3), replayed = Net().initialized(seed: 3)
    let both = [fresh, replayed].map { Optimizer(Adam(learningRate: 0.1), for: $0.parameters) }
    let step = both[1].recorded { (x: Tensor<Float>, key: RandomKey) in replayed.loss(x, key) }
    for number in 1...5 as ClosedRange<UInt64> {
      let x = batch(number, [number == 4 ? 9 : 6, 3])
      let loss = both[0].minimize(fresh.loss(x, key))
      #expect(step(x, key) == loss)
      #expect(fresh.numbers == replayed.numbers)
    }
    #expect(fresh.norm.mean.value.scalars.allSatisfy { $0 != 0 })
  }

  /// Two models of one structure share what is written down, and not what it writes.
  @Test func modelsOfOneStructureKeepTheirOwn() {
    let models = [Net().initialized(seed: 3), Net().initialized(seed: 3)]
    let optimizers = models.map { Optimizer(SGD(learningRate: 0.1), for: $0.parameters) }
    optimizers[0].minimize(models[0].loss(batch(1), key))
    let once = models[0].numbers
    #expect(models[1].norm.mean.value.scalars == [0, 0, 0, 0])
    optimizers[1].minimize(models[1].loss(batch(1), key))
    #expect(models[1].numbers == once && models[0].numbers == once)
  }

  /// The base's numbers are its own, whoever trains what stands on it.
  @Test func anOptimizerOfTheHeadWritesTheBasesStatistics() {
    let bases = [BatchNorm(3), BatchNorm(3)].map { $0.initialized(seed: 1) }
    let head = Linear(3, 1).initialized(seed: 2)
    let optimizer = Optimizer(SGD(learningRate: 0.1), for: head.parameters)
    for (number, base) in bases.enumerated() {
      let x = batch(UInt64(number))
      optimizer.minimize(Pass.training(key: key) { head(base(x)) }.squared().sum())
      #expect(isNear(base.mean.value, statistics(x).mean.map { 0.1 * $0 }))
    }
    let kept = bases[0].mean.value.scalars
    #expect(isNear(bases[0].mean.value, statistics(batch(0)).mean.map { 0.1 * $0 }))
    let step = optimizer.recorded { (x: Tensor<Float>, key: RandomKey) in
      Pass.training(key: key) { head(bases[1](x)) }.squared().sum()
    }
    _ = step(batch(5), key)
    #expect(bases[0].mean.value.scalars == kept)
    let before = statistics(batch(1)).mean, new = statistics(batch(5)).mean
    #expect(isNear(bases[1].mean.value, zip(before, new).map { 0.09 * $0 + 0.1 * $1 }))
  }

  /// As if one call came after the other, fresh and recorded.
  @Test func aLayerThatIsCalledTwiceKeepsBoth() {
    let x = batch(1), other = batch(2)
    func mean(isRecorded: Bool) -> [Float] {
      let norm = BatchNorm(3)
      let optimizer = Optimizer(SGD(learningRate: 0.1), for: norm.parameters)
      @Sendable func loss(_ x: Tensor<Float>, _ y: Tensor<Float>, _ key: RandomKey) -> Tensor<Float>
      {
        Pass.training(key: key) { (norm(x) * norm(y).sum()).sum() }
      }
      if isRecorded {
        let step = optimizer.recorded { (x: Tensor<Float>, y: Tensor<Float>, key: RandomKey) in
          loss(x, y, key)
        }
        step(x, other, key)
      } else {
        optimizer.minimize(loss(x, other, key))
      }
      return norm.mean.value.scalars
    }
    let fresh = mean(isRecorded: false)
    let expected = zip(statistics(x).mean, statistics(other).mean).map { 0.09 * $0 + 0.1 * $1 }
    #expect(isNear(Tensor(fresh), expected))
    #expect(mean(isRecorded: true) == fresh)
  }

  @Test func everyLossOfARoundCounts() {
    let norm = BatchNorm(3), optimizer = Optimizer(SGD(learningRate: 0.1), for: norm.parameters)
    optimizer.accumulation = 2
    var expected = [Double](repeating: 0, count: 3)
    for number in 1...4 as ClosedRange<UInt64> {
      let x = batch(number)
      optimizer.minimize(Pass.training(key: key) { norm(x) * x }.sum())
      expected = zip(expected, statistics(x).mean).map { 0.9 * $0 + 0.1 * $1 }
      #expect(isNear(norm.mean.value, expected))
    }
    #expect(optimizer.stepCount == 2)
  }

  @Test func gradientsThatAreAppliedBringThem() {
    let model = Net().initialized(seed: 3), x = batch(1)
    let optimizer = Optimizer(SGD(learningRate: 0.1), for: model.parameters)
    let loss = model.loss(x, key), trained = optimizer.parameters.distinct
    let gradients = gradient(of: loss, withRespectTo: trained.map(\.value))
    let mean = statistics(model.first(x)).mean
    optimizer.apply(gradients: gradients)
    #expect(isNear(model.norm.mean.value, mean.map { 0.1 * $0 }))
  }

  @Test func snapshotsCopiesAndAveragesHaveTheirOwn() {
    let model = Net().initialized(seed: 3)
    let optimizer = Optimizer(SGD(learningRate: 0.1), for: model.parameters)
    let average = WeightAverage(of: model, .exponential(decay: 0.5))
    optimizer.add(average)
    let before = model.snapshot(), copy = model.copy()
    optimizer.minimize(model.loss(batch(1), key))
    let mean = model.norm.mean.value.scalars
    #expect(before.parameters["norm.mean"]!.value.scalars == [0, 0, 0, 0])
    #expect(copy.parameters["norm.mean"]!.value.scalars == [0, 0, 0, 0])
    #expect(average.parameters["norm.mean"]!.value.scalars == mean)
    // The copy's step writes the copy's, and a loss through a snapshot none.
    let own = Optimizer(SGD(learningRate: 0.1), for: copy.parameters)
    let x = batch(1), key = key
    own.minimize(Pass.training(key: key) { copy(x) }.squared().mean())
    #expect(copy.parameters["norm.mean"]!.value.scalars == mean)
    let taught = Pass.training(key: key) { before(x) * model(x) }.sum()
    optimizer.minimize(taught)
    #expect(before.parameters["norm.mean"]!.value.scalars == [0, 0, 0, 0])
    #expect(model.norm.mean.value.scalars != mean)
  }

  /// Numbers of a training pass are computed without what only a step needs.
  @Test func readingComputesNoStatisticsToKeep() {
    let norm = BatchNorm(4).initialized(seed: 1), x = batch(1, [6, 4])
    evaluate(x)
    let scale = norm.scale!.value, bias = norm.bias!.value
    let plan = Plan(evaluating: Pass.training(key: key) { norm(x) })
    #expect("\(plan)" == "\(Plan(evaluating: batchNormalized(x, scale: scale, bias: bias)))")
  }

  @Test func eachExampleAlonePassesThrough() {
    let norm = BatchNorm(3).initialized(seed: 1)
    let x = batch(1, [2, 5, 3])
    let y = batched(over: x) { part in Pass.training(key: key) { norm(part) } }
    let parts = (0..<2).map { part in Pass.training(key: key) { norm(x[part]) } }
    #expect(y.isClose(to: Tensor.stacked(parts)))
  }

  @Test func whatIsTrainedIsNotRenewed() async {
    await #expect(processExitsWith: .failure) {
      let w = Parameter(value: [1])
      let loss = (w.value * 2).renewing(w, to: w.value + 1).sum()
      Optimizer(SGD(learningRate: 0.1), for: ["w": w]).minimize(loss)
    }
  }
}

extension BatchNormTests {
  /// Behind what is detached nothing is renewed, whether it was read or not; what is kept beside
  /// the loss is renewed with it.
  @Test(arguments: [false, true], [false, true])
  func whatIsDetachedIsNotRenewed(isRecorded: Bool, isRead: Bool) {
    let norm = BatchNorm(1).initialized(seed: 1), w = Parameter(value: [1])
    let x: Tensor<Float> = [[1], [3]], key = RandomKey(seed: 1)
    let optimizer = Optimizer(SGD(learningRate: 0.1), for: ["w": w, "norm": norm])
    if isRecorded {
      let step = optimizer.recorded { (x: Tensor<Float>, key: RandomKey) in
        Pass.training(key: key) { (norm(x).detached() * w.value).squared().sum() }
      }
      step(x, key)
    } else {
      let y = Pass.training(key: key) { norm(x).detached() }
      if isRead { _ = y.scalars }
      optimizer.minimize((y * w.value).squared().sum())
    }
    #expect(norm.mean.value.scalars == [0] && norm.variance.value.scalars == [1])
  }

  @Test(arguments: [false, true])
  func whatIsKeptIsRenewed(isRecorded: Bool) {
    let norm = BatchNorm(1).initialized(seed: 1), w = Parameter(value: [1])
    let x: Tensor<Float> = [[1], [3]], key = RandomKey(seed: 1)
    let optimizer = Optimizer(SGD(learningRate: 0.1), for: ["w": w, "norm": norm])
    if isRecorded {
      let step = optimizer.recorded { (x: Tensor<Float>, key: RandomKey) in
        (w.value.sum(), Pass.training(key: key) { norm(x) })
      }
      _ = step(x, key)
    } else {
      optimizer.minimize(w.value.sum(), keeping: Pass.training(key: key) { norm(x) })
    }
    #expect(norm.mean.value.scalars == [0.2])
  }
}
