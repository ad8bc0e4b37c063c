// SPDX-License-Identifier: Apache-2.0

/// The programs of one optimizer or recorded step, those that ran last: for one thread.
package struct RecordedPrograms: Sendable {
  /// How many a function or an optimizer keeps at most, and how many bytes of them.
  package static let capacity = 1024
  package static let byteLimit = 1 << 28

  private var programs = RecentlyUsed<RecordedProgram>(
    capacity: RecordedPrograms.capacity, byteLimit: RecordedPrograms.byteLimit)

  package init() {}

  /// The program that ran last.
  package var latest: RecordedProgram? { programs.latestValue }

  package mutating func find(_ key: [UInt64]) -> RecordedProgram? { programs.find(key) }

  package mutating func add(_ key: [UInt64], _ program: RecordedProgram) {
    _ = programs.add(key, program, byteCount: program.byteCount)
  }
}
