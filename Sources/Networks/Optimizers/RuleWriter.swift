// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// Writes the update of a parameter down as its rule says.
struct RuleWriter<Rule: UpdateRule>: Hashable {
  let form: Rule
  let scalarNames: [String]
  /// Where they stand among those of all groups.
  let firstScalar: Int

  /// From the leaves of a parameter and of its state to their new values.
  ///
  /// - Parameter isNew: whether it is to be checked for numbers of the rule's own.
  func write(
    _ leaves: [Tensor<Float>], gradient: Tensor<Float>, scalars: [Tensor<Float>], isNew: Bool
  ) -> [Tensor<Float>] {
    if let (problem, fix) = form.fault(of: leaves[0].shape) {
      Mistake(form.name, "\(leaves[0].value.label) cannot be trained: \(problem)", fix: fix).stop(
        at: nil)
    }
    let names = form.stateNames
    var state = RuleValues(names, Array(leaves.dropFirst()), of: form.name, noun: "state")
    let own = scalars[firstScalar..<firstScalar + scalarNames.count]
    let new = form.updated(
      leaves[0], gradient: gradient, state: &state,
      scalars: RuleValues(scalarNames, Array(own), of: form.name, noun: "scalar"))
    check(new, "parameter", leaves[0])
    for (name, value) in zip(names, state.values) { check(value, name, leaves[0]) }
    if isNew { refuseNumbers(of: [new] + state.values, madeFrom: leaves + [gradient]) }
    return [new] + state.values
  }

  private func check(_ new: Tensor<Float>, _ name: String, _ parameter: Tensor<Float>) {
    if new.shape == parameter.shape { return }
    Mistake(
      form.name, "the new \(name) of \(parameter.value.label) has the shape \(new.shape)",
      fix: "parameters and their state keep the parameter's shape"
    ).stop(at: nil)
  }

  /// Stops if a number of the rule's own, which is given at each run, stands in what it wrote down.
  private func refuseNumbers(of new: [Tensor<Float>], madeFrom given: [Tensor<Float>]) {
    let order = GraphOrder(of: new.map(\.value)) { node in
      given.contains { $0.value.node === node }
    }
    for position in 0..<order.count {
      order.look(at: position) { node in
        guard case .creation(.scalar(let number, nil)) = node.operation, !number.isFinite,
          !given.contains(where: { $0.value.node === node })
        else { return }
        Mistake(
          form.name, "updated reads a setting of the rule, whose number is given at each run",
          fix: "read scalars.learningRate and the like"
        ).stop(at: nil)
      }
    }
  }
}
