// SPDX-License-Identifier: Apache-2.0

import PullbackPlans

/// What a thread has of its own: scratch of cores and bodies, and in plans with inner buffers a
/// table of slots and the rows in flight. The table is that of the run but for inner buffers, each
/// of which one phase writes and reads: so a phase sets its own, and no table is copied for it.
struct ThreadMemory: BitwiseCopyable {
  let coreByteCount: Int
  let tableByteCount: Int
  let byteCount: Int

  /// - Parameter slotCount: 0 in a plan without inner buffers.
  init(coreByteCount: Int, slotCount: Int, rowByteCount: Int) {
    self.coreByteCount = Plan.padded(coreByteCount)
    tableByteCount = Plan.padded(slotCount * MemoryLayout<UnsafeRawPointer>.stride)
    byteCount = self.coreByteCount + tableByteCount + Plan.padded(rowByteCount)
  }
}

/// Memory for a step's intermediate tiles, and the threads to work with.
struct Scratch: BitwiseCopyable {
  let shared: UnsafeMutableRawPointer
  private let threadBase: UnsafeMutableRawPointer
  private let layout: ThreadMemory
  let threads: Int

  init(
    shared: UnsafeMutableRawPointer, threadBase: UnsafeMutableRawPointer, _ layout: ThreadMemory,
    threads: Int
  ) {
    self.shared = shared
    self.threadBase = threadBase
    self.layout = layout
    self.threads = threads
  }

  /// The memory of one thread; `thread` is below `threads`.
  func thread(_ thread: Int) -> UnsafeMutableRawPointer { threadBase + thread * layout.byteCount }

  /// Its table of slots.
  func table(_ thread: Int) -> UnsafeMutablePointer<UnsafeMutableRawPointer> {
    // In bounds: there is room for one pointer a slot behind what cores and bodies use.
    (self.thread(thread) + layout.coreByteCount)
      .assumingMemoryBound(to: UnsafeMutableRawPointer.self)
  }

  /// Gives the table of each thread, where they have one, the first pointers of another.
  func fillTables(
    from slots: UnsafeMutablePointer<UnsafeMutableRawPointer>, count: Int
  ) {
    if layout.tableByteCount == 0 { return }
    // In bounds: both tables have room for all slots of the plan, and `count` is at most those.
    for thread in 0..<threads { table(thread).update(from: slots, count: count) }
  }

  /// Its rows in flight of inner buffers.
  func rows(_ thread: Int) -> UnsafeMutableRawPointer {
    self.thread(thread) + (layout.coreByteCount + layout.tableByteCount)
  }

  /// The same memory for a step that runs on one thread, while others run other steps.
  func alone(_ thread: Int) -> Scratch { alone(thread, sharing: shared) }

  func alone(_ thread: Int, sharing shared: UnsafeMutableRawPointer) -> Scratch {
    Scratch(
      shared: shared, threadBase: self.thread(thread), layout, threads: 1)
  }

  /// The same with other memory to share.
  func sharing(_ offset: Int) -> Scratch {
    Scratch(
      shared: shared + offset, threadBase: threadBase, layout, threads: threads)
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
