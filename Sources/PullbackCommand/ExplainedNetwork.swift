// SPDX-License-Identifier: Apache-2.0

#if Command

import Pullback

/// A loss written with the notes' names: a0, W1, b1, s1, a1 and so on.
struct ExplainedNetwork {
  let loss: Tensor<Float>
  /// What gradients are asked for: weights and biases.
  let parameters: [Tensor<Float>]

  /// The network of the notes. One row has the loss (s2 - y)², two rows have its mean.
  static func ofTheNotes(rows: Int) -> ExplainedNetwork {
    let a0: Tensor<Float> = rows == 1 ? [[1, 2]] : [[1, 2], [0, 1]]
    let y: Tensor<Float> = rows == 1 ? [[4]] : [[4], [5]]
    return ExplainedNetwork(
      inputs: a0, weights: [[[1, -1], [1, 1]], [[2], [5]]], biases: [[0, -3], [1]]
    ) { meanSquaredError($0, y.named("y")) }
  }

  /// Linear layers with relu between them on random numbers.
  ///
  /// - Precondition: two sizes or more, all of them and the batch above 0.
  init(_ sizes: [Int], loss: TrainedNetwork.Loss, batch: Int, seed: UInt64) {
    let key = RandomKey(seed: seed)
    func normal(_ shape: Shape, _ name: String, deviation: Float = 1) -> Tensor<Float> {
      .normal(shape, standardDeviation: deviation, key: key.folding(in: name))
    }
    let pairs = Array(zip(sizes, sizes.dropFirst()))
    let weights = pairs.enumerated().map { number, sizes in
      normal(
        [sizes.0, sizes.1], "W\(number + 1)",
        deviation: (2 / Float(sizes.0)).squareRoot())
    }
    let biases = pairs.enumerated().map { normal([$1.1], "b\($0 + 1)", deviation: 0.1) }
    let outputs = sizes[sizes.count - 1]
    self.init(inputs: normal([batch, sizes[0]], "a0"), weights: weights, biases: biases) { logits in
      switch loss {
      case .mse: meanSquaredError(logits, normal([batch, outputs], "y").named("y"))
      case .crossEntropy:
        softmaxCrossEntropy(
          logits,
          labels: Tensor<Int32>((0..<batch).map { Int32($0 % outputs) }).named("labels"))
      }
    }
  }

  private init(
    inputs: Tensor<Float>, weights: [Tensor<Float>], biases: [Tensor<Float>],
    loss: (Tensor<Float>) -> Tensor<Float>
  ) {
    var a = inputs.named("a0"), parameters: [Tensor<Float>] = []
    for (index, (weight, bias)) in zip(weights, biases).enumerated() {
      let number = index + 1
      let w = weight.named("W\(number)"), b = bias.named("b\(number)")
      let s = (a • w + b).named("s\(number)")
      a = number == weights.count ? s : relu(s).named("a\(number)")
      parameters += [w, b]
    }
    self.loss = loss(a)
    self.parameters = parameters
  }
}

#endif
