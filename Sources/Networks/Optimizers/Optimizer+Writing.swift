// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// The next step of an optimizer as a graph of single operations, with the numbers as they are.
package struct WrittenUpdate {
  /// What changes: its name, and the path of the parameter.
  package let results: [(name: String, path: String, value: Value)]
  /// What leaves are called, by their serial numbers.
  package let names: [UInt64: String]
}

extension Optimizer {
  /// Writes the next step down: clipping, sums of gradients, rules and averages. Nothing changes.
  ///
  /// - Parameter gradients: by the paths of the parameters.
  package func writtenUpdate(by gradients: [String: Value]) -> WrittenUpdate {
    let programs = nextPrograms(), held = heldNames
    let given = programs.parameters.map { gradients[held[$0.slot.number]!.path] }
    let (updates, scalars) = programs.written(by: given)
    var names = Dictionary(
      gradients.map { ($1.node.serial, "gradient of \($0)") }, uniquingKeysWith: { $1 })
    for (scalar, name) in zip(scalars, programs.scalarNames) {
      names[scalar.value.node.serial] = name
    }
    for update in updates { names[update.leaf.node.serial] = held[update.slot.number]?.name }
    return WrittenUpdate(
      results: updates.compactMap { update in
        held[update.slot.number].map { ($0.name, $0.path, update.update) }
      }, names: names)
  }

  /// What is held for each parameter: by the slot what it is called, and the parameter's path.
  private var heldNames: [UInt64: (name: String, path: String)] {
    var names: [UInt64: (name: String, path: String)] = [:]
    let stateNames = zip(knownGroups, forms).flatMap { group, form in
      group.parameters.distinct.map { _ in form.stateNames }
    }
    for (place, leaf) in parameters.distinctLeaves.enumerated() {
      let path = leaf.path
      names[leaf.parameter.slot.number] = (path, path)
      for (name, kept) in zip(stateNames[place], keptState[place]) {
        names[kept.slot.number] = ("\(name) of \(path)", path)
      }
      if let sum = course.sums?.sums[place] {
        names[sum.slot.number] = ("sum of the gradients of \(path)", path)
      }
    }
    for pair in course.averages.flatMap(\.pairs) {
      let path = names[pair.source.slot.number]?.path ?? ""
      names[pair.average.slot.number] = ("average of \(path)", path)
    }
    return names
  }
}

extension StepPrograms {
  /// What the numbers of a step are called, in their order.
  fileprivate var scalarNames: [String] {
    var names = scalars.groups.flatMap(\.values.names)
    if case .ended = form.sums { names.append("share of a loss") }
    if form.clipping != nil { names.append("clipping.limit") }
    for _ in 0..<form.averageCount { names += ["kept share", "new share"] }
    return names
  }
}
