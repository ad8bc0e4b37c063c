// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

struct LayerStatisticsTests {
  /// The same numbers by loops over what the layers give.
  @Test func statisticsAreThoseOfALoop() throws {
    let hidden = Linear(64, 12), output = Linear(12, 10)
    struct Net: Layer {
      let hidden: Linear, output: Linear
      var parameters: Parameters { ["hidden": hidden, "output": output] }
      func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { output(relu(hidden(x))) }
    }
    let net = Net(hidden: hidden, output: output).initialized(seed: 3)
    // Two units that are off for all examples.
    hidden.bias!.value = Tensor((0..<12).map { $0 == 2 || $0 == 7 ? -100 : 0.1 })
    let trainer = Trainer(net, Optimizer(SGD(learningRate: 0.1), for: net.parameters)) {
      softmaxCrossEntropy($0, labels: $1)
    }
    let before = net.bits, data = TrainedDigits.validation
    let statistics = trainer.statistics(of: data, bins: 7)
    #expect(net.bits == before)
    #expect(statistics.map(\.path) == ["hidden", "output"])
    #expect(statistics.map(\.unitCount) == [12, 10])
    #expect(statistics.map(\.deadUnits) == [[2, 7], []])

    let activations = relu(hidden(data.inputs)), logits = output(activations)
    let loss = softmaxCrossEntropy(logits, labels: data.labels)
    let (ag, lg) = gradient(of: loss, withRespectTo: activations, logits)
    let paths = net.parameters.map(\.path)
    let gradients = gradient(
      of: loss, withRespectTo: net.parameters.map { $0.parameter.value })
    expect(statistics[0].activations, activations.scalars)
    expect(statistics[1].activations, logits.scalars)
    expect(try #require(statistics[0].activationGradients), ag.scalars)
    expect(try #require(statistics[1].activationGradients), lg.scalars)
    for (path, gradient) in zip(paths, gradients) {
      let layer = try #require(statistics.first { path.hasPrefix($0.path) })
      expect(try #require(layer.gradients[path]), gradient.scalars)
    }
  }

  private func expect(_ found: Distribution, _ numbers: [Float]) {
    var sum = 0.0, square = 0.0, least = Double.infinity, largest = -Double.infinity
    for number in numbers {
      sum += Double(number)
      least = min(least, Double(number))
      largest = max(largest, Double(number))
    }
    let mean = sum / Double(numbers.count)
    for number in numbers { square += (Double(number) - mean) * (Double(number) - mean) }
    #expect(found.count == numbers.count && found.nonFiniteCount == 0)
    #expect(abs(found.mean - mean) <= 1e-12)
    #expect(abs(found.standardDeviation - (square / Double(numbers.count)).squareRoot()) <= 1e-12)
    #expect(found.range == least...largest)
    var histogram = [Int](repeating: 0, count: 7)
    for number in numbers {
      var bin = 0
      while bin < 6, (Double(number) - least) / (largest - least) * 7 >= Double(bin + 1) {
        bin += 1
      }
      histogram[bin] += 1
    }
    #expect(found.histogram == histogram)
  }

  @Test func distributionsOfOddNumbers() {
    #expect(Distribution(of: []).description == "no numbers")
    #expect(Distribution(of: [.nan]).description == "1 not finite")
    let same = Distribution(of: [2, 2, 2], bins: 4)
    #expect(same.histogram == [3, 0, 0, 0] && same.standardDeviation == 0)
    let odd = Distribution(of: [-1, .infinity, 1], bins: 2)
    #expect(odd.histogram == [1, 1] && odd.nonFiniteCount == 1 && odd.mean == 0)
    // Neither the width of the range nor the sum of the numbers is a Double.
    let huge = Distribution(of: [-1.7e308, 1.7e308, 1.7e308, 0], bins: 4)
    #expect(huge.histogram == [1, 0, 1, 2] && abs(huge.mean / 4.25e307 - 1) < 1e-12)
    #expect(huge.standardDeviation.isFinite)
  }

  /// The position in a sequence is the path.
  @Test func layersOfASequence() {
    let statistics = TrainedDigits.trainer().statistics(of: TrainedDigits.validation)
    #expect(statistics.map(\.path) == ["0", "3"])
    #expect(statistics[0].activations.range?.lowerBound == 0)
  }
}
