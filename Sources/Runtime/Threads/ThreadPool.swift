// SPDX-License-Identifier: Apache-2.0

import CPullbackKernels
import Synchronization

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Lets another thread run.
package func yieldProcessor() { sched_yield() }

/// How many threads computations may use.
public enum Threads {
  private static let chosen = Atomic<Int>(0)

  /// The most threads one evaluation uses. At first the environment's PULLBACK_THREADS, else the
  /// processors that this process may run on. Results have the same bits whatever it is.
  public static var limit: Int {
    get {
      let number = chosen.load(ordering: .relaxed)
      return number > 0 ? number : Threads.initial
    }
    set { chosen.store(Swift.min(Swift.max(newValue, 1), ThreadPool.capacity), ordering: .relaxed) }
  }

  /// The most threads that any evaluation has used so far.
  public static var highestUsed: Int { ThreadPool.highestUsed.load(ordering: .relaxed) }

  private static let initial: Int = {
    if let text = getenv("PULLBACK_THREADS"), let number = Int(String(cString: text)), number > 0 {
      return Swift.min(number, ThreadPool.capacity)
    }
    return Swift.min(Int(pb_available_processors()), ThreadPool.capacity)
  }()
}

/// The one pool of worker threads, started on first use.
///
/// The caller works too. It never waits for a worker that has not begun: units are handed out one
/// by one, and the job closes when none is left. Workers spin for a moment after work, because in
/// a training loop more follows at once, then sleep.
final class ThreadPool: @unchecked Sendable {
  static let shared = ThreadPool()
  static let capacity = 64
  static let highestUsed = Atomic<Int>(1)

  /// Below this many nanoseconds of work a sleeping worker is not worth waking.
  private static let worthWaking = 100_000
  private static let spins = 20_000
  private static let closed = Int.min

  private let isBusy = Atomic<Bool>(false)
  private let epoch = Atomic<Int>(0)
  private let sleeping = Atomic<Int>(0)
  /// Workers inside the current job; negative once it is closed to newcomers.
  private let inside = Atomic<Int>(ThreadPool.closed)
  private let nextUnit = Atomic<Int>(0)
  private let joined = Atomic<Int>(0)
  // Written by the caller while the job is closed, read by workers inside it.
  nonisolated(unsafe) private var job: (work: (Int, Int) -> Void, units: Int, workers: Int)?
  private var workerCount = 0
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  private init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
  }

  /// Calls `work(unit, thread)` once for each unit in 0 ..< units, on up to `threads` threads.
  ///
  /// - Parameter nanoseconds: about how long all units take on one thread.
  func run(units: Int, threads: Int, nanoseconds: Int, _ work: (Int, Int) -> Void) {
    let wanted = Swift.min(threads, units) - 1
    guard wanted > 0, isBusy.exchange(true, ordering: .acquiring) == false else {
      // One thread's worth of work, or another evaluation has the workers: never wait.
      for unit in 0..<units { work(unit, 0) }
      return
    }
    defer { isBusy.store(false, ordering: .releasing) }
    startWorkers(wanted)
    if sleeping.load(ordering: .relaxed) == workerCount, nanoseconds < ThreadPool.worthWaking {
      for unit in 0..<units { work(unit, 0) }
      return
    }
    withoutActuallyEscaping(work) { work in
      job = (work, units, wanted)
      nextUnit.store(0, ordering: .relaxed)
      joined.store(0, ordering: .relaxed)
      inside.store(0, ordering: .releasing)
      epoch.add(1, ordering: .sequentiallyConsistent)
      if sleeping.load(ordering: .sequentiallyConsistent) > 0 { wakeAll() }
      runUnits(thread: 0)
      // Closes the job, then waits for those inside to finish the unit at hand.
      inside.add(ThreadPool.closed, ordering: .acquiringAndReleasing)
      while inside.load(ordering: .acquiring) != ThreadPool.closed { pause() }
      job = nil
    }
  }

  private func runUnits(thread: Int) {
    guard let job else { return }
    while true {
      let unit = nextUnit.add(1, ordering: .relaxed).oldValue
      if unit >= job.units { return }
      job.work(unit, thread)
    }
  }

  private func startWorkers(_ count: Int) {
    while workerCount < Swift.min(count, ThreadPool.capacity - 1) {
      #if canImport(Darwin)
        var thread: pthread_t?
      #else
        var thread = pthread_t()
      #endif
      let status = pthread_create(
        &thread, nil,
        { _ in
          ThreadPool.shared.workerLoop()
          return nil
        }, nil)
      // Without another thread the caller does the work alone.
      guard status == 0 else { return }
      workerCount += 1
    }
  }

  private func workerLoop() {
    var seen = 0
    while true {
      seen = waitForJob(after: seen)
      guard enter() else { continue }
      let thread = joined.add(1, ordering: .relaxed).newValue
      if let job, thread <= job.workers {
        ThreadPool.highestUsed.max(thread + 1, ordering: .relaxed)
        runUnits(thread: thread)
      }
      inside.subtract(1, ordering: .releasing)
    }
  }

  /// Joins the current job unless it is closed.
  private func enter() -> Bool {
    var count = inside.load(ordering: .acquiring)
    while count >= 0 {
      let (exchanged, original) = inside.weakCompareExchange(
        expected: count, desired: count + 1, ordering: .acquiringAndReleasing)
      if exchanged { return true }
      count = original
    }
    return false
  }

  private func waitForJob(after seen: Int) -> Int {
    for _ in 0..<ThreadPool.spins {
      let now = epoch.load(ordering: .acquiring)
      if now != seen { return now }
      pause()
    }
    pthread_mutex_lock(mutex)
    sleeping.add(1, ordering: .sequentiallyConsistent)
    while epoch.load(ordering: .sequentiallyConsistent) == seen {
      pthread_cond_wait(condition, mutex)
    }
    sleeping.subtract(1, ordering: .sequentiallyConsistent)
    pthread_mutex_unlock(mutex)
    return epoch.load(ordering: .acquiring)
  }

  private func wakeAll() {
    pthread_mutex_lock(mutex)
    pthread_cond_broadcast(condition)
    pthread_mutex_unlock(mutex)
  }

  private func pause() { _ = epoch.load(ordering: .relaxed) }
}
