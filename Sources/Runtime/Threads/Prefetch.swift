// SPDX-License-Identifier: Apache-2.0

import CPullbackLocks
import PullbackTensors

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Values in order, made ahead on a thread of their own: at most `depth` of them wait to be taken.
///
/// The thread is none of those that run Swift's tasks, and needs none of them: who waits for a
/// value always gets it. It ends when all values are made, when making one fails, or soon after
/// nobody holds this any more: as soon as the value that is being made is there.
package final class Prefetch<Element: Sendable>: @unchecked Sendable {
  /// Makes values until there is none.
  package typealias Maker = () throws -> Element?

  private let channel: Channel<Element>

  /// - Parameter begin: what makes the maker, on the thread on which it then works.
  package init(depth: Int, _ begin: @escaping @Sendable () throws -> Maker) {
    channel = Channel(depth: depth, begin)
    channel.start()
  }

  deinit { channel.cancel() }

  /// Waits for the next value; nil after the last one. Throws what making it has thrown, once.
  package func next() throws -> Element? { try channel.take() }
}

/// What the two threads share.
private final class Channel<Element: Sendable>: @unchecked Sendable {
  private let depth: Int
  private let begin: @Sendable () throws -> Prefetch<Element>.Maker
  /// The process that the thread belongs to: the child of a fork does not have it.
  private let home = pb_forks()
  // Both live as long as this.
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  // Touched by whoever holds the mutex.
  private var ready: [Result<Element, any Error>] = []
  private var isOver = false
  private var isCancelled = false
  /// What makes values where no thread could be started.
  private var ownMaker: Prefetch<Element>.Maker?
  private var isAlone = false

  init(depth: Int, _ begin: @escaping @Sendable () throws -> Prefetch<Element>.Maker) {
    (self.depth, self.begin) = (Swift.max(depth, 1), begin)
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(changed, nil)
  }

  deinit {
    // In a forked child the mutex may be held for ever: it is given up as it is.
    if home == pb_forks() {
      pthread_mutex_destroy(mutex)
      pthread_cond_destroy(changed)
    }
    mutex.deallocate()
    changed.deallocate()
  }

  func start() {
    #if canImport(Darwin)
      var thread: pthread_t?
    #else
      var thread = pthread_t()
    #endif
    // The thread holds the channel until it ends.
    let held = Unmanaged.passRetained(self)
    let status = SignalMask.whileBlocked {
      pthread_create(
        &thread, nil,
        { pointer in
          // What `start` retained for this thread, and nobody else.
          let channel =
            Unmanaged<AnyObject>.fromOpaque(pointerOfThread(pointer))
            .takeRetainedValue() as! any Working
          channel.work()
          return nil
        }, held.toOpaque())
    }
    guard status == 0 else {
      // Then values are made where they are taken.
      held.release()
      isAlone = true
      return
    }
    #if canImport(Darwin)
      pthread_detach(thread!)
    #else
      pthread_detach(thread)
    #endif
  }

  func cancel() {
    if home != pb_forks() { return }
    locked {
      isCancelled = true
      pthread_cond_broadcast(changed)
    }
  }

  func take() throws -> Element? {
    if home != pb_forks() {
      Mistake(
        "next", "the program has forked in the middle of a pass, and its child has no such thread",
        fix: "begin a pass of its own in the child"
      ).stop(at: nil)
    }
    let result: Result<Element, any Error>? = locked {
      if isAlone { return makeAlone() }
      while ready.isEmpty, !isOver { pthread_cond_wait(changed, mutex) }
      if ready.isEmpty { return nil }
      pthread_cond_broadcast(changed)
      return ready.removeFirst()
    }
    return try result?.get()
  }

  /// The next value, made by its taker, who holds the mutex: several may take from one channel.
  private func makeAlone() -> Result<Element, any Error>? {
    if isOver { return nil }
    let made = Result { () throws -> Element? in
      let maker = try ownMaker ?? begin()
      ownMaker = maker
      return try maker()
    }
    if case .success(let element?) = made { return .success(element) }
    (isOver, ownMaker) = (true, nil)
    if case .failure(let error) = made { return .failure(error) }
    return nil
  }

  /// True if somebody still waits for values.
  private func put(_ result: Result<Element, any Error>) -> Bool {
    locked {
      while ready.count >= depth, !isCancelled { pthread_cond_wait(changed, mutex) }
      if isCancelled { return false }
      ready.append(result)
      pthread_cond_broadcast(changed)
      return true
    }
  }

  private func makeValues() {
    do {
      let maker = try begin()
      while !locked({ isCancelled }), let element = try maker() {
        if !put(.success(element)) { break }
      }
    } catch {
      _ = put(.failure(error))
    }
  }

  private func locked<Value>(_ body: () -> Value) -> Value {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body()
  }
}

/// A channel of whatever elements, as a thread that begins knows it.
private protocol Working: AnyObject {
  func work()
}

extension Channel: Working {
  /// Makes values until there are no more, or nobody wants them.
  func work() {
    makeValues()
    locked {
      isOver = true
      pthread_cond_broadcast(changed)
    }
  }
}

/// The argument of a thread, which is optional on some systems.
private func pointerOfThread(_ pointer: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer {
  pointer!
}
