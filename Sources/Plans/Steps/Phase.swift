// SPDX-License-Identifier: Apache-2.0

/// Steps that threads work on side by side; between phases they wait for each other.
package struct Phase: Sendable {
  package let steps: Range<Int>
  /// Nil if the steps do not depend on each other.
  package let rows: Rows?

  /// All steps go by rows: their results are cut into `count` equal parts, one after the other in
  /// row-major order, and no row of one step needs another row of the steps before. So a thread
  /// takes some rows through all steps while they are in cache.
  package struct Rows: Sendable, Hashable, BitwiseCopyable {
    package let count: Int
    /// How many a thread takes at a time, at most.
    package let inFlight: Int
    /// Of how many they should be a multiple, so that products are cut into whole tiles.
    package let multiple: Int

    package init(count: Int, inFlight: Int, multiple: Int) {
      self.count = count
      self.inFlight = inFlight
      self.multiple = multiple
    }
  }

  package init(steps: Range<Int>, rows: Rows?) {
    self.steps = steps
    self.rows = rows
  }
}

extension Phase.Rows {
  /// As many rows at a time as stay in the second cache, in multiples that products are best cut
  /// into. Bits do not depend on it.
  init(_ count: Int, of chosen: some Sequence<Int>, in steps: [Step]) {
    var elements = 0, multiple = 1
    for step in chosen {
      elements += steps[step].streamedCount
      let matrixRows = steps[step].matrixRowCount
      if matrixRows > 0 {
        let each = matrixRows / count
        multiple = max(multiple, (Self.wholeTiles + each - 1) / each)
      }
    }
    let rowByteCount = max(elements * 4 / count, 1)
    self.init(
      count: count, inFlight: min(max(Self.cachedByteCount / rowByteCount, multiple), count),
      multiple: multiple)
  }

  /// Rows of a matrix that whole tiles of every instruction set cut without a rest.
  private static let wholeTiles = 48
  /// What a thread works on at a time: half of a second cache, counted once for each step that
  /// reads or writes it.
  private static let cachedByteCount = 512 * 1024
}
