// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime

/// Calls `body` with each limit of threads in force, then restores the limit.
func onThreads(_ limits: [Int], _ body: (Int) -> Void) {
  let limit = Threads.limit
  defer { Threads.limit = limit }
  for threads in limits {
    Threads.limit = threads
    body(threads)
  }
}
