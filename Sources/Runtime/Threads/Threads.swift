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
  /// processors that this process may run on. Numbers outside 1...64 become the nearest. Results
  /// have the same bits whatever it is.
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
