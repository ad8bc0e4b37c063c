// SPDX-License-Identifier: Apache-2.0

import PullbackNetworks
import PullbackTensors

/// Where an optimizer stands: its step count, its settings and what it keeps for each parameter.
package struct OptimizerMoment: Sendable {
  /// Parameters that change alike.
  package struct Group: Sendable, Hashable {
    /// The name of the rule.
    package let rule: String
    /// All of its settings, in their order.
    package let settings: [Setting]
    /// The paths of the parameters, each once.
    package let paths: [String]

    package init(rule: String, settings: [Setting], paths: [String]) {
      (self.rule, self.settings, self.paths) = (rule, settings, paths)
    }
  }

  /// A number of a rule.
  package struct Setting: Sendable, Hashable {
    package let name: String
    package let number: Float

    package init(name: String, number: Float) { (self.name, self.number) = (name, number) }
  }

  package let stepCount: Int
  package let groups: [Group]
  /// "velocity/hidden.weight", in the order of the parameters.
  package let state: [(name: String, value: Tensor<Float>)]

  package init(
    stepCount: Int, groups: [Group], state: [(name: String, value: Tensor<Float>)]
  ) {
    (self.stepCount, self.groups, self.state) = (stepCount, groups, state)
  }

  /// The optimizer as it is now; no number is copied.
  package init<Rule>(of optimizer: Optimizer<Rule>) {
    let slots = optimizer.stateSlots
    stepCount = optimizer.stepCount
    groups = optimizer.momentGroups
    state = zip(slots, Parameter.values(of: slots.map(\.parameter))).map { ($0.name, $1) }
  }

  /// Puts an optimizer to here. Throws, and changes nothing, unless it has the same rules, over
  /// parameters of the same paths and shapes, and keeps the same for them.
  package func restore<Rule>(_ optimizer: Optimizer<Rule>) throws(TrainingError) {
    try check(optimizer)
    let former = optimizer.groups
    optimizer.groups = try restored(former)
    let slots = optimizer.stateSlots
    guard slots.map(\.name) == state.map(\.name),
      zip(slots, state).allSatisfy({ $0.parameter.shape == $1.value.shape })
    else {
      optimizer.groups = former
      throw TrainingError("the checkpoint does not have what the optimizer keeps")
    }
    Parameter.setValues(of: slots.map(\.parameter), to: state.map(\.value))
    optimizer.stepCount = stepCount
  }

  private func check<Rule>(_ optimizer: Optimizer<Rule>) throws(TrainingError) {
    let given = optimizer.momentGroups
    guard given.map(\.rule) == groups.map(\.rule), given.map(\.paths) == groups.map(\.paths) else {
      throw TrainingError(
        "the checkpoint has \(summary(groups)), the optimizer \(summary(given))")
    }
    for (mine, other) in zip(groups, given)
    where mine.settings.map(\.name) != other.settings.map(\.name) {
      throw TrainingError(
        "the checkpoint has the settings \(mine.settings.map(\.name)) of \(mine.rule), the "
          + "optimizer \(other.settings.map(\.name))")
    }
  }

  private func summary(_ groups: [Group]) -> String {
    groups.map { "\($0.rule) for \(counted($0.paths.count, "parameter"))" }
      .joined(separator: " and ")
  }

  private func restored<Rule>(
    _ groups: [Optimizer<Rule>.Group]
  ) throws(TrainingError) -> [Optimizer<Rule>.Group] {
    var restored = groups
    for (index, group) in self.groups.enumerated() {
      for (setting, known) in zip(group.settings, restored[index].rule.allSettings) {
        guard known.range.contains(setting.number) else {
          throw TrainingError(
            "the checkpoint has \(known.title) of \(setting.number) where \(known.range.name) is "
              + "expected")
        }
        known.set(&restored[index].rule, setting.number)
      }
    }
    return restored
  }
}

extension Optimizer {
  fileprivate var momentGroups: [OptimizerMoment.Group] {
    var paths = parameters.distinctLeaves.map(\.path)[...]
    return groups.map { group in
      let count = group.parameters.distinct.count
      defer { paths = paths.dropFirst(count) }
      let settings = group.rule.allSettings.map {
        OptimizerMoment.Setting(name: $0.name, number: $0.number(of: group.rule))
      }
      return .init(rule: group.rule.name, settings: settings, paths: Array(paths.prefix(count)))
    }
  }

  /// What is kept for the parameters, under its name.
  fileprivate var stateSlots: [(name: String, parameter: Parameter)] {
    let names = groups.flatMap { group in
      [[String]](repeating: group.rule.stateNames, count: group.parameters.distinct.count)
    }
    return zip(parameters.distinctLeaves, zip(names, state)).flatMap { leaf, kept in
      zip(kept.0, kept.1).map { ("\($0)/\(leaf.path)", $1) }
    }
  }
}
