// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackTensors

/// Computes the numbers of several tensors in one plan and keeps them.
///
/// Tensors whose numbers are known cost nothing. What is computed on the way is not kept; it is
/// recomputed, with the same bits, when somebody asks for it.
public func evaluate<each Scalar: TensorScalar>(_ tensor: repeat Tensor<each Scalar>) {
  var values: [Value] = []
  repeat values.append((each tensor).value)
  evaluate(values)
}

/// Computes the numbers of the tensors of an array in one plan and keeps them.
public func evaluate<Scalar: TensorScalar>(_ tensors: [Tensor<Scalar>]) {
  evaluate(tensors.map(\.value))
}

package func evaluate(_ values: [Value]) {
  Recording.refuseReading()
  let pending = values.filter { !$0.node.hasNumbers }
  if pending.isEmpty { return }
  let capture = stopping(at: nil) { () throws(Mistake) in try Capture(of: pending) }
  let executable = PlanCache.shared.executable(for: capture)
  let plan = executable.plan
  let outputs = plan.outputs.map { Storage($0) }
  executable.run(
    arguments: capture.arguments, parameters: capture.parameters, outputs: outputs)
  for (value, output) in zip(pending, plan.results) { value.node.keep(outputs[output]) }
}

/// A leaf and what is to take its place.
package struct Replacement {
  /// The current leaf; afterwards the new one.
  package var leaf: Value
  /// How the new numbers are computed; nil afterwards.
  package var update: Value?

  package init(leaf: Value, update: Value) {
    self.leaf = leaf
    self.update = update
  }
}

/// Evaluates results and replaces leaves, in one plan. A leaf's memory is written over if nobody
/// else holds it, also not this call's arguments; else the new numbers get memory of their own.
///
/// - Parameter ended: scalars whose history is forgotten once the graph has been read.
package func evaluate(
  _ results: [Value], ending ended: [Value], replacing replacements: inout [Replacement]
) {
  var (executable, arguments, parameters) = captureStep(results, replacements)
  for value in ended { value.node.endHistory() }
  let plan = executable.plan
  // The graph and the old leaves go; what is still shared after that has other holders.
  for index in replacements.indices {
    replacements[index].update = nil
    replacements[index].leaf = Value(Node.vacant)
  }
  let outputs = plan.outputs.map { output -> Storage in
    guard let donor = output.donor, isKnownUniquelyReferenced(&arguments[donor]) else {
      return Storage(output)
    }
    return arguments[donor]
  }
  executable.run(arguments: arguments, parameters: parameters, outputs: outputs)
  for (value, output) in zip(results, plan.results) { value.node.keep(outputs[output]) }
  for (index, output) in plan.results.dropFirst(results.count).enumerated() {
    let made = plan.outputs[output]
    replacements[index].leaf = Value(
      Node(numbers: outputs[output], elementType: made.elementType, shape: made.shape))
  }
}

/// The plan of a step and its numbers; nothing returned holds the graph.
private func captureStep(
  _ results: [Value], _ replacements: [Replacement]
) -> (Executable, [Storage], [UInt64]) {
  let capture = captured(results, replacements)
  return (
    PlanCache.shared.executable(for: capture), capture.arguments, capture.parameters
  )
}

private func captured(_ results: [Value], _ replacements: [Replacement]) -> Capture {
  let leaves = replacements.enumerated().map {
    (result: results.count + $0.offset, leaf: $0.element.leaf)
  }
  return stopping(at: nil) { () throws(Mistake) in
    try Capture(of: results + replacements.map { $0.update! }, replacing: leaves)
  }
}

/// The plan of a step, for listings.
package func plan(_ results: [Value], replacing replacements: [Replacement]) -> Plan {
  PlanCache.shared.executable(for: captured(results, replacements)).plan
}

extension Plan {
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

extension Node {
  /// What stands in for a leaf while it is being replaced.
  static let vacant = Node(.creation(.data), Inputs(), elementType: .float, shape: [])
}
