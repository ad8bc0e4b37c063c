// SPDX-License-Identifier: Apache-2.0

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The signals that a thread leaves to others.
enum SignalMask {
  /// Runs `start` with signals blocked in the calling thread, so that a thread which it starts
  /// leaves them to the program's own threads: a handler runs where the program expects it, and no
  /// call of a worker is interrupted.
  ///
  /// Not blocked is what a thread does to itself: a trap in a worker shows its backtrace. Nor is
  /// SIGPROF, by which a profiler asks what each thread does.
  static func whileBlocked<Result>(_ start: () -> Result) -> Result {
    var blocked = sigset_t(), before = sigset_t()
    sigfillset(&blocked)
    for number in [SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGPROF] {
      sigdelset(&blocked, number)
    }
    pthread_sigmask(SIG_SETMASK, &blocked, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    return start()
  }
}
