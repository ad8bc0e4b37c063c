// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackRuntime
import PullbackTensors

/// A way to change parameters so that a loss gets smaller.
///
/// An optimizer is used by one thread at a time; several threads train several models, each with an
/// optimizer of its own. It initialises parameters that have no numbers yet, with seed 0.
public protocol Optimizer: AnyObject, CustomStringConvertible, CustomReflectable {
  /// What is trained.
  var parameters: Parameters { get }

  /// Numbers that the optimizer keeps for each parameter, in the order of the parameters, each in
  /// the parameter's shape.
  var state: [[Parameter]] { get }

  /// Steps taken so far, the one in progress included. From 2^53 on, where an exact count ends, it
  /// stays as it is.
  var stepCount: Int { get set }

  /// The numbers that may differ at each step, such as the learning rate.
  var scalars: [Double] { get }

  /// Where the optimizer keeps the steps that it has written down:
  /// `public let programs = StepPrograms()`.
  var programs: StepPrograms { get }

  /// The update rule: from the parameters, their gradients and their state to new parameters and
  /// new state, in the same order; `scalars` are those above, as tensors. Only parameters that the
  /// loss depends on are given. Called once for losses of the same structure, so what it writes
  /// down must depend on its arguments alone.
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
  /// of it are a mistake from now on. So an array of losses is an array of numbers; a loss that no step
  /// was taken with, such as one of validation, keeps its graph: keep `Float(loss)`. Tensors named in `keeping` get their numbers in the same run.
  /// A parameter that the loss does not depend on stays as it is. A mistake if the loss depends on
  /// no current value of any parameter, or on a parameter as it was before alone, or is not a scalar.
  @discardableResult
  public func minimize<each Kept: TensorScalar>(
    _ loss: Tensor<Float>, keeping kept: repeat Tensor<each Kept>,
    file: StaticString = #fileID, line: UInt = #line
  ) -> Float {
    var values = [loss.value]
    repeat values.append((each kept).value)
    countStep()
    return programs.minimize(values, with: self, at: CallSite(file, line))
  }

  func countStep() {
    // Not in place: that takes memory for the property's observer.
    if stepCount < stepCounts.upperBound { stepCount = stepCount + 1 }
  }

  /// The plan that `minimize(loss)` would run, for reading.
  public func plan(
    minimizing loss: Tensor<Float>, file: StaticString = #fileID, line: UInt = #line
  ) -> Plan {
    PullbackRuntime.plan(
      [loss.value],
      replacing: replacements(
        for: loss.value, slots, scalarsFrom: 0, at: CallSite(file, line)))
  }

  /// Each parameter followed by its state.
  var slots: [[Parameter]] {
    zip(parameters.distinct, state).map { [$0] + $1 }
  }

  /// The update of each parameter that the loss depends on, and of its state.
  ///
  /// - Parameters:
  ///   - firstScalar: the number that replays know the first of `scalars` by.
  ///   - recording: where the loss was traced, if it was.
  func replacements(
    for loss: Value, _ slots: [[Parameter]], scalarsFrom firstScalar: Int,
    in recording: Recording? = nil, at site: CallSite?
  ) -> [Replacement] {
    let leaves = slots.map { slot in
      slot.map { recording?.standIn(for: $0.leaf, in: $0.slot) ?? $0.leaf }
    }
    let found = gradientsIfReached(of: loss, withRespectTo: leaves.map { $0[0] }, at: site)
    let reached = slots.indices.filter { found[$0] != nil }
    if reached.isEmpty {
      Mistake(
        "minimize",
        "the loss \(loss.label) depends on no current value of any of the "
          + "\(slots.count) parameters",
        fix: recording == nil
          ? "compute the loss from the model after the last step"
          : "read the model inside the recorded function"
      ).stop(at: site)
    }
    for index in slots.indices where found[index] == nil {
      refuseFormerValue(of: slots[index][0], in: loss, isRecorded: recording != nil, at: site)
    }
    let new = updated(
      reached.map { Tensor(leaves[$0][0]) }, gradients: reached.map { Tensor(found[$0]!) },
      state: reached.map { leaves[$0].dropFirst().map { Tensor($0) } },
      scalars: scalars.indices.map {
        let scalar = Operation.creation(.scalar(0, argument: firstScalar + $0))
        return Tensor(Value(scalar, elementType: .float, shape: []))
      })
    return reached.enumerated().flatMap { order, index in
      let updates = [new.parameters[order]] + new.state[order]
      return zip(zip(slots[index], leaves[index]), updates).enumerated().map { place, pair in
        let ((parameter, leaf), update) = pair
        return Replacement(
          slot: parameter.slot, number: place == 0 ? index : nil, leaf: leaf,
          update: update.value)
      }
    }
  }
}

extension Parameters {
  /// Initialises what has no numbers yet, as optimizers do.
  package func initializeMissing() {
    refuseFrozen()
    if contains(where: { !$0.parameter.isInitialized }) {
      let known = filter { $0.parameter.isInitialized }.map { ($0.parameter, $0.parameter.value) }
      initialize(seed: 0)
      for (parameter, value) in known { parameter.value = value }
    }
    tellPaths()
  }

  /// Parameters of the same shapes that start at 0, for an optimizer's state.
  package func zerosAlike() -> [Parameter] {
    distinct.map { Parameter(value: Tensor<Float>.zeros($0.shape)) }
  }
}
