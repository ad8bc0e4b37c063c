// SPDX-License-Identifier: Apache-2.0

import CPullbackLocks
import Synchronization

/// A value that one thread at a time looks at or changes, in a moment: it is held while the process
/// forks, so what it guards is whole in the child.
///
/// Inside, no other lock may be taken, so nothing may be released there that could take one, and
/// nothing may wait: whoever does traps.
///
/// Not `Synchronization.Mutex`: in the child of a fork that one traps, and with several threads at
/// a hot lock it is hundreds of times slower than a pthread mutex.
package final class Lock<State: Sendable>: @unchecked Sendable {
  // Touched only by the thread that holds the lock of this number.
  @usableFromInline @exclusivity(unchecked) var state: State
  @usableFromInline let number = LockNumbers.next()

  package init(_ state: State) { self.state = state }

  /// Waits for the lock, then calls `body` with the value.
  @inlinable
  package func withLock<Result>(_ body: (inout State) throws -> Result) rethrows -> Result {
    pb_lock(number)
    defer { pb_unlock(number) }
    return try body(&state)
  }

  /// Calls `body` with the value if no other thread holds the lock, and returns nil if one does.
  @inlinable
  package func withLockIfAvailable<Result>(
    _ body: (inout State) throws -> Result
  ) rethrows -> Result? {
    guard pb_try_lock(number) else { return nil }
    defer { pb_unlock(number) }
    return try body(&state)
  }
}

/// Calls `body` while holding a lock that others share: for what is too small to have its own.
@inlinable
package func withLock<Result>(
  sharedAs number: UInt64, _ body: () throws -> Result
) rethrows -> Result {
  let number = UInt32(truncatingIfNeeded: number)
  pb_lock(number)
  defer { pb_unlock(number) }
  return try body()
}

/// Spreads locks over the mutexes that there are.
@usableFromInline enum LockNumbers {
  private static let last = Atomic<UInt32>(0)

  @usableFromInline static func next() -> UInt32 {
    last.wrappingAdd(1, ordering: .relaxed).newValue
  }
}
