// SPDX-License-Identifier: Apache-2.0

import CPullbackKernels
import CPullbackLocks
import PullbackTensors
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
/// The caller works too. It never waits for a worker that has not begun: units are taken from one
/// counter, and the job is over when none is left and all that were taken are done. Workers spin
/// for a moment after work, because in a training loop more follows at once, then sleep.
final class ThreadPool: @unchecked Sendable {
  static let shared = ThreadPool()
  static let capacity = 64
  static let highestUsed = Atomic<Int>(1)

  /// Nanoseconds that a worker looks out for more work.
  private static let alert: Int64 = 1_000_000

  /// The process that the workers belong to: the child of a fork has none of them.
  private let home = Atomic<UInt32>(pb_forks())
  private let moving = Lock(())
  private let isBusy = Atomic<Bool>(false)
  private let sleeping = Atomic<Int>(0)
  // Both live as long as the process, like the pool.
  private let post = ThreadPool.alone(Post())
  /// Units that workers have done, of all jobs together.
  private let finished = ThreadPool.alone(Atomic<Int>(0))
  // Touched by whoever is busy with the pool.
  private var workerCount = 0
  private var expected = 0
  private var patience = Patience()
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  /// A value with lines of memory of its own: threads that look at it are not disturbed by those
  /// that write beside it.
  private static func alone<T: ~Copyable>(_ value: consuming T) -> UnsafeMutablePointer<T> {
    // In bounds: no value here is longer than the first of two lines.
    let memory = UnsafeMutableRawPointer.allocate(byteCount: 256, alignment: 128)
      .bindMemory(to: T.self, capacity: 1)
    memory.initialize(to: value)
    return memory
  }

  private init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
  }

  /// In the child of a fork: forgets the workers, whatever they were doing.
  private func moveHome() {
    moving.withLock { _ in
      if home.load(ordering: .relaxed) == pb_forks() { return }
      forgetWorkers()
      home.store(pb_forks(), ordering: .releasing)
    }
  }

  private func forgetWorkers() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
    (workerCount, patience) = (0, Patience())
    sleeping.store(0, ordering: .relaxed)
    // What workers had taken of the parent's job they never finish here.
    post.pointee.ticket.store(0, ordering: .relaxed)
    expected = finished.pointee.load(ordering: .relaxed)
    isBusy.store(false, ordering: .relaxed)
  }

  /// Calls `work(unit, thread)` once for each unit in 0 ..< units, on up to `threads` threads.
  ///
  /// - Parameters:
  ///   - nanoseconds: about how long all units take on one thread.
  ///   - largestShare: how many units a thread takes at a time at most; 1 if they are not alike.
  func run(
    units: Int, threads: Int, nanoseconds: Int, largestShare: Int = .max,
    _ work: (Int, Int) -> Void
  ) {
    let wanted = Swift.min(threads, units) - 1
    if home.load(ordering: .acquiring) != pb_forks() { moveHome() }
    guard wanted > 0, isBusy.exchange(true, ordering: .acquiring) == false else {
      // One thread's worth of work, or another evaluation has the workers: never wait.
      for unit in 0..<units { work(unit, 0) }
      return
    }
    defer { isBusy.store(false, ordering: .releasing) }
    startWorkers(wanted)
    let areAwake = sleeping.load(ordering: .relaxed) < workerCount
    guard patience.isWorthSharing(nanoseconds, areAwake: areAwake) else {
      for unit in 0..<units { work(unit, 0) }
      return
    }
    withoutActuallyEscaping(work) { work in
      withUnsafePointer(to: work) { pointer in
        let threads = wanted + 1, last = Ticket(word: post.pointee.ticket.load(ordering: .relaxed))
        let own = Ticket(job: 0, left: units).share(threads: threads, atMost: largestShare)
        post.pointee.units.store(units, ordering: .relaxed)
        post.pointee.threads.store(threads, ordering: .relaxed)
        post.pointee.largestShare.store(largestShare, ordering: .relaxed)
        post.pointee.work.store(UnsafeRawPointer(pointer), ordering: .relaxed)
        post.pointee.callersProcessor.store(pb_processor(), ordering: .relaxed)
        let ticket = Ticket(job: last.job &+ 1, left: units - own)
        post.pointee.ticket.store(ticket.word, ordering: .sequentiallyConsistent)
        if sleeping.load(ordering: .sequentiallyConsistent) > 0 { wakeAll() }
        for unit in 0..<own { work(unit, 0) }
        let taken = own + post.pointee.takeUnits(thread: 0, noting: finished)
        if taken == units { return }
        expected &+= units - taken
        waitForWorkers(nanoseconds: nanoseconds / units * own)
      }
    }
  }

  private func waitForWorkers(nanoseconds: Int) {
    for _ in 0..<16 {
      if finished.pointee.load(ordering: .acquiring) == expected { return }
      pb_pause()
    }
    let start = monotonicNanoseconds()
    var isStalled = false
    while finished.pointee.load(ordering: .acquiring) != expected {
      for _ in 0..<16 { pb_pause() }
      if monotonicNanoseconds() - start > Patience.stall + 2 * Int64(nanoseconds) {
        isStalled = true
        // An idle processor makes the system look for threads that wait for another one.
        usleep(20)
      }
    }
    if isStalled { patience.noteStall(at: monotonicNanoseconds()) }
  }

  private func startWorkers(_ count: Int) {
    while workerCount < Swift.min(count, ThreadPool.capacity - 1) {
      #if canImport(Darwin)
        var thread: pthread_t?
      #else
        var thread = pthread_t()
      #endif
      let status = SignalMask.whileBlocked {
        pthread_create(
          &thread, nil,
          { number in
            ThreadPool.shared.workerLoop(Int(bitPattern: number))
            return nil
          }, UnsafeMutableRawPointer(bitPattern: workerCount + 1))
      }
      // Without another thread the caller does the work alone.
      guard status == 0 else { return }
      workerCount += 1
    }
  }

  /// - Parameter thread: the worker's number, from 1; the caller is 0.
  private func workerLoop(_ thread: Int) {
    var seen: UInt32 = 0
    while true {
      seen = waitForJob(after: seen)
      if post.pointee.takeUnits(thread: thread, noting: finished) > 0,
        ThreadPool.highestUsed.load(ordering: .relaxed) <= thread
      {
        ThreadPool.highestUsed.max(thread + 1, ordering: .relaxed)
      }
    }
  }

  private func waitForJob(after seen: UInt32) -> UInt32 {
    let start = monotonicNanoseconds()
    repeat {
      // On the caller's processor a worker is in its way. The system would move it, but not soon.
      if pb_processor() == post.pointee.callersProcessor.load(ordering: .relaxed) {
        pb_leave_processor()
      }
      for _ in 0..<64 {
        let job = Ticket(word: post.pointee.ticket.load(ordering: .acquiring)).job
        if job != seen { return job }
        pb_pause()
      }
    } while monotonicNanoseconds() - start < ThreadPool.alert
    pthread_mutex_lock(mutex)
    sleeping.add(1, ordering: .sequentiallyConsistent)
    var job = seen
    while true {
      job = Ticket(word: post.pointee.ticket.load(ordering: .sequentiallyConsistent)).job
      if job != seen { break }
      pthread_cond_wait(condition, mutex)
    }
    sleeping.subtract(1, ordering: .sequentiallyConsistent)
    pthread_mutex_unlock(mutex)
    return job
  }

  private func wakeAll() {
    pthread_mutex_lock(mutex)
    pthread_cond_broadcast(condition)
    pthread_mutex_unlock(mutex)
  }
}
