// SPDX-License-Identifier: Apache-2.0

/// Programs and what each was made for: bounded in number and in bytes, the oldest go first.
package struct RecentPrograms: Sendable {
  package struct Entry: Sendable {
    package let key: [UInt64]
    package let program: RecordedProgram

    package init(key: [UInt64], program: RecordedProgram) {
      (self.key, self.program) = (key, program)
    }

    fileprivate var byteCount: Int { key.count * MemoryLayout<UInt64>.stride + program.byteCount }
  }

  private static let capacity = 64
  private static let byteLimit = 1 << 28

  package private(set) var entries: [Entry] = []
  private var byteCount = 0

  package init() {}

  /// Keeps a program and returns those that have to go: to be released outside of any lock.
  package mutating func add(_ added: Entry) -> [Entry] {
    byteCount += added.byteCount
    var count = 0
    while count < entries.count,
      entries.count - count >= RecentPrograms.capacity || byteCount > RecentPrograms.byteLimit
    {
      byteCount -= entries[count].byteCount
      count += 1
    }
    defer {
      entries.removeFirst(count)
      entries.append(added)
    }
    return Array(entries.prefix(count))
  }
}
