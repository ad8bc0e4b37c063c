// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

extension Parameters {
  /// Gives each parameter the numbers of another model, or of a snapshot, at the same path.
  ///
  /// All numbers that are read belong to one step, and a snapshot of these parameters has all of
  /// the new ones or none. A mistake, before anything changes, if the paths or the shapes differ.
  ///
  /// ```swift
  /// let first = Linear(2, 1).initialized(seed: 1), second = Linear(2, 1)
  /// second.parameters.assign(first.snapshot())
  /// print(second.weight.value.scalars == first.weight.value.scalars)   // true
  /// ```
  public func assign(
    _ other: some ParameterTree, file: StaticString = #fileID, line: UInt = #line
  ) {
    Recording.refuseReading()
    let source = other.parameters
    func refuse(_ problem: String) -> Never {
      Mistake("assign", problem, fix: "assign what a model of the same layers has")
        .stop(at: CallSite(file, line))
    }
    for (path, parameter) in self {
      guard let given = source[path] else {
        refuse("there are no numbers for \(path) \(parameter.shape)")
      }
      if given.shape != parameter.shape {
        refuse("\(path) has the shape \(parameter.shape), and \(given.shape) in the other model")
      }
      if !given.isInitialized { refuse("\(path) has no numbers yet in the other model") }
    }
    if let path = source.paths.first(where: { self[$0] == nil }) {
      refuse("\(path) of the other model has no parameter here")
    }
    // Of a parameter that stands at two paths, what is at the first counts.
    let pairs = reversed().map { ($0.parameter, source[$0.path]!) }
    Parameter.setValues(of: pairs.map(\.0), to: Parameter.values(of: pairs.map(\.1)))
    tellPaths()
  }
}

extension Parameters {
  /// Stops an optimizer that is given numbers of a snapshot.
  func refuseFrozen() {
    if let leaf = first(where: { $0.parameter.slot.isFrozen }) {
      Mistake(
        "Optimizer",
        "\(leaf.path) \(leaf.parameter.shape) belongs to a snapshot, which does not change",
        fix: "train the model, or a copy() of the snapshot"
      ).stop(at: nil)
    }
  }
}
