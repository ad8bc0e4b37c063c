// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackPlans
import PullbackRuntime
import Testing

/// What recorded steps take beside tensors and give beside the loss: as fresh steps of the same.
struct RecordedStepTests {
  init() { Plan.verifiesByDefault = true }

  private struct Net: Layer {
    let hidden = Linear(4, 6), output = Linear(6, 3)
    var parameters: Parameters { ["hidden": hidden.parameters, "output": output.parameters] }
    func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { output(tanh(hidden(x))) }

    var numbers: [[Float]] { parameters.map { $0.parameter.value.scalars } }

    /// Cross-entropy with a pull to 0, and what was computed on the way.
    func loss(
      _ x: Tensor<Float>, _ labels: Tensor<Int32>, _ pull: Tensor<Float>, doubled: Bool = false
    ) -> (Tensor<Float>, logits: Tensor<Float>, hits: Tensor<Float>) {
      let logits = self(x)
      let size = hidden.weight.value.squared().sum()
      let loss = softmaxCrossEntropy(logits, labels: labels) + pull * size
      let hits = Tensor<Float>(logits.argmax(along: 1) .== labels).mean()
      return (doubled ? loss * 2 : loss, logits, hits)
    }
  }

  private let x = Tensor<Float>.normal([5, 4], key: RandomKey(seed: 1))
  private let labels: Tensor<Int32> = [0, 1, 2, 0, 1]

  private func optimizers(_ first: Net, _ second: Net) -> [Optimizer<Adam>] {
    [first, second].map { Optimizer(Adam(learningRate: 0.05), for: $0.parameters) }
  }

