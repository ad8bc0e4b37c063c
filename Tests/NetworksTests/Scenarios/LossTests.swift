// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

struct LossTests {
  private let fixture: TrainingFixture

  init() { fixture = TrainingFixture() }

  @Test(
    "Cross-entropy of extreme logits agrees with PyTorch",
    arguments: [("mean", LossReduction.mean), ("sum", .sum)])
  func extremeLogits(name: String, reduction: LossReduction) {
    let logits: Tensor<Float> = [[1000, 0, -1000], [1, 2, 3], [-5, -5, -5]]
    let loss = softmaxCrossEntropy(logits, labels: [1, 2, 0], reduction: reduction)
    #expect(loss.isClose(to: fixture.tensor("extreme.\(name).loss", []), relativeTolerance: 1e-6))
    #expect(
      gradient(of: loss, withRespectTo: logits).isClose(
        to: fixture.tensor("extreme.\(name).gradient", [3, 3]), relativeTolerance: 1e-5,
        absoluteTolerance: 1e-7))
  }

  @Test func crossEntropyAgreesWithFiniteDifferences() {
    let x = Tensor<Double>.normal([5, 4], key: RandomKey(seed: 3))
    let labels: Tensor<Int32> = [3, 0, 1, 1, 2]
    let slope = gradient(of: softmaxCrossEntropy(x, labels: labels), withRespectTo: x)
    let direction = Tensor<Double>.normal([5, 4], key: RandomKey(seed: 4))
    func loss(_ step: Double) -> Double {
      Double(softmaxCrossEntropy(x + step * direction, labels: labels))
    }
    let difference = (loss(1e-5) - loss(-1e-5)) / 2e-5
    #expect(abs(difference - Double((slope * direction).sum())) < 1e-9)
  }

  @Test func theNotesFixture() {
    let output: Tensor<Float> = [[7], [6]], target: Tensor<Float> = [[4], [8]]
    #expect(Float(meanSquaredError(output, target)) == 6.5)
    #expect(Float(meanSquaredError(output, target, reduction: .sum)) == 13)
  }

  @Test func softmaxSumsToOneAndAccuracyCounts() {
    let x = Tensor<Float>.normal([6, 9], standardDeviation: 30, key: RandomKey(seed: 5))
    #expect(softmax(x).sum(along: -1).isClose(to: .ones([6])))
    #expect(softmax(x, along: 0).sum(along: 0).isClose(to: .ones([9])))
    #expect(Float(accuracy(Tensor<Float>([[1, 2], [3, 0]]), labels: [1, 1])) == 0.5)
  }

  @Test func shapesThatWouldBroadcastAreRefused() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let prediction = Tensor<Float>.zeros([2, 1]).named("s2")
      let target: Tensor<Float> = [4, 5]
      _ = meanSquaredError(prediction, target.named("y"))
    }
    #expect(
      standardError(of: result).contains(
        "LossTests.swift:50: Fatal error: meanSquaredError: the prediction s2 [2, 1] and the "
          + "target y [2] differ in shape, and broadcasting them would give a wrong loss. "
          + "Fix: target.reshaped(to: [2, 1])."))
  }

  @Test func badLabelsAreNamed() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let labels: Tensor<Int32> = [0, 3, -1]
      _ = Float(softmaxCrossEntropy(Tensor<Float>.zeros([3, 3]), labels: labels))
    }
    #expect(
      standardError(of: result).contains(
        "softmaxCrossEntropy: label 3 at row 1 is outside 0..<3"))
  }
}
