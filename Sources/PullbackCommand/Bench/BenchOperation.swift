// SPDX-License-Identifier: Apache-2.0

#if Command

import ArgumentParser
import Pullback

/// `pullback bench operation`
struct BenchOperation: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "operation",
    abstract: "Time one function of the library, or its gradient.",
    discussion: """
      With --gradient: the gradients of the sum of the squares of its result, for all inputs, and \
      nothing else. Functions of single numbers take 1,000,000 of them, uniform in a range of their \
      own; softmax, logSoftmax, logSumExp, variance and norm the rows of [4096, 1000]; scans and sorts \
      both (the former ends in -rows); largest gives 10 and where they stand. conv has 64 filters of \
      3 x 3 for [16, 32, 32, 32], layernorm takes [4096, 256] with scale and bias, attention is causal \
      on [16, 4, 64, 32], longAttention on [1, 8, 2048, 64]; all with --gradient are \
      those that have one.

        pullback bench operation softmax --gradient
        pullback bench operation layernorm --explain
      """)

  @Argument(help: "\(BenchedOperation.all.map(\.name).joined(separator: ", ")), or all.")
  var name = "all"

  @Flag(help: "Its gradients instead.")
  var gradient = false

  @Flag(help: "Print the plan and how its products are blocked on this machine, and time nothing.")
  var explain = false

  @OptionGroup var options: BenchOptions

  func validate() throws {
    try require(!explain || name != "all", "--explain prints the plan of one function: name one")
    if name == "all" { return }
    guard let operation = BenchedOperation.all.first(where: { $0.name == name }) else {
      throw ValidationError(
        "There is no benchmark of '\(name)'. See pullback bench operation --help.")
    }
    try require(!gradient || operation.derivable != nil, "\(name) has no gradient")
  }

  func run() throws {
    try options.begin()
    let chosen = BenchedOperation.all.filter {
      (name == "all" || $0.name == name) && (!gradient || $0.derivable != nil)
    }
    if explain { return try Console.print(explanation(chosen[0])) }
    try options.report(chosen.map(result))
  }

  private func result(_ operation: BenchedOperation) -> BenchResult {
    let (a, b, c) = onOneThread { operation.threeInputs() }
    let compute = recorded { (a: Tensor<Float>, b: Tensor<Float>, c: Tensor<Float>) in
      BenchedResults(recordedTensors: tensors(operation, [a, b, c]))
    }
    var checksum = Checksum()
    for tensor in compute(a, b, c).recordedTensors { checksum.add(tensor) }
    let measurement = Measurement(seconds: options.seconds) { _ = compute(a, b, c) }
    var result = BenchResult(
      "operation \(operation.name)\(gradient ? " --gradient" : "")", measurement)
    result.operations = operation.products.map { gradient ? 3 * $0 : $0 }
    result.checksum = checksum
    result.more = [("ns_per_element", measurement.best * 1e9 / Double(a.shape.elementCount))]
    return result
  }

  /// What the operation, or its gradients, give.
  private func tensors(_ operation: BenchedOperation, _ inputs: [Tensor<Float>]) -> [AnyTensor] {
    let inputs = Array(inputs.prefix(operation.inputs.count))
    guard gradient, let derivable = operation.derivable else { return operation.results(inputs) }
    let squares = derivable(inputs).squared().sum()
    return Pullback.gradient(of: squares, withRespectTo: inputs).flatMap(\.recordedTensors)
  }

  private func explanation(_ operation: BenchedOperation) -> String {
    let (a, b, c) = onOneThread { operation.threeInputs() }
    return Plan(evaluating: tensors(operation, [a, b, c]).map(\.value)).explanation
  }
}

/// What a function gives: tensors of any element types.
private struct BenchedResults: RecordedOutput {
  let recordedTensors: [AnyTensor]

  init(recordedTensors: [AnyTensor]) { self.recordedTensors = recordedTensors }
}

extension Checksum {
  /// The numbers of a tensor of Float or Int32.
  fileprivate mutating func add(_ tensor: AnyTensor) {
    if tensor.value.elementType == .int32 {
      add(Tensor<Int32>(tensor.value).scalars)
    } else {
      add(Tensor<Float>(tensor.value).scalars)
    }
  }
}

#endif
