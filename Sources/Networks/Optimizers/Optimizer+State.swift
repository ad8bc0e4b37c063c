// SPDX-License-Identifier: Apache-2.0

extension Optimizer {
  /// The groups with the paths of their parameters, each once.
  package var groupsWithPaths: [(group: Group, paths: [String])] {
    var paths = parameters.distinctLeaves.map(\.path)[...]
    return groups.map { group in
      let count = group.parameters.distinct.count
      defer { paths = paths.dropFirst(count) }
      return (group, Array(paths.prefix(count)))
    }
  }

  /// How many steps each parameter missed, by its path; those that missed none are not there.
  package var missedStepsByPath: [String: Int] {
    get {
      let counts = zip(parameters.distinctLeaves.map(\.path), missedSteps)
      return Dictionary(uniqueKeysWithValues: counts.filter { $1 > 0 })
    }
    set { missedSteps = parameters.distinctLeaves.map { newValue[$0.path] ?? 0 } }
  }

  /// What is kept for the parameters, under its name: "velocity/hidden.weight".
  package var namedState: [(name: String, parameter: Parameter)] {
    // Of a swarm, what one of its networks keeps is kept for all: `forms` knows, once settings are
    // read.
    let state = state
    let names = zip(groupsWithPaths, forms).flatMap { group, form in
      group.paths.map { path in form.stateNames.map { "\($0)/\(path)" } }
    }
    return zip(names, state).flatMap { zip($0, $1).map { ($0, $1) } }
  }
}
