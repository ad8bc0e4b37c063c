// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

/// Numbers that no optimizer, layer or parameter can work with are refused where they are given, by
/// the name of what they were given to.
struct ArgumentTests {
  struct Example: Sendable {
    let message: String
    let provoke: @Sendable () -> Void

    init(_ message: String, _ provoke: @escaping @Sendable () -> Void) {
      (self.message, self.provoke) = (message, provoke)
    }
  }

  private static var parameters: Parameters { ["w": Parameter(value: [1, 2])] }

  private static let sizes: [Float] = [-0.1, .nan, .infinity, -.infinity]
  private static let shares: [Float] = [-0.1, 1, 1.5, .nan, .infinity]

  private static let settings: [Example] =
    sizes.flatMap { size in
      let fix = "of \(size). Fix: use a finite number of 0 or more."
      return [
        Example("SGD: a learning rate \(fix)") { _ = SGD(parameters, learningRate: size) },
        Example("Adam: a learning rate \(fix)") { _ = Adam(parameters, learningRate: size) },
        Example("AdamW: a learning rate \(fix)") { _ = AdamW(parameters, learningRate: size) },
        Example("Adam: an epsilon \(fix)") { _ = Adam(parameters, epsilon: size) },
        Example("AdamW: an epsilon \(fix)") { _ = AdamW(parameters, epsilon: size) },
        Example("AdamW: a weight decay \(fix)") { _ = AdamW(parameters, weightDecay: size) },
        Example("SGD: a learning rate \(fix)") {
          let optimizer = SGD(parameters, learningRate: 0.1)
          optimizer.learningRate = size
        },
        Example("Adam: a learning rate \(fix)") { Adam(parameters).learningRate = size },
        Example("AdamW: a learning rate \(fix)") { AdamW(parameters).learningRate = size },
        Example("AdamW: a weight decay \(fix)") { AdamW(parameters).weightDecay = size },
      ]
    }
    + shares.flatMap { share in
      let fix = "of \(share). Fix: use a number in 0 ..< 1."
      return [
        Example("SGD: a momentum \(fix)") {
          _ = SGD(parameters, learningRate: 0.1, momentum: share)
        },
        Example("Adam: a first beta \(fix)") { _ = Adam(parameters, betas: (share, 0.9)) },
        Example("Adam: a second beta \(fix)") { _ = Adam(parameters, betas: (0.9, share)) },
        Example("AdamW: a first beta \(fix)") { _ = AdamW(parameters, betas: (share, 0.9)) },
        Example("AdamW: a second beta \(fix)") { _ = AdamW(parameters, betas: (0.9, share)) },
      ]
    }
    + [
      Example("SGD: a step count of -1. Fix: count steps from 0 on.") {
        SGD(parameters, learningRate: 0.1).stepCount = -1
      },
      Example(
        "SGD: a step count of 9223372036854775807. Fix: count steps from 0 on, to 2^53 at most."
      ) {
        SGD(parameters, learningRate: 0.1).stepCount = .max
      },
      Example("Adam: a step count of -1. Fix: count steps from 0 on.") {
        Adam(parameters).stepCount -= 1
      },
      Example("AdamW: a step count of -5. Fix: count steps from 0 on.") {
        AdamW(parameters).stepCount = -5
      },
    ]

  private static let layers: [Example] = [
    Example(
      "Linear: the shape [-1, 3] has the negative extent -1 at axis 0. Fix: extents are 0 or more."
    ) { _ = Linear(-1, 3) },
    Example(
      "Linear: the shape [3, -1] has the negative extent -1 at axis 1. Fix: extents are 0 or more."
    ) { _ = Linear(3, -1, bias: false) },
    Example(
      "Linear: a tensor of shape [4611686018427387904, 8] has more elements than can be counted. "
        + "Fix: check the extents."
    ) { _ = Linear(1 << 62, 8) },
    Example(
      "Parameter: the shape [2, -3] has the negative extent -3 at axis 1. "
        + "Fix: extents are 0 or more."
    ) { _ = Parameter(shape: [2, -3], .zeros) },
    Example("Dropout: a rate of 1.0. Fix: use a rate in 0 ..< 1.") { _ = Dropout(1) },
    Example("Dropout: a rate of -0.5. Fix: use a rate in 0 ..< 1.") { _ = Dropout(-0.5) },
    Example("Dropout: a rate of nan. Fix: use a rate in 0 ..< 1.") { _ = Dropout(.nan) },
    Example(
      "Linear: the initialization has a bound of -1.0. Fix: use a finite number of 0 or more."
    ) { _ = Linear(2, 3, initialization: .uniform(bound: -1)) },
    Example(
      "Parameter: the initialization has a bound of inf. Fix: use a finite number of 0 or more."
    ) { _ = Parameter(shape: [2], .uniform(bound: .infinity)) },
    Example(
      "Parameter: the initialization has a standard deviation of nan. "
        + "Fix: use a finite number of 0 or more."
    ) { _ = Parameter(shape: [2], .normal(standardDeviation: .nan)) },
    Example("Parameter: the initialization has a start of nan. Fix: use a finite number.") {
      _ = Parameter(shape: [2], .constant(.nan))
    },
  ]

  private static let data: [Example] =
    [-1, 3, Int.max, Int.min].map { position in
      Example(
        "examples: position \(position) is outside the 3 examples. Fix: use positions in 0 ..< 3."
      ) {
        let data = Dataset(inputs: .zeros([3, 2]), labels: [0, 1, 2])
        _ = data.examples(at: [0, position])
      }
    }
    + [
      Example("permutation: an order of -1 numbers. Fix: use a count of 0 or more.") {
        _ = RandomKey(seed: 1).permutation(of: -1)
      }
    ]

  private static let all = settings + layers + data

  @Test("Word for word", arguments: all.indices)
  func message(number: Int) async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      [number = number as Int] in
      ArgumentTests.all[number].provoke()
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("Fatal error: \(ArgumentTests.all[number].message)\n"), "\(text)")
  }

  @Test func bordersAreLegal() {
    let parameters = ArgumentTests.parameters
    let sgd = SGD(parameters, learningRate: 0, momentum: 0.999)
    sgd.learningRate = 0
    let adam = AdamW(parameters, learningRate: 0, weightDecay: 0, betas: (0, 0), epsilon: 0)
    adam.weightDecay = 0
    #expect(Linear(0, 0).parameters.scalarCount == 0)
    let zeros = Parameter(shape: [3], .uniform(bound: 0))
    Parameters(dictionaryLiteral: ("w", zeros)).initialize(seed: 1)
    #expect(zeros.value.scalars == [0, 0, 0])
    #expect(RandomKey(seed: 1).permutation(of: 0) == [])
    let data = Dataset(inputs: .zeros([3, 2]), labels: [0, 1, 2])
    #expect(data.examples(at: []).count == 0)
  }
}
