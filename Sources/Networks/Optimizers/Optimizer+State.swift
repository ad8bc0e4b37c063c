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

  /// What is kept for the parameters, under its name: "velocity/hidden.weight".
  package var namedState: [(name: String, parameter: Parameter)] {
    let names = groupsWithPaths.flatMap { group, paths in
      paths.map { path in group.rule.stateNames.map { "\($0)/\(path)" } }
    }
    return zip(names, state).flatMap { zip($0, $1).map { ($0, $1) } }
  }
}
