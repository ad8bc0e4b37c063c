// SPDX-License-Identifier: Apache-2.0

/// The numbers of a column. Where many are missing only the others are kept, and a bit for each
/// row: a field without a value is one byte in the file and must not be eight in memory.
struct Numbers: Sendable {
  private(set) var count = 0
  private var values: [Double] = []
  /// Bit r % 64 of word r / 64 is set if row r has a value; empty if all numbers are kept.
  private var present: [UInt64] = []
  private let isSparse: Bool

  /// - Parameters:
  ///   - rowCount: how many numbers will be appended.
  ///   - missingCount: how many of them are missing.
  init(rowCount: Int, missingCount: Int) {
    // What the bits take is more than what the missing numbers would.
    isSparse = missingCount > rowCount / 64
    values.reserveCapacity(isSparse ? rowCount - missingCount : rowCount)
    if isSparse { present.reserveCapacity((rowCount + 63) / 64) }
  }

  mutating func append(_ number: Double) {
    if isSparse {
      if count % 64 == 0 { present.append(0) }
      present[count / 64] |= 1 << UInt64(count % 64)
    }
    values.append(number)
    count += 1
  }

  mutating func appendMissing() {
    if isSparse {
      if count % 64 == 0 { present.append(0) }
    } else {
      values.append(.nan)
    }
    count += 1
  }

  /// All of them, NaN where one is missing. Copied only if many are.
  var array: [Double] {
    guard isSparse else { return values }
    var array: [Double] = []
    array.reserveCapacity(count)
    var next = 0
    for row in 0..<count {
      if present[row / 64] >> UInt64(row % 64) & 1 == 0 {
        array.append(.nan)
      } else {
        array.append(values[next])
        next += 1
      }
    }
    return array
  }
}
