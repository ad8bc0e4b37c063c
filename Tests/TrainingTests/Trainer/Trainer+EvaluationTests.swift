// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

struct TrainerEvaluationTests {
  /// A metric that keeps what it is given.
  struct Seen: Metric {
    var name: String { "seen" }
    var isBetterWhenLarger: Bool { true }
    var rows = 0.0
    var sum = 0.0

    mutating func add(_ outputs: Tensor<Float>, _ targets: Tensor<Float>) {
      rows += Double(targets.shape[0])
      sum += outputs.scalars.reduce(0) { $0 + Double($1) }
    }
    var value: Double { sum + 1000 * rows }
  }

  /// The mean over examples of the square of a number, whichever batches they come in: the numbers
  /// are whole, so that sums are exact.
  @Test(arguments: [1, 2, 1000, 1023, 1024, 1025, 2048, 3001, 4099])
  func allExamplesCountOnce(count: Int) throws {
    let w = Parameter(value: [1])
    struct Scale: Layer {
      let w: Parameter
      var parameters: Parameters { ["w": w] }
      func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { x * w.value }
    }
    let model = Scale(w: w)
    let trainer = Trainer(model, Optimizer(SGD(learningRate: 0.1), for: model.parameters)) {
      ($0 - $1).squared().mean()
    }
    trainer.metrics = [Seen()]
    let numbers = (0..<count).map { Float($0 % 7) }
    let data = Dataset(
      inputs: Tensor(numbers).reshaped(to: [count, 1]), targets: Tensor<Float>.zeros([count, 1]))
    let evaluation = try trainer.evaluate(on: data)
    let expected = numbers.reduce(0) { $0 + Double($1 * $1) } / Double(count)
    #expect(abs(evaluation.loss - expected) <= 1e-6 * expected)
    let sum = numbers.reduce(0) { $0 + Double($1) }
    #expect(evaluation.metrics == ["seen": sum + 1000 * Double(count)])
  }

  @Test func dropoutIsOffAlsoInsideATrainingPass() throws {
    let trainer = TrainedDigits.trainer(), data = TrainedDigits.validation
    let expected = Double(
      Float(softmaxCrossEntropy(trainer.model(data.inputs), labels: data.labels)))
    #expect(try trainer.evaluate(on: data).loss == expected)
    let inside = try Pass.training(key: RandomKey(seed: 1)) { try trainer.evaluate(on: data) }
    #expect(inside.loss == expected)
  }
}
