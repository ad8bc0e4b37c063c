// SPDX-License-Identifier: Apache-2.0

import PullbackTensors
import Synchronization

/// A function that is being traced on stand-ins for its arguments.
package final class Recording: Sendable {
  /// The recording that the current task is making.
  @TaskLocal package static var current: Recording?

  private let noted = Mutex<[(leaf: Value, slot: LeafSlot)]>([])

  package init() {}

  /// Remembers where a leaf came from, so that replays read the slot anew.
  package func note(_ leaf: Value, in slot: LeafSlot) {
    noted.withLock { $0.append((leaf, slot)) }
  }

  package var slots: [(leaf: Value, slot: LeafSlot)] { noted.withLock { $0 } }

  /// Stops if numbers are read while a function is recorded: replays would not read them.
  static func refuseReading() {
    if current != nil {
      Mistake(
        "recorded", "numbers are read inside the recorded function",
        fix: "return the tensor and read it outside"
      ).stop(at: nil)
    }
  }
}
