// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

/// A model with other parameters in the place of its own: what a copy and a snapshot are.
struct Twin<Net: ParameterTree> {
  private let model: Net
  private let substitution: Substitution
  /// The other parameters, at the paths of the original's.
  let parameters: Parameters

  /// All numbers are those of one step. Parameters without numbers have none here either.
  init(of model: Net, isFrozen: Bool) {
    Recording.refuseReading()
    let tree = model.parameters
    let leaves = LeafSlot.leaves(of: tree.distinct.map(\.slot.current))
    var made: [UInt64: Parameter] = [:]
    for (parameter, leaf) in zip(tree.distinct, leaves) {
      if isFrozen, leaf == nil { parameter.withoutNumbers().stop(at: nil) }
      made[parameter.slot.number] = Parameter(like: parameter, leaf: leaf, isFrozen: isFrozen)
    }
    for (path, parameter) in tree {
      let own = made[parameter.slot.number]!
      HolderNames.name(own.slot.number, HolderNames[parameter.slot.number] ?? path)
    }
    self.model = model
    parameters = tree.replacing { made[$0.slot.number]! }
    substitution = Substitution(made.mapValues(\.slot))
  }

  /// Calls `body` with the original, whose parameters give the numbers of these meanwhile, in the
  /// current task.
  func withModel<Result>(_ body: (Net) throws -> Result) rethrows -> Result {
    try substitution.within { try body(model) }
  }
}

extension Twin {
  /// The model itself; of a copy of a copy, the first.
  var original: any ParameterTree { (model as? any ModelVersion)?.original ?? model }
}

/// A model that stands for another: the layers of both are the same.
package protocol ModelVersion {
  var original: any ParameterTree { get }
}

extension Twin: Sendable where Net: Sendable {}
