// SPDX-License-Identifier: Apache-2.0

#if Command

import Pullback

/// A function, and what it is given.
struct BenchedOperation: Sendable {
  /// A tensor of random numbers: uniform in a range, or normal.
  struct Input: Sendable {
    let shape: Shape
    var range: ClosedRange<Float>?

    fileprivate func numbers(seed: UInt64) -> Tensor<Float> {
      let key = RandomKey(seed: seed)
      let numbers =
        range.map {
          Tensor<Float>.uniform(shape, from: $0.lowerBound, to: $0.upperBound, key: key)
        } ?? .normal(shape, key: key)
      evaluate(numbers)
      return numbers.detached()
    }
  }

  let name: String
  /// At most three.
  let inputs: [Input]
  let results: @Sendable ([Tensor<Float>]) -> [AnyTensor]
  /// The result that has a derivative, if one has.
  let derivable: (@Sendable ([Tensor<Float>]) -> Tensor<Float>)?
  /// Floating-point operations, where they are those of products.
  private(set) var products: Double?

  /// Its inputs, and zeros for those that it does not have.
  func threeInputs() -> (Tensor<Float>, Tensor<Float>, Tensor<Float>) {
    func input(_ number: Int) -> Tensor<Float> {
      inputs.indices.contains(number) ? inputs[number].numbers(seed: UInt64(number + 1)) : [0]
    }
    return (input(0), input(1), input(2))
  }

  private init(
    _ name: String, _ inputs: [Input], products: Double? = nil,
    _ function: @escaping @Sendable ([Tensor<Float>]) -> Tensor<Float>
  ) {
    (self.name, self.inputs, self.products) = (name, inputs, products)
    results = { function($0).recordedTensors }
    derivable = function
  }

  private init(
    _ name: String, _ input: Input, _ function: @escaping @Sendable (Tensor<Float>) -> Tensor<Float>
  ) {
    self.init(name, [input]) { function($0[0]) }
  }

  private init(
    _ name: String, _ input: Input, indices: @escaping @Sendable (Tensor<Float>) -> Tensor<Int32>
  ) {
    (self.name, inputs, derivable) = (name, [input], nil)
    results = { indices($0[0]).recordedTensors }
  }

  /// The ten largest elements, and where they stand.
  private init(largestOf input: Input, _ name: String) {
    (self.name, inputs) = (name, [input])
    results = {
      let largest = $0[0].largest(10)
      return largest.values.recordedTensors + largest.indices.recordedTensors
    }
    derivable = { $0[0].largest(10).values }
  }

  static let all = ofNumbers + ofRows + scansAndSorts + ofNetworks

  /// Of single numbers.
  private static let ofNumbers = [
    number("exp", -10...10) { exp($0) },
    number("expm1", -10...10) { expm1($0) },
    number("log", 1e-3...1000) { log($0) },
    number("log1p", 0...1000) { log1p($0) },
    number("sqrt", 1e-3...1000) { sqrt($0) },
    number("sin", -10...10) { sin($0) },
    number("cos", -10...10) { cos($0) },
    number("tanh", -10...10) { tanh($0) },
    number("erf", -10...10) { erf($0) },
    number("sigmoid", -10...10) { sigmoid($0) },
    number("logSigmoid", -10...10) { logSigmoid($0) },
    number("softplus", -10...10) { softplus($0) },
    number("gelu", -10...10) { gelu($0) },
    number("geluTanh", -10...10) { gelu($0, approximation: .tanh) },
    number("silu", -10...10) { silu($0) },
    number("leakyReLU", -10...10) { leakyReLU($0) },
    number("elu", -10...10) { elu($0) },
    number("selu", -10...10) { selu($0) },
    number("relu6", -10...10) { relu6($0) },
    number("hardSigmoid", -10...10) { hardSigmoid($0) },
    number("hardSwish", -10...10) { hardSwish($0) },
    number("hardTanh", -10...10) { hardTanh($0) },
    number("clipped", -10...10) { $0.clipped(to: -3...5) },
    number("floor", -10...10) { floor($0) },
  ]

  private static func number(
    _ name: String, _ range: ClosedRange<Float>,
    _ function: @escaping @Sendable (Tensor<Float>) -> Tensor<Float>
  ) -> BenchedOperation {
    BenchedOperation(name, Input(shape: [1_000_000], range: range), function)
  }

  private static let rows = Input(shape: [4096, 1000])

  /// Along rows.
  private static let ofRows = [
    BenchedOperation("softmax", rows) { softmax($0) },
    BenchedOperation("logSoftmax", rows) { logSoftmax($0) },
    BenchedOperation("logSumExp", rows) { $0.logSumExp(along: -1) },
    BenchedOperation("variance", rows) { $0.variance(along: -1) },
    BenchedOperation("norm", rows) { $0.norm(along: -1) },
    // Neither 0 nor infinite.
    BenchedOperation("product", Input(shape: rows.shape, range: 0.999...1.001)) {
      $0.product(along: -1)
    },
  ]

  /// Of a million numbers, and along rows.
  private static let scansAndSorts =
    scansAndSorts(of: [1_000_000]) + scansAndSorts(of: [4096, 1000], "-rows")

  private static func scansAndSorts(of shape: Shape, _ end: String = "") -> [BenchedOperation] {
    let numbers = Input(shape: shape)
    // Their products become neither 0 nor infinite.
    let factors = Input(shape: shape, range: 0.999...1.001)
    return [
      BenchedOperation("cumulativeSum\(end)", numbers) { $0.cumulativeSum(along: -1) },
      BenchedOperation("cumulativeProduct\(end)", factors) { $0.cumulativeProduct(along: -1) },
      BenchedOperation("sorted\(end)", numbers) { $0.sorted() },
      BenchedOperation("sortedIndices\(end)", numbers, indices: { $0.sortedIndices() }),
      BenchedOperation(largestOf: numbers, "largest\(end)"),
    ]
  }

  /// What networks spend their time in.
  private static let ofNetworks = [
    BenchedOperation(
      "conv", [Input(shape: [16, 32, 32, 32]), Input(shape: [3, 3, 32, 64]), Input(shape: [64])],
      products: 604e6
    ) { convolution($0[0], $0[1], padding: 1) + $0[2] },
    BenchedOperation(
      "layernorm", [Input(shape: [4096, 256]), Input(shape: [256]), Input(shape: [256])]
    ) { layerNormalized($0[0], scale: $0[1], bias: $0[2]) },
    BenchedOperation(
      "attention", [Input](repeating: Input(shape: [16, 4, 64, 32]), count: 3), products: 33.6e6
    ) { scaledDotProductAttention($0[0], $0[1], $0[2], isCausal: true) },
    BenchedOperation(
      "longAttention", [Input](repeating: Input(shape: [1, 8, 2048, 64]), count: 3),
      products: 8.59e9
    ) { scaledDotProductAttention($0[0], $0[1], $0[2], isCausal: true) },
  ]
}

#endif
