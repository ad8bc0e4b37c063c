// SPDX-License-Identifier: Apache-2.0

#if Command

import PullbackRuntime

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// Ends the command with 71 and a sentence when the system refuses it memory.
enum MemoryGuard {
  private static let exitCode: Int32 = 71

  /// Who had the signals before. Written before there is a second thread.
  nonisolated(unsafe) private static var former: [(number: Int32, action: sigaction)] = []

  /// From here on.
  static func begin() {
    OutOfMemory.response.withLock { response in
      response = { error in
        Console.noteError("\(error): make layers, batches or files smaller")
        _exit(exitCode)
      }
    }
    for number in [SIGABRT, SIGSEGV, SIGBUS, SIGILL, SIGTRAP] { watch(number) }
  }

  /// Where an array or an object gets no memory, Swift's runtime ends the program with a signal,
  /// and sometimes stumbles over its own message. What the system said last tells this from a fault
  /// of the program's, which goes to whoever had the signal.
  private static func watch(_ number: Int32) {
    var action = sigaction(), former = sigaction()
    #if canImport(Darwin)
    action.__sigaction_u.__sa_handler = respond
    #else
    action.__sigaction_handler.sa_handler = respond
    #endif
    sigaction(number, &action, &former)
    self.former.append((number, former))
  }

  private static let respond: @convention(c) (Int32) -> Void = { number in
    if errno == ENOMEM {
      let sentence: StaticString = "Error: the system has no memory left\n"
      sentence.withUTF8Buffer { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
      _exit(exitCode)
    }
    for var (watched, action) in former where watched == number { sigaction(number, &action, nil) }
    // Delivered when this returns.
    raise(number)
  }
}

#endif
