// SPDX-License-Identifier: Apache-2.0

import PullbackNetworks
import PullbackTensors

/// Where an optimizer stands: its step count, its settings and what it keeps for each parameter.
package struct OptimizerMoment: Sendable {
  /// Parameters that change alike.
  package struct Group: Sendable, Hashable {
    /// The name of the rule.
    package let rule: String
    package let settings: [Setting]
    /// The paths of the parameters, each once; nil for all there are.
    package let paths: [String]?

    package init(rule: String, settings: [Setting], paths: [String]?) {
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
    let former = optimizer.groups
    optimizer.groups = try restored(former, like: optimizer.momentGroups)
    let slots = optimizer.stateSlots
    let kept = Dictionary(state, uniquingKeysWith: { $1 })
    let values = slots.compactMap { kept[$0.name] }
    guard values.map(\.shape) == slots.map(\.parameter.shape), values.count == state.count else {
      optimizer.groups = former
      throw TrainingError(
        "the checkpoint does not have what \(groups[0].rule) keeps for each parameter")
    }
    Parameter.setValues(of: slots.map(\.parameter), to: values)
    optimizer.stepCount = stepCount
  }

  /// The groups with the settings of these.
  private func restored<Rule>(
    _ known: [Optimizer<Rule>.Group], like given: [Group]
  ) throws(TrainingError) -> [Optimizer<Rule>.Group] {
    guard given.map(\.rule) == groups.map(\.rule),
      zip(given, groups).allSatisfy({ $1.paths == nil || $0.paths == $1.paths })
    else {
      throw TrainingError(
        "the checkpoint is one of \(summary(groups)), the optimizer of \(summary(given))")
    }
    var restored = known
    for (index, group) in groups.enumerated() {
      let numbers = Dictionary(
        group.settings.map { ($0.name, $0.number) }, uniquingKeysWith: { $1 })
      for setting in restored[index].rule.allSettings {
        guard let number = numbers[setting.name], setting.range.contains(number) else {
          throw TrainingError(
            "the checkpoint has \(numbers[setting.name].map { "\($0)" } ?? "nothing") for "
              + "\(setting.title) of \(group.rule) where \(setting.range.name) is expected")
        }
        setting.set(&restored[index].rule, number)
      }
    }
    return restored
  }

  private func summary(_ groups: [Group]) -> String {
    groups.map { group in
      group.rule + (group.paths.map { " for \(counted($0.count, "parameter"))" } ?? "")
    }.joined(separator: " and ")
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
