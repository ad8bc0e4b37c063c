// SPDX-License-Identifier: Apache-2.0

#if Command

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// What the command settles before it does anything else.
enum Startup {
  /// Descriptors and signals, as whoever started the command left them, made fit to work with.
  static func begin() {
    openStandardDescriptors()
    // A reader that has gone is an output that cannot be written, not a reason to be killed; so is
    // a file that may not grow further.
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
    MemoryGuard.begin()
    exitOnInterrupt()
  }

  /// Gives a closed standard descriptor to /dev/null: else the next file that is opened would have
  /// its number, and be written into by whatever is printed. It is opened the wrong way round, so
  /// that output which cannot be written is still noticed.
  private static func openStandardDescriptors() {
    let modes = [(STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_RDONLY)]
    for (descriptor, mode) in modes where fcntl(descriptor, F_GETFD) == -1 {
      // The lowest free number is this one: those below are open by now.
      _ = open("/dev/null", mode)
    }
  }

  /// Ends the command with 130 on Ctrl-C, on a fresh line; what ends in order is asked to first.
  ///
  /// Until here the default action does. From here the signal is blocked, so it stays until a
  /// thread fetches it: none is lost in between, and that thread may do what a handler may not.
  private static func exitOnInterrupt() {
    var interrupt = sigset_t()
    sigemptyset(&interrupt)
    sigaddset(&interrupt, SIGINT)
    pthread_sigmask(SIG_BLOCK, &interrupt, nil)
    if isIgnored(SIGINT) {
      pthread_sigmask(SIG_UNBLOCK, &interrupt, nil)
      return
    }
    #if canImport(Darwin)
    var thread: pthread_t?
    #else
    var thread = pthread_t()
    #endif
    let status = pthread_create(
      &thread, nil,
      { _ in
        var interrupt = sigset_t(), number: Int32 = 0
        sigemptyset(&interrupt)
        sigaddset(&interrupt, SIGINT)
        repeat {
          while sigwait(&interrupt, &number) != 0 {}
        } while Interruption.raise()
        if Console.errorIsTerminal { Console.note("\r\u{1B}[K") }
        _exit(130)
      }, nil)
    // Without another thread the default action goes on.
    if status != 0 { pthread_sigmask(SIG_UNBLOCK, &interrupt, nil) }
  }

  /// Whether the command was started to ignore a signal, as under nohup, after `trap '' INT` and in
  /// the background of a script: then it goes on ignoring it. For a signal that is blocked.
  private static func isIgnored(_ number: Int32) -> Bool {
    let inherited = signal(number, SIG_DFL)
    // Functions cannot be compared, but SIG_IGN is a mere number, as POSIX has it.
    guard unsafeBitCast(inherited, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) else {
      return false
    }
    signal(number, SIG_IGN)
    return true
  }
}

#endif
