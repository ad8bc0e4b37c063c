// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pullback
import PullbackPlans
import Testing

/// Averages of weights, kept up in steps and between them.
struct WeightAverageTests {
  init() { Plan.verifiesByDefault = true }

  private typealias Net = Sequential<Tensor<Float>>
  private let x = Tensor<Float>.normal([5, 4], key: RandomKey(seed: 2))

  private func net() -> Net {
    Sequential(Linear(4, 6), Activation { tanh($0) }, Linear(6, 3)).initialized(seed: 1)
  }

  @Test("Updated in steps or after them: the same bits", arguments: [false, true], [false, true])
  func insideAndOutside(isRecorded: Bool, isEqual: Bool) {
    let kind: WeightAverage<Net>.Kind = isEqual ? .equal : .exponential(decay: 0.7)
    let first = net(), second = net()
    let inside = WeightAverage(of: first, kind), outside = WeightAverage(of: second, kind)
    let one = Optimizer(Adam(learningRate: 0.1), for: first.parameters)
    let other = Optimizer(Adam(learningRate: 0.1), for: second.parameters)
    one.add(inside)
    let step = one.recorded { (x: Tensor<Float>) in first(x).squared().mean() }
    for number in 0..<6 {
      if isRecorded { step(x) } else { one.minimize(first(x).squared().mean()) }
      other.minimize(second(x).squared().mean())
      outside.update()
      #expect(inside.numbers == outside.numbers, "\(number)")
      #expect(first.numbers == second.numbers)
      #expect(inside.updateCount == number + 1 && outside.updateCount == number + 1)
      if number == 0 { #expect(inside.numbers == first.numbers) }
    }
    one.remove(inside)
    one.minimize(first(x).squared().mean())
    #expect(inside.numbers == outside.numbers)
  }

  @Test func isCalledLikeTheModel() {
    let model = net(), average = WeightAverage(of: model, .equal)
    let optimizer = Optimizer(SGD(learningRate: 0.5), for: model.parameters)
    optimizer.add(average)
    var sum = [Float](repeating: 0, count: model.numbers.count)
    for _ in 0..<3 {
      optimizer.minimize(model(x).squared().mean())
      sum = zip(sum, model.numbers).map { $0 + $1 }
    }
    for (number, expected) in zip(average.numbers, sum) {
      #expect(abs(number - expected / 3) < 1e-6)
    }
    let other = net()
    other.parameters.assign(average)
    let expected = other(x).scalars
    #expect(average(x).scalars == expected)
    #expect(expected != model(x).scalars)
    let before = average.snapshot(), copy = average.copy()
    optimizer.minimize(model(x).squared().mean())
    #expect(before(x).scalars == expected && copy(x).scalars == expected)
    #expect(average(x).scalars != expected)
  }

  /// Parameters of another optimizer, frozen ones and untrained ones have averages too.
  @Test(arguments: [false, true])
  func ofParametersThatTheStepDoesNotTrain(isRecorded: Bool) {
    let own = Parameter(value: [4]), other = Parameter(value: [6]), frozen = Parameter(value: [5])
    let still = Parameter(value: [1]), unread = Parameter(value: [9])
    let model: Parameters = [
      "own": own, "other": other, "frozen": frozen, "still": still.marked(isTrained: false),
      "unread": unread,
    ]
    let average = WeightAverage(of: model, .exponential(decay: 0.5))
    let optimizer = Optimizer(
      SGD(learningRate: 1),
      for: ["own": own, "frozen": frozen, "unread": unread] as Parameters)
    optimizer.freeze(frozen)
    optimizer.add(average)
    @Sendable func loss(_ x: Tensor<Float>) -> Tensor<Float> {
      let ownAndOther = own.value * x + other.value * 0
      return (ownAndOther + frozen.value + still.value).sum()
    }
    let step = optimizer.recorded { loss($0) }
    func take(_ x: Tensor<Float>) {
      if isRecorded {
        step(x)
      } else {
        optimizer.minimize(loss(x))
      }
    }
    func numbers() -> [Float] { average.parameters.map { $0.parameter.value.scalars[0] } }
    take([1])
    #expect(numbers() == [3, 6, 5, 1, 9])
    (other.value, frozen.value, still.value, unread.value) = ([8], [1], [2], [5])
    take([1])
    #expect(numbers() == [2.5, 7, 3, 2, 7] && own.value.scalars == [2])
    take([2])
    #expect(numbers() == [1.25, 7.5, 2, 2, 6] && own.value.scalars == [0])
  }

  /// A loss that compares a model with its own average: the average is read as it was before.
  @Test(arguments: [false, true])
  func aTeacherOfItsModel(isRecorded: Bool) {
    let w = Parameter(value: [4])
    let model: Parameters = ["w": w]
    let average = WeightAverage(of: model, .exponential(decay: 0.5))
    average.updateCount = 1
    let optimizer = Optimizer(SGD(learningRate: 0.5), for: model)
    optimizer.add(average)
    let loss = { @Sendable (x: Tensor<Float>) in
      (w.value * x - average.withModel { _ in w.value }).sum()
    }
    let step = optimizer.recorded(loss)
    var (weight, mean): (Float, Float) = (4, 4)
    for number in 0..<4 {
      let got = isRecorded ? step([2]) : optimizer.minimize(loss([2]))
      #expect(got == 2 * weight - mean, "\(number)")
      weight -= 1
      mean = 0.5 * mean + 0.5 * weight
      #expect(w.value.scalars == [weight])
      #expect(average.parameters["w"]!.value.scalars == [mean])
    }
  }

  /// Steps of one structure whose losses read the average, or other numbers of its shape.
  @Test func whatALossReadsIsNotMistakenForTheAverage() {
    let w = Parameter(value: [4])
    let average = WeightAverage(of: ["w": w] as Parameters, .exponential(decay: 0.5))
    let optimizer = Optimizer(SGD(learningRate: 0), for: ["w": w])
    optimizer.add(average)
    let value = average.parameters["w"]!
    value.value = [7]
    average.updateCount = 1
    #expect(optimizer.minimize((w.value * value.value).sum()) == 28)
    #expect(value.value.scalars == [5.5])
    let other: Tensor<Float> = [100]
    #expect(optimizer.minimize((w.value * other).sum()) == 400)
    #expect(value.value.scalars == [4.75])
    #expect(optimizer.minimize((w.value * value.value).sum()) == 19)
  }

  @Test func goesOnFromWhatWasSaved() {
    func train(_ average: WeightAverage<Net>, _ model: Net, _ steps: Int) {
      let optimizer = Optimizer(SGD(learningRate: 0.2), for: model.parameters)
      optimizer.add(average)
      for _ in 0..<steps { optimizer.minimize(model(x).squared().mean()) }
    }
    let whole = net(), average = WeightAverage(of: whole, .equal)
    train(average, whole, 4)
    let first = net(), start = WeightAverage(of: first, .equal)
    train(start, first, 2)
    let second = net()
    second.parameters.assign(first)
    let end = WeightAverage(of: second, .equal)
    end.parameters.assign(start)
    end.updateCount = start.updateCount
    train(end, second, 2)
    #expect(end.numbers == average.numbers)
  }
}
