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

/// How many threads computations may use.
public enum Threads {
  private static let chosen = Atomic<Int>(0)

  /// The most threads one evaluation uses. At first the environment's PULLBACK_THREADS, else the
  /// processors that this process may run on. A number outside 1...64 that is set becomes the
  /// nearest. Results have the same bits whatever it is.
  public static var limit: Int {
    get {
      let number = chosen.load(ordering: .relaxed)
      return number > 0 ? number : Threads.initial
    }
    set { chosen.store(Swift.min(Swift.max(newValue, 1), ThreadPool.capacity), ordering: .relaxed) }
  }

  /// The most threads that any evaluation has used so far.
  public static var highestUsed: Int { ThreadPool.highestUsed.load(ordering: .relaxed) }

  /// False if the environment variable PULLBACK_THREADS is there and is not a number from 1 to 64;
  /// then ``limit`` begins with the processors that this process may run on.
  public static var limitIsAsRequested: Bool { requested == nil || requestedNumber != nil }

  /// Processors that the process may run on, as it was when somebody first asked: finding out reads
  /// several files.
  static let processors = Int(pb_available_processors())

  private static let initial = requestedNumber ?? Swift.min(processors, ThreadPool.capacity)

  private static let requested = getenv("PULLBACK_THREADS").map { String(cString: $0) }

  private static let requestedNumber: Int? = {
    // Int(_:) also takes a sign.
    guard let text = requested, text.first != "+",
      let number = Int(text), (1...ThreadPool.capacity).contains(number)
    else { return nil }
    return number
  }()
}
