// SPDX-License-Identifier: Apache-2.0

import PullbackNetworks
import PullbackPlans
import PullbackRuntime
import PullbackTensors
import Testing

@Suite struct PlanKeptTests {
  private let x = Tensor<Float>.normal([64, 20], key: RandomKey(seed: 1))
  private let y = Tensor<Float>.normal([64, 8], key: RandomKey(seed: 2))

  /// That of a step of dense layers 20-16-8 and the squared error of 64 examples: the backward pass
  /// needs the 64 · 16 hidden numbers and the 64 · 8 differences.
  private func plan(_ activation: (Tensor<Float>) -> Tensor<Float>) -> Plan {
    evaluate(x, y)
    let first = Linear(20, 16).initialized(seed: 1), second = Linear(16, 8).initialized(seed: 2)
    let parameters: Parameters = ["first": first.parameters, "second": second.parameters]
    let optimizer = Optimizer(SGD(learningRate: 0.1), for: parameters)
    return optimizer.plan(minimizing: meanSquaredError(second(activation(first(x))), y))
  }

  private let hiddenAndDifferences = 64 * 16 * 4 + 64 * 8 * 4

  /// With relu, whether each hidden unit is on as well.
  @Test func keptOfATrainingStep() {
    #expect(plan { relu($0) }.keptByteCount == hiddenAndDifferences + 64 * 16)
  }

  /// The derivative of tanh is made of its result, which the gradient of the second weight reads,
  /// too: it is computed on the way back, and nothing else is kept for it.
  @Test func tanhKeepsItsResultAlone() {
    #expect(plan { tanh($0) }.keptByteCount == hiddenAndDifferences)
  }

  /// A position of an LSTM keeps its four gates, tanh of the cell and the differences, and not what
  /// the gates were made of.
  @Test func gatesKeepWhatTheyGave() {
    let x = Tensor<Float>.normal([64, 1, 20], key: RandomKey(seed: 6)),
      y = y.reshaped(to: [64, 1, 8])
    evaluate(x, y)
    let model = LSTM(20, 8).initialized(seed: 1)
    let optimizer = Optimizer(SGD(learningRate: 0.1), for: model.parameters)
    let plan = optimizer.plan(minimizing: meanSquaredError(model(x), y))
    #expect(plan.keptByteCount <= 6 * 64 * 8 * 4)
  }

  /// What is written in two parts is read as a whole, by the gradient of the second layer's weight:
  /// with the 128 · 8 differences.
  @Test func partsAreKeptAsAWhole() {
    let a = Tensor<Float>.normal([20, 16], key: RandomKey(seed: 3))
    let b = Tensor<Float>.normal([20, 16], key: RandomKey(seed: 4))
    let target = Tensor<Float>.normal([128, 8], key: RandomKey(seed: 5))
    evaluate(x, a, b, target)
    let second = Linear(16, 8, bias: false).initialized(seed: 2)
    let optimizer = Optimizer(SGD(learningRate: 0.1), for: second.parameters)
    let hidden = concatenated([sigmoid(x • a), tanh(x • b)])
    let plan = optimizer.plan(minimizing: meanSquaredError(second(hidden), target))
    #expect(plan.keptByteCount == 128 * 16 * 4 + 128 * 8 * 4)
  }

  /// Without a backward pass nothing is kept.
  @Test func nothingIsKeptOfAPrediction() {
    evaluate(x)
    let model = Sequential(Linear(20, 16), ReLU(), Linear(16, 8)).initialized(seed: 1)
    #expect(Plan(evaluating: softmax(model(x))).keptByteCount == 0)
  }
}
