// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension Optimizer {
  /// How gradients are kept small before the rules see them: see ``Clipping``. Nil, as at the
  /// start, leaves them as they are. A mistake if the limit is not above 0.
  public var clipping: Clipping? {
    get { course.clipping }
    set {
      if let limit = newValue?.limit, !(limit > 0) {
        Mistake("Optimizer.clipping", "a limit of \(limit)", fix: "use a number above 0, or nil")
          .stop(at: nil)
      }
      course.clipping = newValue
      noteCourse()
    }
  }

  /// Leaves parameters of a tree as they are from the next step on: no gradient is
  /// computed for them, and what is kept for them stays, but for their gradients of losses with
  /// which no step has been taken yet: these are dropped. Those that are not this optimizer's are
  /// not touched anyway.
  ///
  /// ```swift
  /// let base = Parameter(value: [4]), head = Parameter(value: [1])
  /// let optimizer = Optimizer(SGD(learningRate: 0.25), for: ["base": base, "head": head])
  /// optimizer.freeze(base)
  /// optimizer.minimize((base.value * head.value).sum())
  /// optimizer.thaw(base)
  /// print(base.value, head.value)   // [4.] [0.]
  /// ```
  public func freeze(
    _ tree: any ParameterTree, file: StaticString = #fileID, line: UInt = #line
  ) {
    let places = ownPlaces(of: tree, in: "freeze", at: CallSite(file, line))
    for place in places {
      course.frozen.insert(ObjectIdentifier(parameters.distinct[place]))
      course.sums?.forget(place)
    }
    noteCourse()
  }

  /// Trains frozen parameters of a tree again.
  public func thaw(
    _ tree: any ParameterTree, file: StaticString = #fileID, line: UInt = #line
  ) {
    for place in ownPlaces(of: tree, in: "thaw", at: CallSite(file, line)) {
      course.frozen.remove(ObjectIdentifier(parameters.distinct[place]))
    }
    noteCourse()
  }

  /// Those of the parameters that are frozen.
  public var frozen: Parameters { parameters(areFrozen: true) }

  /// Those that the next step changes.
  package var thawed: Parameters { parameters(areFrozen: false) }

  private func parameters(areFrozen: Bool) -> Parameters {
    Parameters(
      parameters.leaves.filter {
        course.frozen.contains(ObjectIdentifier($0.parameter)) == areFrozen
      })
  }

  private func ownPlaces(
    of tree: any ParameterTree, in function: String, at site: CallSite
  ) -> [Int] {
    let wanted = Set(tree.parameters.distinct.map { ObjectIdentifier($0) })
    let places = parameters.distinct.indices.filter {
      wanted.contains(ObjectIdentifier(parameters.distinct[$0]))
    }
    if places.isEmpty {
      Mistake(
        "Optimizer.\(function)", "the optimizer trains none of these \(tree.parameters.counts)",
        fix: "give a part of the model that it was made for"
      ).stop(at: site)
    }
    return places
  }
}
