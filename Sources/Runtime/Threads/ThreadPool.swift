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

/// The one pool of worker threads, started on first use.
///
/// The caller works too. It never waits for a worker that has not begun: units are handed out one
/// by one, and the job closes when none is left. Workers spin for a moment after work, because in
/// a training loop more follows at once, then sleep.
///
/// A worker that the system stops in the middle of a unit, because another program wants its
/// processor, holds up the caller. When that happens the caller works alone for a while.
final class ThreadPool: @unchecked Sendable {
  static let shared = ThreadPool()
  static let capacity = 64
  static let highestUsed = Atomic<Int>(1)

  /// Waking a sleeping worker takes as long as this many nanoseconds of work, so it must be made up
  /// for by the work at hand, or by what came lately and might have been shared.
  private static let worthWaking = 100_000
  private static let worthWakingLately = 300_000
  /// Nanoseconds that a worker looks out for more work.
  private static let alert: Int64 = 1_000_000
  /// Nanoseconds after which a worker that should be done has been stopped, and for how long the
  /// caller then works alone: at first, and at most.
  private static let stall: Int64 = 150_000
  private static let shortestRest: Int64 = 40_000_000
  private static let longestRest: Int64 = 10_240_000_000
  /// Nanoseconds that waking may take.
  private static let longestWaking: Int64 = 4_000_000
  private static let soon: Int64 = 30_000_000
  private static let closed = Int.min

  private let isBusy = Atomic<Bool>(false)
  private let epoch = Atomic<Int>(0)
  private let sleeping = Atomic<Int>(0)
  /// Workers inside the current job; negative once it is closed to newcomers.
  private let inside = Atomic<Int>(ThreadPool.closed)
  private let nextUnit = Atomic<Int>(0)
  private let joined = Atomic<Int>(0)
  /// The processor that the caller was seen on.
  private let callersProcessor = Atomic<Int>(-2)
  // Written by the caller while the job is closed, read by workers inside it.
  @exclusivity(unchecked) nonisolated(unsafe) private var job: Job?
  // Touched by whoever is busy with the pool.
  private var workerCount = 0
  private var missed = 0
  /// When workers were woken, if none has helped since.
  private var awaitedSince: Int64 = 0
  private var restsUntil: Int64 = 0
  /// When the last stall or rest ended.
  private var workedSince = Int64.min / 2
  private var nextRest = ThreadPool.shortestRest
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  private struct Job {
    let work: (Int, Int) -> Void
    let units: Int
    /// Units that a thread takes at a time.
    let share: Int
    let workers: Int
  }

  private init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
    // The child of a fork has none of the workers, whatever they were doing.
    pthread_atfork(nil, nil) { ThreadPool.shared.forgetWorkers() }
  }

  private func forgetWorkers() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
    (workerCount, missed, job) = (0, 0, nil)
    sleeping.store(0, ordering: .relaxed)
    inside.store(ThreadPool.closed, ordering: .relaxed)
    isBusy.store(false, ordering: .relaxed)
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
    guard isWorthSharing(nanoseconds) else {
      for unit in 0..<units { work(unit, 0) }
      return
    }
    withoutActuallyEscaping(work) { work in
      let share = Swift.max(units / (4 * threads), 1)
      job = Job(work: work, units: units, share: share, workers: wanted)
      nextUnit.store(0, ordering: .relaxed)
      joined.store(0, ordering: .relaxed)
      callersProcessor.store(pb_processor(), ordering: .relaxed)
      inside.store(0, ordering: .releasing)
      epoch.add(1, ordering: .sequentiallyConsistent)
      if sleeping.load(ordering: .sequentiallyConsistent) > 0 { wakeAll() }
      runUnits(thread: 0)
      if awaitedSince > 0, joined.load(ordering: .relaxed) > 0 { awaitedSince = 0 }
      // Closes the job, then waits for those inside to finish the unit at hand.
      inside.add(ThreadPool.closed, ordering: .acquiringAndReleasing)
      if inside.load(ordering: .acquiring) != ThreadPool.closed {
        waitForWorkers(expected: nanoseconds / units * share)
      }
      job = nil
    }
  }

  private func isWorthSharing(_ nanoseconds: Int) -> Bool {
    if restsUntil > 0 {
      if now() < restsUntil { return false }
      restsUntil = 0
    }
    guard sleeping.load(ordering: .relaxed) == workerCount, nanoseconds < ThreadPool.worthWaking
    else { return true }
    missed += nanoseconds
    if missed < ThreadPool.worthWakingLately { return false }
    missed = 0
    let time = now()
    if awaitedSince == 0 {
      awaitedSince = time
    } else if time - awaitedSince > ThreadPool.longestWaking {
      awaitedSince = 0
      noteStall(at: time)
    }
    return restsUntil == 0
  }

  private func waitForWorkers(expected: Int) {
    let start = now()
    var isStalled = false
    while inside.load(ordering: .acquiring) != ThreadPool.closed {
      for _ in 0..<16 { pb_pause() }
      if now() - start > ThreadPool.stall + 2 * Int64(expected) {
        isStalled = true
        // An idle processor makes the system look for threads that wait for another one.
        usleep(20)
      }
    }
    if isStalled { noteStall(at: now()) }
  }

  /// A stall now and then costs little; when another one follows soon, the caller works alone for
  /// a while, longer each time.
  private func noteStall(at time: Int64) {
    if time - workedSince < ThreadPool.soon {
      restsUntil = time + nextRest
      nextRest = Swift.min(4 * nextRest, ThreadPool.longestRest)
      workedSince = restsUntil
    } else {
      nextRest = ThreadPool.shortestRest
      workedSince = time
    }
  }

  private func now() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  private func runUnits(thread: Int) {
    guard let job else { return }
    while true {
      let first = nextUnit.add(job.share, ordering: .relaxed).oldValue
      if first >= job.units { return }
      for unit in first..<Swift.min(first + job.share, job.units) { job.work(unit, thread) }
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
    let start = now()
    repeat {
      // On the caller's processor a worker is in its way. The system would move it, but not soon.
      if pb_processor() == callersProcessor.load(ordering: .relaxed) { pb_leave_processor() }
      for _ in 0..<64 {
        let newest = epoch.load(ordering: .acquiring)
        if newest != seen { return newest }
        pb_pause()
      }
    } while now() - start < ThreadPool.alert
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
}
