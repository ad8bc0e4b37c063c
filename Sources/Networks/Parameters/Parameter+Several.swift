// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

extension Parameter {
  /// The numbers of several parameters, of one step.
  package static func values(of parameters: [Parameter]) -> [Tensor<Float>] {
    let leaves = LeafSlot.leaves(of: parameters.map(\.slot.current))
    return zip(parameters, leaves).map { parameter, leaf in
      guard let leaf else { parameter.withoutNumbers().stop(at: nil) }
      return Tensor(leaf)
    }
  }

  /// Gives several parameters their numbers at once: a snapshot has all of them or none. Of one
  /// that stands there twice, the last ones stay.
  package static func setValues(of parameters: [Parameter], to values: [Tensor<Float>]) {
    let slots = parameters.map(\.slot.current)
    let leaves = parameters.indices.map { parameters[$0].newLeaf(values[$0], in: slots[$0]) }
    LeafSlot.setLeaves(of: slots, to: leaves)
  }
}
