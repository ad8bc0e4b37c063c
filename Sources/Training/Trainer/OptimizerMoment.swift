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

    fileprivate static func all(of rule: some UpdateRule) -> [Setting] {
      rule.allSettings.map { Setting(name: $0.name, number: $0.number(of: rule)) }
    }
  }

  /// Gradients of losses that no step has been taken with yet.
  package struct Sums: Sendable {
    /// Of how many losses.
    package let count: Int
    /// By the places of the optimizer's parameters.
    package let values: [Int: Tensor<Float>]

    package init(count: Int, values: [Int: Tensor<Float>]) {
      (self.count, self.values) = (count, values)
    }
  }

  /// An average of the weights that steps update.
  package struct Average: Sendable {
    /// How often it has been updated.
    package let count: Int
    /// Of each parameter that is averaged, in their order.
    package let values: [Tensor<Float>]

    package init(count: Int, values: [Tensor<Float>]) {
      (self.count, self.values) = (count, values)
    }
  }

  package let stepCount: Int
  /// By the paths of the parameters that missed any.
  package let missedSteps: [String: Int]
  package let groups: [Group]
  /// Of a swarm, the settings of each network.
  package let networks: [[Setting]]
  /// "velocity/hidden.weight", in the order of the parameters.
  package let state: [(name: String, value: Tensor<Float>)]

  package let sums: Sums
  package let averages: [Average]

  package init(
    stepCount: Int, missedSteps: [String: Int], groups: [Group], networks: [[Setting]],
    state: [(name: String, value: Tensor<Float>)], sums: Sums, averages: [Average]
  ) {
    (self.stepCount, self.missedSteps) = (stepCount, missedSteps)
    (self.groups, self.networks) = (groups, networks)
    (self.state, self.sums, self.averages) = (state, sums, averages)
  }

  /// The optimizer as it is now; no number is copied.
  package init<Rule>(of optimizer: Optimizer<Rule>) {
    let slots = optimizer.namedState
    stepCount = optimizer.stepCount
    missedSteps = optimizer.missedStepsByPath
    groups = optimizer.momentGroups
    networks = optimizer.networkRules.map { Setting.all(of: $0) }
    let summed = optimizer.accumulated
    sums = Sums(
      count: summed.count,
      values: Dictionary(
        summed.sums.enumerated().compactMap { place, sum in sum.map { (place, $0) } },
        uniquingKeysWith: { $1 }))
    averages = optimizer.averages.map {
      Average(count: $0.count, values: Parameter.values(of: $0.parameters))
    }
    state = zip(slots, Parameter.values(of: slots.map(\.parameter))).map { ($0.name, $1) }
  }

  /// Puts an optimizer to here. Throws, and changes nothing, unless it has the same rules, over
  /// parameters of the same paths and shapes, and keeps the same for them.
  package func restore<Rule>(_ optimizer: Optimizer<Rule>) throws(TrainingError) {
    let averaged = optimizer.averages.map(\.parameters)
    guard averages.map({ $0.values.map(\.shape) }) == averaged.map({ $0.map(\.shape) }) else {
      throw TrainingError(
        "the checkpoint has \(counted(averages.count, "average")) of the weights, the optimizer "
          + "\(averaged.count), or they are of other parameters")
    }
    let places = optimizer.parameters.distinct
    for (place, sum) in sums.values
    where !places.indices.contains(place) || places[place].shape != sum.shape {
      throw TrainingError("the checkpoint has summed the gradients of other parameters")
    }
    let former = optimizer.rules
    optimizer.rules = try restored(optimizer)
    let slots = optimizer.namedState
    let kept = Dictionary(state, uniquingKeysWith: { $1 })
    let values = slots.compactMap { kept[$0.name] }
    guard values.map(\.shape) == slots.map(\.parameter.shape), values.count == state.count else {
      optimizer.rules = former
      throw TrainingError(
        "the checkpoint does not have what \(groups[0].rule) keeps for each parameter")
    }
    Parameter.setValues(of: slots.map(\.parameter), to: values)
    optimizer.stepCount = stepCount
    optimizer.missedStepsByPath = missedSteps
    if sums.count > 0 || optimizer.accumulated.count > 0 {
      optimizer.accumulated = AccumulatedGradients(
        count: sums.count, sums: places.indices.map { sums.values[$0] })
    }
    for (average, state) in zip(averages, optimizer.averages) {
      Parameter.setValues(of: state.parameters, to: average.values)
      state.count = average.count
    }
  }

  /// The rules of an optimizer with the settings of these.
  private func restored<Rule>(_ optimizer: Optimizer<Rule>) throws(TrainingError) -> [Rule] {
    let given = optimizer.momentGroups
    guard given.map(\.rule) == groups.map(\.rule),
      zip(given, groups).allSatisfy({ $1.paths == nil || $0.paths == $1.paths })
    else {
      throw TrainingError(
        "the checkpoint is one of \(summary(groups)), the optimizer of \(summary(given))")
    }
    let kept = networks.isEmpty ? groups.map(\.settings) : networks
    guard kept.count == optimizer.rules.count else {
      throw TrainingError(
        "the checkpoint is one of \(counted(kept.count, "network")), the optimizer of "
          + "\(optimizer.rules.count)")
    }
    var restored = optimizer.rules
    for (index, settings) in kept.enumerated() {
      let numbers = Dictionary(settings.map { ($0.name, $0.number) }, uniquingKeysWith: { $1 })
      for setting in restored[index].allSettings {
        guard let number = numbers[setting.name], setting.range.contains(number) else {
          throw TrainingError(
            "the checkpoint has \(numbers[setting.name].map { "\($0)" } ?? "nothing") for "
              + "\(setting.title) of \(restored[index].name) where \(setting.range.name) is "
              + "expected")
        }
        setting.set(&restored[index], number)
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
    groupsWithPaths.map { group, paths in
      .init(
        rule: group.rule.name, settings: OptimizerMoment.Setting.all(of: group.rule), paths: paths)
    }
  }
}
