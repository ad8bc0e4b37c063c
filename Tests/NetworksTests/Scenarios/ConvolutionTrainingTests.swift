// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

/// A small network over images, trained in steps that are written down once.
struct ConvolutionTrainingTests {
  /// Bars that lie or stand somewhere in noise: which place does not matter, so windows find them.
  private static func bars(_ count: Int, seed: UInt64) -> (Tensor<Float>, Tensor<Int32>) {
    let noise = Tensor<Float>.uniform([count, 8, 8, 1], to: 0.5, key: RandomKey(seed: seed))
    var numbers = noise.scalars, labels: [Int32] = []
    for image in 0..<count {
      let label = image % 2, place = (image / 2 * 5 + image / 16) % 8
      labels.append(Int32(label))
      for step in 0..<8 {
        let (row, column) = label == 0 ? (place, step) : (step, place)
        numbers[image * 64 + row * 8 + column] += 1
      }
    }
    return (Tensor(shape: [count, 8, 8, 1], scalars: numbers), Tensor(labels))
  }

  private static func model() -> Sequential<Tensor<Float>> {
    Sequential(
      Convolution2D(1, 6, kernelSize: 3, padding: .same), ReLU(), MaxPool(2),
      Convolution2D(6, 8, kernelSize: 3, stride: 2, padding: 1), ReLU(), GlobalAveragePool(),
      Linear(8, 2))
  }

  @Test func itLearns() {
    let (x, labels) = Self.bars(64, seed: 1), (others, otherLabels) = Self.bars(40, seed: 2)
    let model = Self.model().initialized(seed: 3)
    let optimizer = Optimizer(Adam(learningRate: 0.02), for: model.parameters)
    let step = optimizer.recorded { (x: Tensor<Float>, labels: Tensor<Int32>) in
      softmaxCrossEntropy(model(x), labels: labels)
    }
    var losses: [Float] = []
    for _ in 0..<80 { losses.append(Float(step(x, labels))) }
    #expect(losses.last! < 0.1 * losses[0])
    let hits = model(others).argmax(along: 1) .== otherLabels
    #expect(Float(Tensor<Float>(hits).mean()) > 0.9)
  }

  /// Recorded or not, on any number of threads: the same bits.
  @Test func stepsHaveTheSameBits() {
    let (x, labels) = Self.bars(16, seed: 4)
    func trained(recording: Bool, threads: Int) -> [Float] {
      let limit = Threads.limit
      defer { Threads.limit = limit }
      Threads.limit = threads
      let model = Self.model().initialized(seed: 5)
      let optimizer = Optimizer(SGD(learningRate: 0.1), for: model.parameters)
      @Sendable func loss(_ x: Tensor<Float>, _ labels: Tensor<Int32>) -> Tensor<Float> {
        softmaxCrossEntropy(model(x), labels: labels)
      }
      let step = optimizer.recorded(loss)
      for _ in 0..<3 {
        if recording { _ = step(x, labels) } else { _ = optimizer.minimize(loss(x, labels)) }
      }
      return model.parameters.flatMap { $0.parameter.value.scalars }
    }
    let expected = trained(recording: false, threads: 1)
    for threads in [1, 2, 3, 7] {
      #expect(trained(recording: true, threads: threads) == expected)
    }
  }
}
