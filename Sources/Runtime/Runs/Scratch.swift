// SPDX-License-Identifier: Apache-2.0

/// Memory for a step's intermediate tiles, and the threads to work with.
struct Scratch: BitwiseCopyable {
  let shared: UnsafeMutableRawPointer
  private let threadBase: UnsafeMutableRawPointer
  private let threadStride: Int
  let threads: Int

  init(
    shared: UnsafeMutableRawPointer, threadBase: UnsafeMutableRawPointer, threadStride: Int,
    threads: Int
  ) {
    self.shared = shared
    self.threadBase = threadBase
    self.threadStride = threadStride
    self.threads = threads
  }

  /// The memory of one thread; `thread` is below `threads`.
  func thread(_ thread: Int) -> UnsafeMutableRawPointer { threadBase + thread * threadStride }

  /// The same memory for a step that runs on one thread, while others run other steps.
  func alone(_ thread: Int) -> Scratch { alone(thread, sharing: shared) }

  func alone(_ thread: Int, sharing shared: UnsafeMutableRawPointer) -> Scratch {
    Scratch(
      shared: shared, threadBase: self.thread(thread), threadStride: threadStride, threads: 1)
  }

  /// The same with other memory to share.
  func sharing(_ offset: Int) -> Scratch {
    Scratch(
      shared: shared + offset, threadBase: threadBase, threadStride: threadStride,
      threads: threads)
  }

  /// Calls `work(unit, thread)` once for each unit, on several threads if that pays.
  ///
  /// - Parameters:
  ///   - nanoseconds: about how long all units take on one thread.
  ///   - areAlike: whether one takes about as long as another.
  @inline(__always)
  func split(
    units: Int, nanoseconds: Int, areAlike: Bool = true, _ work: (Int, Int) -> Void
  ) {
    if units == 1 || !pays(nanoseconds) {
      for unit in 0..<units { work(unit, 0) }
    } else {
      ThreadPool.shared.run(
        units: units, threads: threads, nanoseconds: nanoseconds,
        largestShare: areAlike ? .max : 1, work)
    }
  }

  /// Whether several threads are worth their while.
  func pays(_ nanoseconds: Int) -> Bool {
    threads > 1 && nanoseconds >= Scratch.worthSplitting
  }

  /// What handing work to a thread that waits for it costs, and a little.
  static let worthSplitting = 2_000
}
