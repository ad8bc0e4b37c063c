// SPDX-License-Identifier: Apache-2.0

/// The line of a file on which each row starts: most rows are one line behind the row before, and
/// only lines beyond that take memory.
struct RowLines: Sendable {
  private var first = 0
  private var last = 0
  private var count = 0
  /// For each line that is no row's first, the row behind it: in order.
  private var skipped: [Int32] = []

  init(extraLineCount: Int) { skipped.reserveCapacity(extraLineCount) }

  mutating func append(_ line: Int) {
    if count == 0 {
      first = line
    } else {
      for _ in 0..<(line - last - 1) { skipped.append(Int32(count)) }
    }
    last = line
    count += 1
  }

  subscript(row: Int) -> Int {
    // How many of them stand at or before the row.
    var low = 0, high = skipped.count
    while low < high {
      let middle = (low + high) / 2
      if skipped[middle] <= row { low = middle + 1 } else { high = middle }
    }
    return first + row + low
  }
}