  @Test func givesWhatWasAskedForAsAFreshStep() {
    let fresh = Net().initialized(seed: 3), replayed = Net().initialized(seed: 3)
    let both = optimizers(fresh, replayed)
    let step = both[1].recorded {
      (x: Tensor<Float>, labels: Tensor<Int32>) in replayed.loss(x, labels, 0.25)
    }
    var kept: [(Tensor<Float>, [Float])] = []
    for _ in 0..<6 {
      let (loss, logits, hits) = fresh.loss(x, labels, 0.25)
      let number = both[0].minimize(loss, keeping: logits, hits)
      let (gotLoss, gotLogits, gotHits) = step(x, labels)
      #expect(gotLoss == number)
      #expect(gotLogits.scalars == logits.scalars)
      #expect(gotLogits.shape == [5, 3])
      #expect(gotHits.scalars == hits.scalars)
      #expect(replayed.numbers == fresh.numbers)
      kept.append((gotLogits, logits.scalars))
    }
    // Each step's own, still there.
    for (tensor, numbers) in kept { #expect(tensor.scalars == numbers) }
    #expect(Set(kept.map(\.1)).count == 6)
  }

  @Test func givesOneThreeAndLists() {
    let w = Parameter(value: [4])
    let optimizer = Optimizer(SGD(learningRate: 0.25), for: ["w": w])
    let one = optimizer.recorded { (x: Tensor<Float>) in
      let y = w.value * x
      return (y.squared().sum(), [y, y + 1])
    }
    let (loss, list) = one([1])
    #expect(loss == 16 && list.map(\.scalars) == [[4], [5]])
    #expect(w.value.scalars == [2])
    let three = optimizer.recorded { (x: Tensor<Float>) in
      let y = w.value * x
      return (y.squared().sum(), y, [y * 2, y * 3], Tensor<Int32>(y))
    }
    let all = three([1])
    #expect(all.loss == 4 && all.1.scalars == [2] && all.3.scalars == [2])
    #expect(all.2.map(\.scalars) == [[4], [6]])
    #expect(w.value.scalars == [1])
    // None is a number of things as well.
    let none = optimizer.recorded { (x: Tensor<Float>) in
      ((w.value * x).squared().sum(), [Tensor<Float>]())
    }
    #expect(none([1]).kept.isEmpty && w.value.scalars == [0.5])
  }

  /// The loss itself, a parameter, an argument, a number from outside, and the same thing twice.
  @Test func givesWhatNoStepComputes() {
    let w = Parameter(value: [4, 8])
    let constant: Tensor<Float> = [7]
    let optimizer = Optimizer(SGD(learningRate: 0.25), for: ["w": w])
    let step = optimizer.recorded { (x: Tensor<Float>) in
      let loss = (w.value * x).sum()
      return (loss, [loss, w.value, x, constant, loss], w.value)
    }
    var seen: [[Tensor<Float>]] = []
    for (number, expected) in [[Float(4), 8], [3.75, 8.5], [3.5, 9]].enumerated() {
      let (loss, kept, start) = step([1, -2])
      let sum = expected[0] - 2 * expected[1]
      #expect(loss == sum)
      #expect(kept.map(\.scalars) == [[sum], expected, [1, -2], [7], [sum]], "step \(number)")
      #expect(start.scalars == expected)
      seen.append(kept + [start])
    }
    #expect(seen[0].map(\.scalars) == [[-12], [4, 8], [1, -2], [7], [-12], [4, 8]])
    #expect(w.value.scalars == [3.25, 9.5])
  }

  @Test func numbersAndChoicesSelectAndFillARecording() {
    let fresh = Net().initialized(seed: 3), replayed = Net().initialized(seed: 3)
    let both = optimizers(fresh, replayed)
    let traces = Traces()
    let step = both[1].recorded {
      (
        x: Tensor<Float>, labels: Tensor<Int32>, pull: Tensor<Float>, isDoubled: Bool, times: Int
      ) in
      traces.count += 1
      return replayed.loss(x, labels, pull * Float(times), doubled: isDoubled).0
    }
    for number in 0..<24 {
      let pull: Float = [0, 1, 0.5, -1, 2, 0.1, 0.037, 1e-30][number % 8]
      let isDoubled = number % 2 == 1, times = number % 3
      let loss = fresh.loss(x, labels, Tensor(pull) * Float(times), doubled: isDoubled).0
      let expected = both[0].minimize(loss)
      let got =
        number < 12
        ? step(x, labels, pull, isDoubled, times)
        : step(x, labels, Tensor(pull), isDoubled, times)
      #expect(got == expected, "step \(number)")
      #expect(replayed.numbers == fresh.numbers, "step \(number)")
    }
    #expect(traces.count == 6)
  }

  /// Counted in a process of its own: other tests plan at the same time.
  @Test func numbersMakeNoPlan() async {
    await #expect(processExitsWith: .success) {
      let w = Parameter(value: [1, 2])
      let optimizer = Optimizer(SGD(learningRate: 0.1), for: ["w": w])
      let average = WeightAverage(of: ["w": w] as Parameters, .exponential(decay: 0.5))
      optimizer.clipping = .globalNorm(1)
      optimizer.add(average)
      let step = optimizer.recorded { (x: Tensor<Float>, pull: Tensor<Float>) in
        let y = w.value * x
        return (y.sum() + pull * w.value.squared().sum(), y)
      }
      let x: Tensor<Float> = [3, 4]
      step(x, 0.3)
      let before = PlanCache.shared.misses
      for number in 0..<20 {
        optimizer.clipping = .globalNorm(Float(1 + number))
        optimizer.learningRate *= 0.9
        let pull = Float(number) / 4
        step(x, pull)
        step(x, 1)
        step(x, 0)
      }
      let made = PlanCache.shared.misses - before
      if made != 0 { fatalError("\(made) plans") }
    }
  }

  @Test func nothingNeedsToBeGiven() {
    let w = Parameter(value: [4])
    let optimizer = Optimizer(SGD(learningRate: 0.25), for: ["w": w])
    let step = optimizer.recorded { (w.value.squared().sum(), w.value) }
    let (loss, kept) = step()
    #expect(loss == 16 && kept.scalars == [4])
    let plain = optimizer.recorded { w.value.squared().sum() }
    #expect(plain() == 4 && w.value.scalars == [1])
    let twice = recorded { w.value * 2 }
    #expect(twice().scalars == [2])
  }

  /// Each way of writing a number at the call.
  @Test func numbersOfAnyKindAreGiven() {
    let w = Parameter(value: [1])
    let optimizer = Optimizer(SGD(learningRate: 1), for: ["w": w])
    let traces = Traces()
    let step = optimizer.recorded { (x: Tensor<Float>, rate: Tensor<Float>) in
      traces.count += 1
      return (w.value * x * rate).sum()
    }
    let float: Float = 0.5, double = 0.25, tensor: Tensor<Float> = [1]
    #expect(step(tensor, 0.5) == 0.5)
    #expect(step(tensor, float) == 0.25)
    #expect(step(tensor, double) == 0)
    #expect(step(tensor, 1) == -0.25)
    #expect(step(tensor, -2 * double) == 0.625)
    #expect(traces.count == 1)
    // A tensor with numbers of its own is a tensor, of shape [] too.
    #expect(step(tensor, tensor.sum()) == -0.75)
    #expect(traces.count == 2)
  }
}
