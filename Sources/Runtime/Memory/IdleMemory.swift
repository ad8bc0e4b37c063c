// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// Memory that somebody keeps for later: given back before an allocation fails.
enum IdleMemory {
  private static let holders = Lock<[@Sendable () -> Void]>([])

  /// Notes who can give memory back; called once by each of them.
  static func register(_ giveBack: @escaping @Sendable () -> Void) {
    holders.withLock { $0.append(giveBack) }
  }

  static func giveBack() {
    for giveBack in holders.withLock({ $0 }) { giveBack() }
  }
}
