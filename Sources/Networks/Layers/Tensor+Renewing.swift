// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

extension Tensor where Scalar == Float {
  /// This tensor, a layer's result, with a new value for a parameter of the layer that no optimizer
  /// trains: a running mean, a count.
  ///
  /// y = x and x.g = y.g. Reading numbers writes nothing: an optimizer that takes a step with a
  /// loss that depends on the result gives the parameter its value, in the plan of the step, fresh
  /// or recorded. Where a layer is called several times for one loss, each call's value is computed
  /// from that of the call before. In a snapshot, which never changes, it is the tensor alone. A
  /// mistake if the shapes differ, and in a step that trains the parameter.
  ///
  /// ```swift
  /// let w = Parameter(value: [4]), calls = Parameter(value: [0])
  /// let parameters: Parameters = ["w": w, "calls": calls.marked(isTrained: false)]
  /// let y = (w.value * 2).renewing(calls, to: calls.value + 1)
  /// print(y, calls.value)   // [8.] [0.]
  /// Optimizer(SGD(learningRate: 1), for: parameters).minimize(y.sum())
  /// print(w.value, calls.value)   // [2.] [1.]
  /// ```
  public func renewing(
    _ parameter: Parameter, to value: Tensor, file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    if value.shape != parameter.shape {
      Mistake(
        "renewing", "\(value.value.label) does not fit \(parameter.label)",
        fix: "a parameter keeps its shape"
      ).stop(at: CallSite(file, line))
    }
    let slot = parameter.slot.current
    if (slot.all ?? slot).isFrozen {
      return Tensor(self.value.distinct(from: self.value, by: "renewing"))
    }
    let leaf = parameter.value.value
    return Tensor(Value(.identity(.renewing(slot)), Inputs(self.value, leaf, value.value)))
  }
}
