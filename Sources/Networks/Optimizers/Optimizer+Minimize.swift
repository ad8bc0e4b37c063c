// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackTensors

extension Optimizer {
  /// Takes one step: gradients, new parameters and the loss in one plan. Returns the loss as it was
  /// before the step.
  ///
  /// The history of `loss` ends here: it keeps its number and lets go of the graph, and gradients
  /// of it are a mistake from now on. So an array of losses is an array of numbers; a loss that no
  /// step was taken with, such as one of validation, keeps its graph: keep `Float(loss)`. Tensors
  /// named in `keeping` get their numbers in the same run. A parameter that the loss does not
  /// depend on stays as it is. A mistake if the loss depends on no current value of any parameter,
  /// or on a parameter as it was before alone, or is not a scalar.
  @discardableResult
  public func minimize<each Kept: TensorScalar>(
    _ loss: Tensor<Float>, keeping kept: repeat Tensor<each Kept>,
    file: StaticString = #fileID, line: UInt = #line
  ) -> Float {
    var values = [loss.value]
    repeat values.append((each kept).value)
    return beginStep().minimize(values, at: CallSite(file, line))
  }

  /// The plan that `minimize(loss)` would run, for reading.
  public func plan(
    minimizing loss: Tensor<Float>, file: StaticString = #fileID, line: UInt = #line
  ) -> Plan {
    nextPrograms().plan(minimizing: loss.value, at: CallSite(file, line))
  }
}
