// SPDX-License-Identifier: Apache-2.0

import PullbackNetworks
import PullbackPlans
import PullbackRuntime
import PullbackTensors
import Testing

/// Training steps of whole networks: the same bits on any number of threads. Threads share the
/// steps of a plan in other ways than those of one operation.
@Suite(.serialized) struct ThreadBitsTests {
  init() { Plan.verifiesByDefault = true }

  private func block() -> Residual {
    Residual(
      Convolution2D(16, 16, kernelSize: 3, padding: 1), BatchNorm(16), ReLU(),
      Convolution2D(16, 16, kernelSize: 3, padding: 1), BatchNorm(16))
  }

  private func check<Input: TensorScalar>(
    _ x: Tensor<Input>, classes: Int, _ make: () -> Sequential<Tensor<Input>>,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let limit = Threads.limit
    defer { Threads.limit = limit }
    var expected: [String: [Float]] = [:]
    for threads in [1, 2, 3, 7] {
      Threads.limit = threads
      let model = make().initialized(seed: 1)
      let optimizer = Optimizer(Adam(learningRate: 1e-3), for: model.parameters)
      let step = optimizer.recorded { (x: Tensor<Input>, key: RandomKey) in
        Pass.training(key: key) {
          let logits = (model(x) as Tensor<Float>).reshaped(to: [-1, classes])
          let labels = Tensor<Int32>((0..<logits.shape[0]).map { Int32($0 * 7 % classes) })
          return softmaxCrossEntropy(logits, labels: labels)
        }
      }
      for seed in 0..<3 { _ = step(x, RandomKey(seed: UInt64(seed))) }
      for (path, parameter) in model.parameters {
        let numbers = parameter.value.scalars
        if threads == 1 { expected[path] = numbers }
        let isEqual = expected[path] == numbers
        #expect(isEqual, "\(path) on \(threads) threads", sourceLocation: sourceLocation)
      }
    }
  }

  private func normal(_ shape: Shape) -> Tensor<Float> { .normal(shape, key: RandomKey(seed: 2)) }

  private let characters: Tensor<Int32> = {
    let numbers: [Int32] = (0..<384).map { (place: Int) -> Int32 in Int32(place * 31 % 20) }
    return Tensor<Int32>(shape: [16, 24], scalars: numbers)
  }()

  @Test func residualBlocks() {
    check(normal([32, 16, 16, 16]), classes: 10) {
      Sequential(
        block(), ReLU(), block(), ReLU(), block(), ReLU(), GlobalAveragePool(), Linear(16, 10))
    }
  }

  @Test func convolutionsAndPools() {
    check(normal([24, 14, 14, 3]), classes: 10) {
      Sequential(
        Convolution2D(3, 8, kernelSize: 5, padding: 2), ReLU(), MaxPool(2),
        Convolution2D(8, 16, kernelSize: 3, padding: 1), GELU(), AveragePool(2), Flatten(),
        Linear(144, 32), LayerNorm(32), Dropout(0.1), Linear(32, 10))
    }
  }

  @Test func aTransformer() {
    check(characters, classes: 20) {
      Sequential(
        Embedding(20, 32), TransformerBlock(32, heads: 4, isCausal: true),
        TransformerBlock(32, heads: 4, isCausal: true), Linear(32, 20))
    }
  }

  @Test func recurrences() {
    check(characters, classes: 20) {
      Sequential(Embedding(20, 16), LSTM(16, 48), GRU(48, 32), Linear(32, 20))
    }
  }
}
