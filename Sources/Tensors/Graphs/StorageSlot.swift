// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A place for one storage, written once and read by any number of threads: whoever
/// writes first wins.
///
/// Counts references by hand: it owns one from the moment it is set to its end.
/// `AtomicLazyReference` does the same, slower.
struct StorageSlot: ~Copyable, Sendable {
  private let reference = Atomic<Unmanaged<Storage>?>(nil)

  var isFull: Bool { reference.load(ordering: .acquiring) != nil }

  // Not released before the slot goes, so it lives while somebody holds the slot.
  var storage: Storage? { reference.load(ordering: .acquiring)?.takeUnretainedValue() }

  /// Looks at the storage, which must be there, without counting a reference.
  func look<Result>(_ look: (Storage) -> Result) -> Result {
    // The slot holds a reference meanwhile.
    reference.load(ordering: .acquiring)!._withUnsafeGuaranteedRef(look)
  }

  func store(_ storage: Storage) {
    let owned = Unmanaged.passRetained(storage)
    let outcome = reference.compareExchange(
      expected: nil, desired: owned, ordering: .acquiringAndReleasing)
    if !outcome.exchanged { owned.release() }
  }

  /// For the only holder of the slot: true if nobody else holds the storage either,
  /// not even a part.
  var holdsAlone: Bool {
    guard let owned = reference.load(ordering: .relaxed) else { return false }
    // Taken over for the question and handed back, without counting.
    var storage = owned.takeRetainedValue()
    defer { _ = Unmanaged.passRetained(storage) }
    return isKnownUniquelyReferenced(&storage) && storage.whole == nil
  }

  deinit { reference.load(ordering: .relaxed)?.release() }
}
