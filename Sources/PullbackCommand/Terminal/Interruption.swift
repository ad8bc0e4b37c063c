// SPDX-License-Identifier: Apache-2.0

#if Command

import Pullback
import Synchronization

/// What Ctrl-C means: the end of the command, or, while something is going on that ends in order,
/// the end of that.
enum Interruption {
  private static let current = Mutex<StopFlag?>(nil)

  /// Runs `body` with a flag that Ctrl-C raises the first time. The second time ends the command.
  static func raising<Result>(_ flag: StopFlag, _ body: () throws -> Result) rethrows -> Result {
    current.withLock { $0 = flag }
    defer { current.withLock { $0 = nil } }
    return try body()
  }

  /// Called when the signal has come: true if something was asked to end, and now will.
  static func raise() -> Bool {
    current.withLock { flag in
      guard let flag, !flag.isRaised else { return false }
      flag.raise()
      return true
    }
  }
}

#endif
