// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// The first check of indices that failed, and its lowest position, at any number of threads.
final class FailedCheck: Sendable {
  struct Record {
    var step: Int
    var position: Int
    var index: Int32
    var count: Int
    var use: IndexUse
  }

  private let lowest = Lock<Record?>(nil)

  var record: Record? { lowest.withLock { $0 } }

  func note(_ new: Record) {
    lowest.withLock { old in
      guard let known = old else { return old = new }
      if (new.step, new.position) < (known.step, known.position) { old = new }
    }
  }
}
