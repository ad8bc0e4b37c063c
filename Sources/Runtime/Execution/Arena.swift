// SPDX-License-Identifier: Apache-2.0

import PullbackTensors
import Synchronization

/// The memory of one run between its first and last step, with the table of slots in front.
final class Arena: @unchecked Sendable {
  let storage: Storage
  let threads: Int
  let failure = FailedCheck()
  // Touched by the run that has taken the arena.
  @exclusivity(unchecked) var choice = ThreadChoice()
  /// How many arenas had been made when it was given back. Touched by whoever has its plan's lock.
  @exclusivity(unchecked) var lastUse = 0

  /// - Throws: if the system refuses the memory even without that of all idle arenas.
  init(byteCount: Int, threads: Int) throws(OutOfMemory) {
    self.threads = threads
    ArenaMemory.willHold(byteCount)
    do throws(OutOfMemory) {
      storage = try Storage.requested(byteCount)
    } catch {
      ArenaMemory.willRelease(byteCount)
      throw error
    }
    // Storages are a little larger than what was asked for.
    ArenaMemory.willRelease(byteCount - storage.byteCount)
  }

  deinit { ArenaMemory.willRelease(storage.byteCount) }
}

/// What all arenas hold together, idle or not: at most `limit`; where more is running, a little
/// that is idle beside it, or the one arena that ran last. Idle arenas that were not used for
/// longest go first.
///
/// A replay only looks whether it is too much; making and dropping arenas is what counts.
enum ArenaMemory {
  static let limit = 1 << 29
  /// What may be idle whatever is running, so that small plans keep theirs beside a large one.
  private static let spared = limit / 4

  private static let held = Atomic<Int>(0)
  private static let made = Atomic<Int>(0)
  /// What was idle when it was last trimmed, and has been given back since.
  private static let mostIdle = Atomic<Int>(0)

  private struct Owner: Sendable {
    weak var executable: Executable?
  }
  private static let owners = Lock<[ObjectIdentifier: Owner]>([:])

  private static var exceedsLimit: Bool { held.load(ordering: .relaxed) > limit }

  /// The time that arenas are dated with.
  static var now: Int { made.load(ordering: .relaxed) }

  static func willHold(_ byteCount: Int) {
    made.add(1, ordering: .relaxed)
    held.add(byteCount, ordering: .relaxed)
    if exceedsLimit { trim() }
  }

  /// Called when a run is over.
  static func isIdle(_ arena: Arena) {
    guard exceedsLimit else { return }
    let byteCount = arena.storage.byteCount
    if mostIdle.add(byteCount, ordering: .relaxed).newValue > spared { trim(except: arena) }
  }

  static func willRelease(_ byteCount: Int) { held.subtract(byteCount, ordering: .relaxed) }

  /// So that an allocation that fails is tried again without idle arenas.
  private static let isRegistered: Void = IdleMemory.register { trim(to: 0, sparing: 0) }

  static func add(_ executable: Executable) {
    isRegistered
    let owner = Owner(executable: executable)
    owners.withLock { $0[ObjectIdentifier(executable)] = owner }
  }

  /// To be called when it goes.
  static func remove(_ executable: Executable) {
    owners.withLock { $0[ObjectIdentifier(executable)] = nil }
  }

  /// Drops idle arenas, the oldest first, until what is held is no more than `limit`, or what is
  /// idle no more than `spared`.
  static func trim(to limit: Int = limit, sparing spared: Int = spared, except kept: Arena? = nil) {
    // What the lists hold is released after them, outside all locks.
    let executables = owners.withLock { $0.values.compactMap(\.executable) }
    let idle = executables.flatMap { executable in
      executable.idle.map { (arena: $0.arena, executable: executable, lastUse: $0.lastUse) }
    }
    var excess = held.load(ordering: .relaxed) - limit
    var idleByteCount = idle.reduce(0) { $0 + $1.arena.storage.byteCount }
    for candidate in idle.sorted(by: { $0.lastUse < $1.lastUse }) where candidate.arena !== kept {
      if excess <= 0 || idleByteCount <= spared { break }
      if candidate.executable.drop(candidate.arena) {
        excess -= candidate.arena.storage.byteCount
        idleByteCount -= candidate.arena.storage.byteCount
      }
    }
    mostIdle.store(idleByteCount, ordering: .relaxed)
  }
}
