// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pullback
import Testing

/// Situations that people reported to other projects: losses, and what is given to them.
struct ReportedLossTests {
  /// pytorch#31829, tensorflow#11756, jax#17117, allennlp#890: numbers as PyTorch's.
  @Test(
    "Vast and masked logits",
    arguments: [
      ([1e30, 0], 0, 0, [0, 0]), ([1e30, 0], 1, 1e30, [1, -1]), ([-1e30, 1e30], 0, 2e30, [-1, 1]),
      ([-.infinity, 1, 2], 2, 0.313_261_66, [0, 0.268_941_43, -0.268_941_40]),
      ([-.infinity, -.infinity], 0, .nan, [.nan, .nan]),
    ] as [([Float], Int32, Float, [Float])])
  func vastAndMaskedLogits(logits: [Float], label: Int32, loss: Float, slopes: [Float]) {
    func isClose(_ x: Float, _ y: Float) -> Bool {
      x.isNaN && y.isNaN || abs(x - y) <= 1e-6 * max(1, abs(y))
    }
    let x = Tensor<Float>([logits])
    let computed = softmaxCrossEntropy(x, labels: Tensor([label]))
    #expect(isClose(Float(computed), loss))
    let gradients = gradient(of: computed, withRespectTo: x).scalars
    #expect(zip(gradients, slopes).allSatisfy(isClose), "\(gradients)")
  }

  @Test func whatIsMaskedHasNoProbability() {
    let x: [[Float]] = [[-.infinity, 1, 2], [1e30, -1e30, 0]]
    let y = [[Float]](softmax(Tensor(x)))
    #expect(y[0][0] == 0 && abs(y[0][1] - 0.268_941_43) < 1e-6)
    #expect(y[1] == [1, 0, 0])
    let nothingLeft = Tensor<Float>([-.infinity, -.infinity])
    #expect(softmax(nothingLeft).scalars.allSatisfy { $0.isNaN })
  }

  @Test func softmaxIsAnActivation() {
    let layer = Activation(softmax)
    #expect(layer([[0, 0], [0, 0]]).scalars == [0.5, 0.5, 0.5, 0.5])
    // Also beside Foundation's functions of the same names.
    let others = [
      Activation(relu), Activation(tanh), Activation(exp), Activation(sqrt), Activation(log),
      Activation(sin), Activation(cos), Activation(abs), Activation(sign), Activation(erf),
      Activation { softmax($0, along: 0) }, Activation { x in x * tanh(x) },
    ]
    #expect(others.map { $0([0.25, 0.25]).shape } == others.map { _ in [2] })
    let model = Sequential(Activation(tanh), Activation(exp), Activation(softmax))
    #expect(model([0, 0]).scalars == [0.5, 0.5])
  }

  enum Pair: String, CaseIterable, Codable {
    case crossEntropy = "softmaxCrossEntropy"
    case share = "accuracy"
    case dataset = "Dataset"

    /// [3, 1] where [3] belongs.
    func use() {
      let labels: Tensor<Int32> = [[0], [1], [0]]
      switch self {
      case .crossEntropy: _ = softmaxCrossEntropy(Tensor<Float>.zeros([3, 2]), labels: labels)
      case .share: _ = accuracy(Tensor<Float>.zeros([3, 2]), labels: labels)
      case .dataset: _ = Dataset(inputs: .zeros([3, 2]), labels: labels)
      }
    }
  }

  /// FARM#229, reinforcement-learning-lab#1: [N, 1] against [N].
  @Test(arguments: Pair.allCases)
  func aColumnOfLabelsIsRefused(pair: Pair) async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { [pair = pair as Pair] in
      pair.use()
    }
    let error = standardError(of: result)
    #expect(error.contains("\(pair.rawValue): the labels [3, 1] do not fit the "))
    #expect(error.contains(pair == .dataset ? "labels [count]" : "one label for each row"))
  }
}
