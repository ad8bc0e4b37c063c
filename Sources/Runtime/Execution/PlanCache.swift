// SPDX-License-Identifier: Apache-2.0

import PullbackPlans

/// Plans by the structure of the graph they were made for.
package final class PlanCache: Sendable {
  package static let shared = PlanCache()
  package static let capacity = 256
  /// Bytes that the plans kept may take.
  package static let byteLimit = 1 << 28

  private let plans = SharedRecentlyUsed<Executable>(
    capacity: PlanCache.capacity, byteLimit: PlanCache.byteLimit)

  /// How many plans have been made, for tests and for `pullback bench`.
  package var misses: Int { plans.made }

  package var count: Int { plans.count }

  package var byteCount: Int { plans.byteCount }

  /// The plan of a key, if it has been made.
  func known(_ key: [UInt64]) -> Executable? { plans.find(key) }

  func executable(for capture: borrowing Capture) -> Executable {
    plans.find(capture.key) {
      let made = Executable(Plan(capture))
      return (made, made.byteCount)
    }
  }
}
