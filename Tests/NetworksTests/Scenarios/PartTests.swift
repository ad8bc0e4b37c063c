// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackRuntime
import PullbackTensors
import Testing

/// Parts of data and of parameters in training steps.
@Suite struct PartTests {
  private static func data() -> (x: Tensor<Float>, y: Tensor<Float>) {
    let x = Tensor<Float>.normal([48, 5], key: RandomKey(seed: 3))
    let y = Tensor<Float>.normal([48, 2], key: RandomKey(seed: 4))
    evaluate(x, y)
    return (x, y)
  }

  /// Parameters after steps on batches that `batch` makes from a first row.
  private static func trained(
    _ batch: (Int) -> (x: Tensor<Float>, y: Tensor<Float>)
  ) -> [Float] {
    let model = Linear(5, 2).initialized(seed: 1)
    let optimizer = Optimizer(SGD(learningRate: 0.1, momentum: 0.9), for: model.parameters)
    for step in 0..<18 {
      let (x, y) = batch(step % 6 * 8)
      optimizer.minimize(meanSquaredError(model(x), y))
    }
    return model.weight.value.scalars + model.bias!.value.scalars
  }

  @Test func batchesInOrderHaveTheBitsOfCopies() {
    let (x, y) = PartTests.data()
    let copied = PartTests.trained { first in
      let rows = Tensor<Int32>((first..<(first + 8)).map { Int32($0) })
      return (x.gathered(rows), y.gathered(rows))
    }
    #expect(PartTests.trained { (x[$0..<($0 + 8)], y[$0..<($0 + 8)]) } == copied)
    let read = PartTests.trained { first in
      let batch = (x: x[first..<(first + 8)], y: y[first..<(first + 8)])
      evaluate(batch.x, batch.y)
      return batch
    }
    #expect(read == copied)
  }

  @Test func stepsOnBatchesInOrderShareOnePlan() async {
    await #expect(processExitsWith: .success) {
      let (x, y) = PartTests.data()
      _ = PartTests.trained { (x[$0..<($0 + 8)], y[$0..<($0 + 8)]) }
      let before = PlanCache.shared.misses
      _ = PartTests.trained { (x[$0..<($0 + 8)], y[$0..<($0 + 8)]) }
      if PlanCache.shared.misses != before { fatalError("planned again") }
    }
  }

  @Test("A part of a parameter is trained", arguments: [false, true])
  func partOfParameter(isRecorded: Bool) {
    let w = Parameter(value: [[1, 2], [3, 4]] as Tensor<Float>)
    let optimizer = Optimizer(SGD(learningRate: 0.5), for: ["w": w])
    let kept = w.value[0]
    let step = optimizer.recorded { w.value[1].squared().sum() + w.value.detached()[0, 0] }
    for _ in 0..<3 {
      if isRecorded {
        step()
      } else {
        optimizer.minimize(w.value[1].squared().sum() + w.value.detached()[0, 0])
      }
    }
    // w - 0.5 · 2 w is 0.
    #expect(w.value.scalars == [1, 2, 0, 0])
    #expect(kept.scalars == [1, 2])
  }

  @Test func detachedPartsAreReadAnew() {
    let w = Parameter(value: [1, 2] as Tensor<Float>)
    let optimizer = Optimizer(SGD(learningRate: 1), for: ["w": w])
    let step = optimizer.recorded { (w.value.detached()[0] * w.value[1]) }
    // w[1] falls by w[0] each time, which does not change.
    #expect(step() == 2)
    #expect(step() == 1)
    let scaled = recorded { (x: Tensor<Float>) in w.value.detached()[1] * x + w.value[0] }
    #expect(scaled([1]).scalars == [1])
    step()
    #expect(scaled([1]).scalars == [0])
  }

  @Test func trainingDoesNotWriteIntoWhatAParameterIsAPartOf() {
    let x = Tensor<Float>.zeros([3000, 2]) + 1
    evaluate(x)
    let w = Parameter(value: x[0..<2000])
    let optimizer = Optimizer(SGD(learningRate: 0.5), for: ["w": w])
    for _ in 0..<3 { optimizer.minimize(w.value.sum()) }
    #expect(w.value.scalars == .init(repeating: -0.5, count: 4000))
    #expect(x.scalars == .init(repeating: 1, count: 6000))
  }

  @Test func aPartKeepsTheNumbersOfItsTime() {
    let w = Parameter(value: Tensor<Float>.zeros([2000, 2]) + 1)
    let optimizer = Optimizer(SGD(learningRate: 0.5), for: ["w": w])
    let read = w.value[0..<1500], unread = w.value[500..<2000]
    evaluate(read)
    for _ in 0..<3 { optimizer.minimize(w.value.sum()) }
    #expect(read.scalars == .init(repeating: 1, count: 3000))
    #expect(unread.scalars == .init(repeating: 1, count: 3000))
  }
}
