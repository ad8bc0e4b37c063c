// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// Where numbers are.
package enum Slot: Sendable, Hashable {
  case argument(Int)
  case parameter(Int)
  case buffer(Int)
  case output(Int)
}

/// Elements of a slot, seen through a view over some space.
package struct Access: Sendable, Hashable {
  package let slot: Slot
  package let elementType: ElementType
  package let view: View
}

/// An access as the passes see it: over which space, and whether a store may follow it closely.
package struct Read: Sendable {
  package let access: Access
  /// The shape over which it is viewed, if its first axis is that of the step; else nil.
  package let space: Shape?
  /// Whether each element is read for the position where it stands, and before that is written.
  package let isInStep: Bool

  package var slot: Slot { access.slot }
}
