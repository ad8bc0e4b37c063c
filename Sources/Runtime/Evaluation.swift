// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackTensors

/// Computes the numbers of a tensor and keeps them.
///
/// If they are known it costs nothing. What is computed on the way is not kept; it is recomputed,
/// with the same bits, when somebody asks for it.
public func evaluate<Scalar: TensorScalar>(_ tensor: Tensor<Scalar>) { evaluate(tensor.value) }

/// Computes the numbers of several tensors in one plan and keeps them, as `evaluate` of one does.
public func evaluate<each Scalar: TensorScalar>(_ tensor: repeat Tensor<each Scalar>) {
  var values: [Value] = []
  repeat values.append((each tensor).value)
  evaluate(values)
}

/// Computes the numbers of the tensors of an array in one plan and keeps them.
public func evaluate<Scalar: TensorScalar>(_ tensors: [Tensor<Scalar>]) {
  evaluate(tensors.map(\.value))
}

/// One value by itself: for a small tensor the arrays of several would take longer
/// than its numbers.
package func evaluate(_ value: Value) {
  do { try compute(value) } catch { error.stop() }
}

private func compute(_ value: Value) throws(EvaluationError) {
  Recording.refuseReading()
  if value.node.isKnown { return }
  let capture = Capture.take()
  defer { Capture.give(capture) }
  let executable = executable(for: value, capture)
  let output: Storage
  do throws(OutOfMemory) { output = try executable.memory(for: 0) } catch { throw .memory(error) }
  try executable.run(naming: { capture.reader.path(of: $0) }) { run in
    run.bind(arguments: capture.reader.arguments)
    run.bind(output, at: executable.argumentCount)
    run.setParameters(capture.reader.parameters)
  }
  value.node.keep(output)
}

extension Tensor {
  /// This tensor, its numbers computed, as a tensor of its own; throws where `evaluate` would stop
  /// the program: if the system refuses memory for the result or for what is computed on the way,
  /// or if there is nothing at an index.
  ///
  /// For a computation whose size or indices come from outside. Nothing is half computed: it may be
  /// tried again, with fewer rows for example.
  ///
  /// ```swift
  /// let x = Tensor<Float>.zeros([1 << 28, 1 << 28])
  /// do {
  ///   print(try (x + 1).evaluated().shape)
  /// } catch {
  ///   print(error)
  /// }
  /// // the system has no 288230376151711744 bytes of memory for one tensor
  /// ```
  public func evaluated() throws(EvaluationError) -> Tensor {
    try compute(value)
    return Tensor(value.distinct(from: value, by: "evaluated"))
  }
}

private func executable(for value: Value, _ capture: Borrowed<Capture>) -> Executable {
  if capture.reader.readAlone(value.node), let known = PlanCache.shared.known(capture.reader.key) {
    return known
  }
  capture.reader.removeAll()
  stopping(at: nil) { () throws(Mistake) in try capture.reader.read([value]) }
  return PlanCache.shared.executable(for: capture.reader)
}

package func evaluate(_ values: [Value]) {
  do { try compute(values) } catch { error.stop() }
}

/// The numbers of several values in one plan, for callers who can catch that there are none.
func compute(_ values: [Value]) throws(EvaluationError) {
  Recording.refuseReading()
  let pending = values.filter { !$0.node.isKnown }
  if pending.isEmpty { return }
  if pending.count == 1 { return try compute(pending[0]) }
  let capture = Capture.take()
  defer { Capture.give(capture) }
  stopping(at: nil) { () throws(Mistake) in try capture.reader.read(pending) }
  let executable = PlanCache.shared.executable(for: capture.reader)
  let outputs: [Storage]
  do throws(OutOfMemory) { outputs = try executable.memoryForOutputs() } catch {
    throw .memory(error)
  }
  try executable.run(naming: { capture.reader.path(of: $0) }) { run in
    run.bind(arguments: capture.reader.arguments)
    run.bind(outputs, from: executable.argumentCount)
    run.setParameters(capture.reader.parameters)
  }
  for index in pending.indices { pending[index].node.keep(outputs[executable.output(of: index)]) }
}

extension Capture {
  /// The path of the parameter that an argument of the plan is, if it is one.
  fileprivate func path(of argument: Int) -> String? {
    holder(of: argument).flatMap { HolderNames[$0] }
  }
}

extension Node {
  /// True if the numbers are there, perhaps as those of another tensor.
  fileprivate var isKnown: Bool { hasNumbers || takeNumbers() }
}

/// The plan of a step, for listings.
package func plan(_ results: [Value], replacing replacements: [Replacement]) -> Plan {
  let leaves = replacements.enumerated().map {
    (result: results.count + $0.offset, leaf: $0.element.leaf)
  }
  let capture = stopping(at: nil) { () throws(Mistake) in
    try Capture(of: results + replacements.map(\.update), replacing: leaves)
  }
  return PlanCache.shared.executable(for: capture).plan
}

extension Plan {
  /// The plan, then how each of its products is blocked, which depends on the machine: phase by
  /// phase, because the steps of one run side by side.
  package var explanation: String {
    var lines = ["\(self)"]
    for (number, blockings) in Executable(self).blockings.enumerated() where !blockings.isEmpty {
      let steps = phases[number].steps
      let place =
        steps.count == 1
        ? "step \(steps.lowerBound + 1)" : "steps \(steps.lowerBound + 1)-\(steps.upperBound)"
      lines += blockings.map { "\(place): \($0)" }
    }
    return lines.joined(separator: "\n")
  }

  /// The plan that evaluating these tensors runs.
  ///
  /// ```swift
  /// let x: Tensor<Float> = [[1, 2], [3, 4]]
  /// print(Plan(evaluating: relu(x • x + 1)))
  /// // 1. matmul a0 [2, 2] • a0 [2, 2], then + relu -> r0 [2, 2]   24 FLOP
  /// // 1 step, 24 FLOP; 0 buffers of 0 bytes in 0 bytes
  /// ```
  public init<each Scalar: TensorScalar>(evaluating tensor: repeat Tensor<each Scalar>) {
    var values: [Value] = []
    repeat values.append((each tensor).value)
    self.init(evaluating: values)
  }

  package init(evaluating values: [Value]) {
    let capture = stopping(at: nil) { () throws(Mistake) in
      try Capture(of: values, recomputing: true)
    }
    self = PlanCache.shared.executable(for: capture).plan
  }
}

extension Storage {
  convenience init(_ output: Plan.Output) {
    self.init(byteCount: output.shape.elementCount * output.elementType.byteCount)
  }
}
