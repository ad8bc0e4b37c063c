// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// The numbers that the rules of a swarm's networks are given for a step. Equal
/// rules are asked once.
struct NetworkScalars {
  private var groups: [StepScalars.Group] = []
  /// Which of them each network has.
  private var places: [Int] = []
  /// All numbers as Floats, class after class: the first one of all networks, then the second one,
  /// ...
  private(set) var numbers: [Float] = []

  /// Nil where there is no more than one rule.
  init?<Rule: UpdateRule>(_ rules: [Rule], _ settings: [Setting<Rule>]) {
    var known: [Rule: Int] = [:]
    for rule in rules {
      let place = known[rule] ?? groups.count
      if place == groups.count {
        known[rule] = place
        groups.append(StepScalars.Group(rule, settings))
      }
      places.append(place)
    }
    if groups.count < 2 { return nil }
  }

  /// Computes the numbers for a step.
  mutating func update(for step: Int, missed: MissedSteps) {
    numbers.removeAll(keepingCapacity: true)
    for number in missed.classes.indices {
      append(for: missed.number(of: step, forClass: number))
    }
  }

  private mutating func append(for step: Int) {
    for index in groups.indices { groups[index].update(for: step) }
    let names = groups[0].values.names
    if let other = groups.first(where: { $0.values.names != names }) {
      Mistake(
        "Optimizer", "rules of a swarm have the numbers \(names) and \(other.values.names)",
        fix: "give numbers of the same names at each step"
      ).stop(at: nil)
    }
    for number in names.indices {
      for place in places { numbers.append(Float(groups[place].values.values[number])) }
    }
  }
}
