// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// What reads one graph after the other and keeps its memory in between.
///
/// Not copyable: copying all its arrays would take longer than reading a small graph.
package protocol Reusable: ~Copyable, Sendable {
  init()
  /// Lets go of what was read.
  mutating func removeAll()
  /// True after reading a graph so large that its memory is better given back.
  var isLarge: Bool { get }
}

/// A reader in use: by one thread, from `take` to `give`.
package final class Borrowed<Reader: Reusable & ~Copyable>: @unchecked Sendable {
  @exclusivity(unchecked) package var reader = Reader()
}

/// Readers that nobody uses at the moment: a small graph is read without allocating.
final class Reused<Reader: Reusable & ~Copyable>: Sendable {
  /// More than threads that read at once on any machine at hand; others make their own.
  private static var mostIdle: Int { 16 }

  private let idle = Lock<[Borrowed<Reader>]>([])

  func take() -> Borrowed<Reader> { idle.withLock { $0.popLast() } ?? Borrowed() }

  func give(_ borrowed: Borrowed<Reader>) {
    if borrowed.reader.isLarge { return }
    borrowed.reader.removeAll()
    idle.withLock { idle in
      if idle.count < Reused.mostIdle { idle.append(borrowed) }
    }
  }
}
