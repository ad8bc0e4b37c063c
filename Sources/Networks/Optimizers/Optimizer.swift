// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackRuntime
import PullbackTensors

/// A way to change parameters so that a loss gets smaller.
///
/// An optimizer is used by one thread at a time. It initialises parameters that have no numbers
/// yet, with seed 0.
public protocol Optimizer: AnyObject {
  /// What is trained.
  var parameters: Parameters { get }

  /// Numbers that the optimizer keeps for each parameter, in the order of the parameters, each in
  /// the parameter's shape.
  var state: [[Parameter]] { get }

  /// Steps taken so far, the one in progress included.
  var stepCount: Int { get set }

  /// The numbers that may differ at each step, such as the learning rate.
  var scalars: [Double] { get }

  /// The update rule: from the parameters, their gradients and their state to new parameters and
  /// new state, in the same order; `scalars` are those above, as tensors. Only parameters that the
  /// loss depends on are given.
  func updated(
    _ parameters: [Tensor<Float>], gradients: [Tensor<Float>], state: [[Tensor<Float>]],
    scalars: [Tensor<Float>]
  ) -> (parameters: [Tensor<Float>], state: [[Tensor<Float>]])
}

extension Optimizer {
  /// Takes one step: gradients, new parameters and the loss in one plan. Returns the loss as it was
  /// before the step.
  ///
  /// The history of `loss` ends here: it keeps its number and lets go of the graph, and gradients
  /// of it are a mistake from now on. Tensors named in `keeping` get their numbers in the same run.
  /// A parameter that the loss does not depend on stays as it is. A mistake if the loss depends on
  /// no current value of any parameter, or is not a scalar.
  @discardableResult
  public func minimize<each Kept: TensorScalar>(
    _ loss: Tensor<Float>, keeping kept: repeat Tensor<each Kept>,
    file: StaticString = #fileID, line: UInt = #line
  ) -> Float {
    var results = [loss.value]
    repeat results.append((each kept).value)
    let site = CallSite(file, line)
    let slots = slots
    stepCount += 1
    var (replacements, replaced) = replacements(
      for: loss.value, slots, scalars: currentScalars, at: site)
    // Not while the parameters are taken: update rules and custom gradients may read them.
    Parameter.withLeaves(of: replaced) { leaves in
      for (leaf, replacement) in zip(leaves, replacements)
      where leaf.node !== replacement.leaf.node {
        Mistake(
          "minimize", "a parameter of shape \(leaf.shape) changed while its step was prepared",
          fix: "train a parameter on one thread at a time"
        ).stop(at: site)
      }
      // Given up, so that the optimizer itself does not hold the old numbers.
      for index in leaves.indices { leaves[index] = loss.value }
      evaluate(results, ending: [loss.value], replacing: &replacements)
      for (index, replacement) in replacements.enumerated() { leaves[index] = replacement.leaf }
    }
    return Float(loss)
  }

  /// The plan that `minimize(loss)` would run, for reading.
  public func plan(
    minimizing loss: Tensor<Float>, file: StaticString = #fileID, line: UInt = #line
  ) -> Plan {
    let site = CallSite(file, line)
    let (replacements, _) = replacements(
      for: loss.value, slots, scalars: currentScalars, at: site)
    return PullbackRuntime.plan([loss.value], replacing: replacements)
  }

  private var currentScalars: [Tensor<Float>] {
    scalars.map { Tensor(Value.scalar($0, .float)) }
  }

  /// Each parameter followed by its state.
  var slots: [[Parameter]] {
    zip(parameters.distinct, state).map { [$0] + $1 }
  }

  /// The update of each parameter that the loss depends on, and of its state, with what is replaced.
  func replacements(
    for loss: Value, _ slots: [[Parameter]], scalars: [Tensor<Float>], at site: CallSite?
  ) -> ([Replacement], [Parameter]) {
    let leaves = slots.map { $0.map(\.leaf) }
    let found = gradientsIfReached(of: loss, withRespectTo: leaves.map { $0[0] }, at: site)
    let reached = slots.indices.filter { found[$0] != nil }
    if reached.isEmpty {
      Mistake(
        "minimize",
        "the loss \(loss.label) depends on no current value of any of the "
          + "\(slots.count) parameters",
        fix: "compute the loss from the model after the last step"
      ).stop(at: site)
    }
    let new = updated(
      reached.map { Tensor(leaves[$0][0]) }, gradients: reached.map { Tensor(found[$0]!) },
      state: reached.map { leaves[$0].dropFirst().map { Tensor($0) } }, scalars: scalars)
    var replacements: [Replacement] = [], replaced: [Parameter] = []
    for (order, index) in reached.enumerated() {
      let updates = [new.parameters[order]] + new.state[order]
      for (leaf, update) in zip(leaves[index], updates) {
        replacements.append(Replacement(leaf: leaf, update: update.value))
      }
      replaced += slots[index]
    }
    return (replacements, replaced)
  }
}

extension Parameters {
  /// Initialises what has no numbers yet, as optimizers do.
  package func initializeMissing() {
    if contains(where: { !$0.parameter.isInitialized }) {
      let known = filter { $0.parameter.isInitialized }.map { ($0.parameter, $0.parameter.value) }
      initialize(seed: 0)
      for (parameter, value) in known { parameter.value = value }
    }
  }

  /// Parameters of the same shapes that start at 0, for an optimizer's state.
  package func zerosAlike() -> [Parameter] {
    distinct.map { Parameter(Tensor<Float>.zeros($0.shape)) }
  }
}
