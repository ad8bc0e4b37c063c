// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

extension Optimizer {
  /// Stops if a loss that does not reach a parameter as it is now reaches it as it was before: the
  /// parameter would be left out silently.
  func refuseFormerValue(
    of parameter: Parameter, in loss: Value, isRecorded: Bool, at site: CallSite?
  ) {
    let former = GraphOrder(of: [loss]) { $0.isDetached }.nodes.filter {
      $0.holder == parameter.slot.number
    }
    if former.isEmpty { return }
    // An ended history is a number like any other here: the loss's own gradient has been taken.
    let found = pullback(
      of: loss, cotangent: .constant(1, loss.elementType), withRespectTo: former.map { Value($0) },
      refusingEnds: false)
    guard found.contains(where: { $0 != nil }) else { return }
    let path = parameters.first { $0.parameter === parameter }!.path
    Mistake(
      "minimize",
      isRecorded
        ? "the loss reaches \(path) only through a tensor from outside the recorded function"
        : "the loss reaches \(path) only through a value from before it was last changed",
      fix: isRecorded
        ? "read the model inside the recorded function"
        : "compute the loss from the model after the last step"
    ).stop(at: site)
  }
}
