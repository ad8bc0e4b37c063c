// SPDX-License-Identifier: Apache-2.0

#if os(Linux)
  import CPullbackKernels
  import CPullbackProcesses
  import Foundation
  import PullbackPlans
  import PullbackRuntime
  import PullbackTensors
  import Testing

  /// The thread pool and what the system does with processes. Each test has a process of its own.
  @Suite struct ProcessTests {
    /// Enough work for threads to be worth waking, and its bits.
    private static func bits() -> [UInt32] {
      let x = Tensor<Float>.normal([200, 300], key: RandomKey(seed: 1))
      let w = Tensor<Float>.normal([300, 300], key: RandomKey(seed: 2))
      let y = tanh(x • w) • w
      return (y.scalars + y.sum(along: 0).scalars).map(\.bitPattern)
    }

    @Test func thePoolWorksInTheChildOfAFork() async {
      await #expect(processExitsWith: .success) {
        Threads.limit = 4
        let expected = ProcessTests.bits()
        for _ in 0..<20 { precondition(ProcessTests.bits() == expected) }
        precondition(pb_thread_count() >= 4, "the pool has no workers to lose")
        for _ in 0..<3 {
          let status = pb_run_in_child(
            {
              // Of the parent's threads only this one is left.
              if pb_thread_count() != 1 { return 2 }
              let first = ProcessTests.bits()
              if pb_thread_count() < 4 { return 3 }
              for _ in 0..<20 where ProcessTests.bits() != first { return 4 }
              Threads.limit = 1
              return ProcessTests.bits() == first ? 0 : 5
            }, 60)
          precondition(status == 0, "the child ended with \(status)")
          // The parent still has its workers.
          precondition(ProcessTests.bits() == expected)
        }
      }
    }

    @Test func aForkBeforeTheFirstEvaluationHarmsNobody() async {
      await #expect(processExitsWith: .success) {
        Threads.limit = 3
        let status = pb_run_in_child({ ProcessTests.bits().isEmpty ? 1 : 0 }, 60)
        precondition(status == 0)
        precondition(!ProcessTests.bits().isEmpty)
      }
    }

    @Test("Processors that the process may run on", arguments: [1, 2])
    func affinity(count: Int) async {
      await #expect(processExitsWith: .success) { [count = count as Int] in
        unsetenv("PULLBACK_THREADS")
        let before = pb_available_processors()
        let allowed = Int(pb_restrict_to_processors(Int32(count)))
        precondition(allowed >= 1 && allowed <= count)
        precondition(pb_available_processors() == min(before, allowed))
        precondition(Threads.limit == min(before, allowed), "\(Threads.limit)")
        // Leaving the processor is no way out of what is allowed.
        for _ in 0..<10 { pb_leave_processor() }
        precondition(pb_available_processors() == min(before, allowed))
        let expected = ProcessTests.bits()
        Threads.limit = 5
        precondition(ProcessTests.bits() == expected)
      }
    }

    @Test("PULLBACK_THREADS", arguments: [("1", 1), ("7", 7), ("064", 64)])
    func environment(text: String, limit: Int) async {
      await #expect(processExitsWith: .success) { [text = text as String, limit = limit as Int] in
        setenv("PULLBACK_THREADS", text, 1)
        precondition(Threads.limit == limit)
        precondition(Threads.limitIsAsRequested)
        _ = ProcessTests.bits()
        precondition(Threads.highestUsed <= limit)
      }
    }

    @Test(
      "PULLBACK_THREADS that is no number of threads",
      arguments: [
        "0", "-2", "", "3x", " 4", "4 ", "+4", "4.0", "1e3", "0x4", "65", "1000", "٤",
        "99999999999999999999",
      ])
    func badEnvironment(text: String) async {
      await #expect(processExitsWith: .success) { [text = text as String] in
        setenv("PULLBACK_THREADS", text, 1)
        precondition(!Threads.limitIsAsRequested)
        precondition(Threads.limit == min(pb_available_processors(), 64))
      }
    }

    @Test func withoutTheEnvironmentTheLimitIsAsRequested() async {
      await #expect(processExitsWith: .success) {
        unsetenv("PULLBACK_THREADS")
        precondition(Threads.limitIsAsRequested)
      }
    }

    /// Signals are for the program's own threads; what a thread does to itself is its own.
    @Test func workersLeaveSignalsToOthers() async {
      await #expect(processExitsWith: .success) {
        Threads.limit = 4
        // The child has one thread, and then the workers: none of Dispatch's.
        let status = pb_run_in_child(
          {
            let left = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGALRM, SIGCHLD, SIGPIPE, SIGUSR1]
            let kept = [SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGPROF]
            let before = (left + kept).map(pb_threads_blocking)
            _ = ProcessTests.bits()
            if pb_thread_count() != 4 { return 2 }
            // The system blocks all signals in a thread that has not begun to run.
            var wrong: Int32 = 0
            for _ in 0..<5000 {
              wrong = 0
              for (signal, before) in zip(left + kept, before) {
                let workers = pb_threads_blocking(signal) - before
                if workers != (left.contains(signal) ? 3 : 0) { wrong = 100 + signal }
              }
              if wrong == 0 { break }
              usleep(1000)
            }
            return wrong
          }, 60)
        precondition(status == 0, "the child ended with \(status)")
      }
    }

    @Test func manyThreadsEvaluateAtOnce() async {
      await #expect(processExitsWith: .success) {
        Threads.limit = 3
        let expected = ProcessTests.bits()
        let lock = NSLock(), done = DispatchGroup()
        nonisolated(unsafe) var wrong = 0
        for _ in 0..<6 {
          done.enter()
          let thread = Thread {
            for _ in 0..<10 where ProcessTests.bits() != expected { lock.withLock { wrong += 1 } }
            done.leave()
          }
          thread.start()
        }
        precondition(done.wait(timeout: .now() + 60) == .success)
        precondition(wrong == 0)
      }
    }
  }
#endif
