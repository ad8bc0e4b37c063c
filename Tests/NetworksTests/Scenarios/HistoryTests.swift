// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pullback
import PullbackPlans
import PullbackTensors
import Testing

/// What `minimize(loss)` does to the tensors that the user holds.
struct HistoryTests {
  private let model = Sequential(Linear(8, 16), Activation { relu($0) }, Linear(16, 3))
  private let optimizer: Optimizer<SGD>
  private let x = Tensor<Float>.uniform([32, 8], key: RandomKey(seed: 1))
  private let labels = Tensor<Int32>((0..<32).map { $0 % 3 })

  init() {
    Plan.verifiesByDefault = true
    optimizer = Optimizer(SGD(learningRate: 0.5, momentum: 0.9), for: model.parameters)
    evaluate(x)
  }

  private var weight: Parameter { model.parameters["0.weight"]! }

  @Test func whoHoldsOldWeightsKeepsTheirNumbers() {
    let old = weight.value
    let numbers = old.scalars
    for _ in 0..<10 { optimizer.minimize(softmaxCrossEntropy(model(x), labels: labels)) }
    #expect(old.scalars == numbers)
    #expect(weight.value.scalars != numbers)
  }

  @Test func whoHoldsLogitsCanReadThemLater() {
    let logits = model(x)
    let copy = weight.value.scalars
    optimizer.minimize(softmaxCrossEntropy(logits, labels: labels))
    // Computed only now, from the weights as they were when the logits were written down.
    let w = Tensor<Float>(shape: [8, 16], scalars: copy)
    let later = model(x)
    weight.value = w
    #expect(logits.scalars != later.scalars)
    for step in 0..<5 {
      let held = model(x)
      let numbers = model(x).scalars
      optimizer.minimize(softmaxCrossEntropy(model(x), labels: labels))
      #expect(held.scalars == numbers, "step \(step)")
    }
  }

  @Test func keptTensorsGetTheirNumbersInTheSameRun() {
    let logits = model(x)
    let expected = model(x).scalars
    optimizer.minimize(softmaxCrossEntropy(logits, labels: labels), keeping: logits)
    #expect(logits.value.node.numbers != nil)
    #expect(logits.scalars == expected)
  }

  @Test func withoutHoldersParametersAreUpdatedInPlace() {
    // Once to leave the numbers that the initialisation shares.
    optimizer.minimize(softmaxCrossEntropy(model(x), labels: labels))
    let before = weight.value.value.node.numbers!.address
    for _ in 0..<3 { optimizer.minimize(softmaxCrossEntropy(model(x), labels: labels)) }
    #expect(weight.value.value.node.numbers!.address == before)
  }

  /// In a process of its own: other tests would move the memory that is measured.
  @Test func tenThousandLossesAreTenThousandNumbers() async {
    await #expect(processExitsWith: .success) {
      let tests = HistoryTests()
      var losses: [Tensor<Float>] = []
      func step() {
        let loss = softmaxCrossEntropy(tests.model(tests.x), labels: tests.labels)
        tests.optimizer.minimize(loss)
        losses.append(loss)
      }
      for _ in 0..<1000 { step() }
      let early = try residentPages()
      for _ in 0..<9000 { step() }
      // A graph is about 60 nodes of 200 bytes; a number in its storage some 500 bytes.
      #expect(try residentPages() - early < 9000 * 1000 / 4096)
      #expect(losses.allSatisfy { $0.value.node.inputs.isEmpty })
      #expect(Float(losses[9999]) < Float(losses[0]))
    }
  }

  /// brax#152, labelmodels#4: `total += loss` keeps numbers and a sum for each, no graphs of steps.
  @Test func aRunningSumOfLossesIsAChainOfSums() {
    var total: Tensor<Float> = 0, expected: Float = 0
    for _ in 0..<200 {
      let loss = softmaxCrossEntropy(model(x), labels: labels)
      expected += optimizer.minimize(loss)
      total = total + loss
    }
    #expect(GraphOrder(of: [total.value]) { _ in false }.nodes.count <= 401)
    #expect(Float(total) == expected)
  }

  /// Neural-Networks-from-Scratch#2: numbers that are none come through to the loss.
  @Test func aTrainingOnNaNShows() {
    let x = Tensor<Float>.full([32, 8], .nan)
    #expect(optimizer.minimize(softmaxCrossEntropy(model(x), labels: labels)).isNaN)
    #expect(optimizer.minimize(softmaxCrossEntropy(model(x), labels: labels)).isNaN)
    #expect(weight.value.scalars.contains { $0.isNaN })
  }

  @Test func customGradientsMayReadParameters() {
    let w = Parameter(value: [1, 2])
    let optimizer = Optimizer(SGD(learningRate: 0.1), for: ["w": w])
    let y = withCustomGradient(of: { $0 * 2 }, at: w.value) { _, yg in yg * w.value }
    #expect(optimizer.minimize(y.sum()) == 6)
    #expect(w.value.isClose(to: [0.9, 1.8]))
  }

  @Test func manyParametersNeedNoDeepStack() {
    var parameters = Parameters()
    for number in 0..<2000 { parameters.add("w\(number)", Parameter(value: [1])) }
    let optimizer = Optimizer(Adam(learningRate: 0.1), for: parameters)
    let values = parameters.map { $0.parameter.value }
    optimizer.minimize(Tensor.stacked(Array(values.prefix(3))).sum() + values[1999].sum())
    #expect(abs(Float(parameters["w1999"]!.value) - 0.9) < 1e-6)
    #expect(Float(parameters["w1000"]!.value) == 1)
  }

  @Test func aGradientAfterTheStepIsAMistake() async {
    await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let w = Parameter(value: [1, 2])
      let optimizer = Optimizer(SGD(learningRate: 0.1), for: ["w": w])
      let loss = w.value.squared().sum()
      optimizer.minimize(loss)
      _ = gradient(of: loss, withRespectTo: w.value)
    }
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let w = Parameter(value: [1, 2])
      let optimizer = Optimizer(SGD(learningRate: 0.1), for: ["w": w])
      let loss = w.value.squared().sum()
      optimizer.minimize(loss)
      optimizer.minimize(loss)
    }
    let message = standardError(of: result)
    #expect(
      message.contains(
        "gradient: the history of the result of sum [] has ended: minimize(loss) took its step. "
          + "Fix: take gradients before minimize(loss), or compute the loss again."))
  }

  @Test func aLossOfOldWeightsIsAMistake() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let w = Parameter(value: [1, 2])
      let optimizer = Optimizer(SGD(learningRate: 0.1), for: ["w": w])
      let old = w.value
      optimizer.minimize(w.value.squared().sum())
      optimizer.minimize(old.squared().sum())
    }
    let message = standardError(of: result)
    #expect(
      message.contains(
        "minimize: the loss the result of sum [] depends on no current value of any of the 1 "
          + "parameters. Fix: compute the loss from the model after the last step."))
  }
}

private func residentPages() throws -> Int {
  #if os(Linux)
    let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
    return Int(text.split(separator: " ")[1])!
  #else
    return 0
  #endif
}
