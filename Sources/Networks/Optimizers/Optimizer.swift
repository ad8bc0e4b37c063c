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
    Parameter.withLeaves(of: slots.flatMap { $0 }) { leaves in
      var (replacements, positions) = replacements(
        for: loss.value, slots, leaves, scalars: currentScalars, at: site)
      // Given up, so that the optimizer itself does not hold the old numbers.
      for position in positions { leaves[position] = loss.value }
      evaluate(results, ending: [loss.value], replacing: &replacements)
      for (position, replacement) in zip(positions, replacements) {
        leaves[position] = replacement.leaf
      }
    }
    return Float(loss)
  }

  /// The plan that `minimize(loss)` would run, for reading.
  public func plan(
    minimizing loss: Tensor<Float>, file: StaticString = #fileID, line: UInt = #line
  ) -> Plan {
    let slots = slots
    return Parameter.withLeaves(of: slots.flatMap { $0 }) { leaves in
      let replacements = replacements(
        for: loss.value, slots, leaves, scalars: currentScalars, at: CallSite(file, line)
      ).0
      return PullbackRuntime.plan([loss.value], replacing: replacements)
    }
  }

  private var currentScalars: [Tensor<Float>] {
    scalars.map { Tensor(Value.scalar($0, .float)) }
  }

  /// Each parameter followed by its state.
  var slots: [[Parameter]] {
    zip(parameters.distinct, state).map { [$0] + $1 }
  }

  /// The update of each parameter that the loss depends on, and the places of its leaves.
  func replacements(
    for loss: Value, _ slots: [[Parameter]], _ leaves: [Value], scalars: [Tensor<Float>],
    at site: CallSite?
  ) -> ([Replacement], [Int]) {
    let width = slots.first?.count ?? 0
    let firsts = slots.indices.map { $0 * width }
    let found = gradientsIfReached(
      of: loss, withRespectTo: firsts.map { leaves[$0] }, at: site)
    if found.allSatisfy({ $0 == nil }) {
      Mistake(
        "minimize",
        "the loss \(loss.label) depends on no current value of any of the "
          + "\(slots.count) parameters",
        fix: "compute the loss from the model after the last step"
      ).stop(at: site)
    }
    let reached = firsts.indices.filter { found[$0] != nil }
    let state = reached.map { index in
      (1..<width).map { Tensor<Float>(leaves[firsts[index] + $0]) }
    }
    let new = updated(
      reached.map { Tensor(leaves[firsts[$0]]) }, gradients: reached.map { Tensor(found[$0]!) },
      state: state, scalars: scalars)
    var replacements: [Replacement] = [], positions: [Int] = []
    for (order, index) in reached.enumerated() {
      for (offset, update) in ([new.parameters[order]] + new.state[order]).enumerated() {
        let position = firsts[index] + offset
        replacements.append(Replacement(leaf: leaves[position], update: update.value))
        positions.append(position)
      }
    }
    return (replacements, positions)
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
