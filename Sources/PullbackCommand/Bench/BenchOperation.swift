// SPDX-License-Identifier: Apache-2.0

#if Command

import ArgumentParser
import Pullback

/// `pullback bench operation`
struct BenchOperation: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "operation",
    abstract: "Time one function of the library, or the function and its derivative.",
    discussion: """
      With --gradient: the result and the gradient of the sum of its squares. Functions of single \
      numbers take 1,000,000 of them, uniform in a range of their own; the others normal numbers: \
      softmax, logSoftmax and logSumExp [4096, 1000] along the last axis, variance and norm likewise. \
      Without a name: all.

        pullback bench operation softmax --gradient
      """)

  @Argument(help: "\(BenchedOperation.all.map(\.name).joined(separator: ", ")).")
  var name: String?

  @Flag(help: "Its gradient too.")
  var gradient = false

  @OptionGroup var options: BenchOptions

  func validate() throws {
    guard let name, !BenchedOperation.all.contains(where: { $0.name == name }) else { return }
    throw ValidationError(
      "There is no benchmark of '\(name)'. See pullback bench operation --help.")
  }

  func run() throws {
    try options.begin()
    let chosen = BenchedOperation.all.filter { name == nil || $0.name == name }
    try options.report(chosen.map(result))
  }

  private func result(_ operation: BenchedOperation) -> BenchResult {
    let x = onOneThread { operation.inputs() }
    let compute = recorded { (x: Tensor<Float>) -> [Tensor<Float>] in
      let y = operation.function(x)
      if !gradient { return [y] }
      return [y, Pullback.gradient(of: y.squared().sum(), withRespectTo: x)]
    }
    var checksum = Checksum()
    for numbers in compute(x) { checksum.add(numbers.scalars) }
    let measurement = Measurement(seconds: options.seconds) { _ = compute(x) }
    var result = BenchResult(
      "operation \(operation.name)\(gradient ? " --gradient" : "")", measurement)
    result.checksum = checksum
    result.more = [("ns_per_element", measurement.best * 1e9 / Double(x.shape.elementCount))]
    return result
  }
}

/// A function, and what it is given.
struct BenchedOperation {
  let name: String
  let function: @Sendable (Tensor<Float>) -> Tensor<Float>
  /// Nil for normal numbers of shape [4096, 1000].
  let range: ClosedRange<Float>?

  private init(
    _ name: String, in range: ClosedRange<Float>? = nil,
    _ function: @escaping @Sendable (Tensor<Float>) -> Tensor<Float>
  ) {
    (self.name, self.range, self.function) = (name, range, function)
  }

  func inputs() -> Tensor<Float> {
    let key = RandomKey(seed: 1)
    let numbers =
      range.map {
        Tensor<Float>.uniform([1_000_000], from: $0.lowerBound, to: $0.upperBound, key: key)
      } ?? .normal([4096, 1000], key: key)
    evaluate(numbers)
    return numbers.detached()
  }

  static let all = [
    BenchedOperation("exp", in: -10...10) { exp($0) },
    BenchedOperation("expm1", in: -10...10) { expm1($0) },
    BenchedOperation("log", in: 1e-3...1000) { log($0) },
    BenchedOperation("log1p", in: 0...1000) { log1p($0) },
    BenchedOperation("sqrt", in: 1e-3...1000) { sqrt($0) },
    BenchedOperation("sin", in: -10...10) { sin($0) },
    BenchedOperation("cos", in: -10...10) { cos($0) },
    BenchedOperation("tanh", in: -10...10) { tanh($0) },
    BenchedOperation("erf", in: -10...10) { erf($0) },
    BenchedOperation("sigmoid", in: -10...10) { sigmoid($0) },
    BenchedOperation("logSigmoid", in: -10...10) { logSigmoid($0) },
    BenchedOperation("softplus", in: -10...10) { softplus($0) },
    BenchedOperation("gelu", in: -10...10) { gelu($0) },
    BenchedOperation("geluTanh", in: -10...10) { gelu($0, approximation: .tanh) },
    BenchedOperation("silu", in: -10...10) { silu($0) },
    BenchedOperation("leakyReLU", in: -10...10) { leakyReLU($0) },
    BenchedOperation("elu", in: -10...10) { elu($0) },
    BenchedOperation("selu", in: -10...10) { selu($0) },
    BenchedOperation("relu6", in: -10...10) { relu6($0) },
    BenchedOperation("hardSigmoid", in: -10...10) { hardSigmoid($0) },
    BenchedOperation("hardSwish", in: -10...10) { hardSwish($0) },
    BenchedOperation("hardTanh", in: -10...10) { hardTanh($0) },
    BenchedOperation("clipped", in: -10...10) { $0.clipped(to: -3...5) },
    BenchedOperation("floor", in: -10...10) { floor($0) },
    BenchedOperation("softmax") { softmax($0) },
    BenchedOperation("logSoftmax") { logSoftmax($0) },
    BenchedOperation("logSumExp") { $0.logSumExp(along: -1) },
    BenchedOperation("variance") { $0.variance(along: -1) },
    BenchedOperation("norm") { $0.norm(along: -1) },
  ]
}

#endif
