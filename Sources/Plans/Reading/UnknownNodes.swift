// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// What had no numbers when the structure of a step was read, and what was made since.
///
/// While the step is written down another thread may compute such numbers, and a rule may read what
/// it is given. They are of this one step, and no part of what all steps of its structure run.
package struct UnknownNodes {
  private var serials = PositionTable()
  /// Nodes from this one on were made since.
  private let end = Node.reserveSerials(1)

  fileprivate init() {}

  fileprivate mutating func insert(_ node: Node) { serials[node.serial] = 0 }

  func contains(_ node: Node) -> Bool {
    if node.serial < end { return serials[node.serial] != nil }
    // Numbers that nothing was computed from, or that are cut off from it, are what they are.
    return !(node.isData || node.isDetached && node.input(0) == nil)
  }
}

extension Signature {
  /// The nodes of the graph that had no numbers when it was read.
  package var unknownNodes: UnknownNodes {
    var unknown = UnknownNodes()
    forEachUnknown { unknown.insert($0) }
    return unknown
  }
}

extension Node {
  /// True for numbers that nothing is known to have been computed from.
  var isData: Bool {
    if case .creation(.data) = operation { true } else { false }
  }
}
