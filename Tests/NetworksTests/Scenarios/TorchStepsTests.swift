// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

/// Clipping, sums of gradients and averages, with losses and with given gradients: the numbers of
/// PyTorch, and the same bits fresh and recorded. See Scripts/fixtures/stepping.py.
struct TorchStepsTests {
  private static let fixture = TrainingFixture("stepping.txt")

  private static func net() -> Sequential<Tensor<Float>> {
    Sequential(Linear(4, 6), Activation { tanh($0) }, Linear(6, 3))
  }

  /// A model with an optimizer of one of the fixtures, or all there is at once.
  private struct Run {
    let model = TorchStepsTests.net()
    let optimizer: Optimizer<AnyRule>
    var average: WeightAverage<Sequential<Tensor<Float>>>?

    init(_ name: String) {
      for (path, parameter) in model.parameters {
        parameter.value = TorchStepsTests.fixture.tensor("\(name).start.\(path)", parameter.shape)
      }
      let rule =
        name == "all"
        ? AnyRule(Adam(learningRate: 0.03)) : AnyRule(SGD(learningRate: 0.3, momentum: 0.9))
      optimizer = Optimizer(rule, for: model.parameters)
      switch name {
      case "norm": optimizer.clipping = .globalNorm(0.4)
      case "value": optimizer.clipping = .value(0.05)
      case "accumulated": optimizer.accumulation = 4
      case "ema": average = WeightAverage(of: model, .exponential(decay: 0.8))
      case "swa": average = WeightAverage(of: model, .equal)
      default:
        optimizer.clipping = .globalNorm(0.4)
        optimizer.accumulation = 2
        average = WeightAverage(of: model, .exponential(decay: 0.8))
      }
      if let average { optimizer.add(average) }
    }

    /// All numbers that training changes.
    var numbers: [[Float]] {
      var all = model.parameters.map { $0.parameter }
      if let average { all += average.parameters.map { $0.parameter } }
      return (all + optimizer.state.flatMap { $0 }).map(\.value.scalars)
    }
  }

  private func distance(_ numbers: [Float], _ expected: [Float]) -> Float {
    var (difference, size): (Float, Float) = (0, 0)
    for (number, other) in zip(numbers, expected) {
      difference += (number - other) * (number - other)
      size += other * other
    }
    return (difference / size).squareRoot()
  }

  @Test(
    "Ten steps give PyTorch's numbers, recorded the bits of fresh ones",
    arguments: ["norm", "value", "accumulated", "ema", "swa", "all"])
  func agreesWithPyTorch(name: String) {
    let fresh = Run(name), replayed = Run(name)
    let traces = Traces()
    let step = replayed.optimizer.recorded {
      [model = replayed.model] (x: Tensor<Float>, labels: Tensor<Int32>) in
      traces.count += 1
      let logits = model(x)
      return (softmaxCrossEntropy(logits, labels: labels), logits)
    }
    let labels = Self.fixture.numbers("\(name).labels"), count = labels.count / 5
    let x = Self.fixture.numbers("\(name).x")
    var losses: [Float] = []
    for number in 0..<count {
      let inputs = Tensor(shape: [5, 4], scalars: Array(x[(20 * number)..<(20 * number + 20)]))
      let classes = Tensor<Int32>(labels[(5 * number)..<(5 * number + 5)].map { Int32($0) })
      let logits = fresh.model(inputs)
      losses.append(
        fresh.optimizer.minimize(softmaxCrossEntropy(logits, labels: classes), keeping: logits))
      let (loss, kept) = step(inputs, classes)
      #expect(loss == losses[number] && kept.scalars == logits.scalars, "\(number)")
      #expect(replayed.numbers == fresh.numbers, "\(number)")
    }
    #expect(fresh.optimizer.stepCount == 10 && fresh.optimizer.accumulated.count == 0)
    #expect(traces.count == (count == 10 ? 1 : 2))
    #expect(distance(losses, Self.fixture.numbers("\(name).losses")) < 1e-6)
    for (path, parameter) in fresh.model.parameters {
      let error = distance(parameter.value.scalars, Self.fixture.numbers("\(name).end.\(path)"))
      #expect(error < 1e-6, "\(path)")
    }
    for (path, parameter) in fresh.average?.parameters ?? [:] {
      let error = distance(parameter.value.scalars, Self.fixture.numbers("\(name).average.\(path)"))
      #expect(error < 1e-6, "average of \(path)")
    }
  }

  /// The same gradients, computed by hand, take the same steps.
  @Test(arguments: ["norm", "value", "accumulated", "ema", "all"])
  func givenGradientsAreFollowedAlike(name: String) {
    let first = Run(name), second = Run(name)
    let x = Tensor<Float>.normal([5, 4], key: RandomKey(seed: 2))
    let labels: Tensor<Int32> = [0, 1, 2, 0, 1]
    for step in 0..<9 {
      first.optimizer.minimize(softmaxCrossEntropy(first.model(x), labels: labels))
      let loss = softmaxCrossEntropy(second.model(x), labels: labels)
      let values = second.optimizer.parameters.map { $0.parameter.value }
      let gradients = gradient(of: loss, withRespectTo: values)
      if step % 2 == 0 { evaluate(gradients) }
      second.optimizer.apply(gradients: gradients)
      #expect(second.numbers == first.numbers, "\(step)")
    }
  }
}
