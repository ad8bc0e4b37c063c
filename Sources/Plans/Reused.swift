// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// What reads one graph after the other and keeps its memory in between.
protocol Reusable: Sendable {
  init()
  /// Lets go of what was read.
  mutating func removeAll()
  /// True after reading a graph so large that its memory is better given back.
  var isLarge: Bool { get }
}

/// Readers that nobody uses at the moment: a small graph is read without allocating.
final class Reused<Reader: Reusable>: Sendable {
  /// More than threads that read at once on any machine at hand; others make their own.
  private static var mostIdle: Int { 16 }

  private let idle = Mutex<[Reader]>([])

  func take() -> Reader { idle.withLock { $0.popLast() } ?? Reader() }

  func give(_ reader: consuming Reader) {
    if reader.isLarge { return }
    reader.removeAll()
    let returned = reader
    idle.withLock { idle in
      if idle.count < Reused.mostIdle { idle.append(returned) }
    }
  }
}
