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
    var taken = Taken(count: count)
    for step in chosen { taken.add(steps[step]) }
    self.init(
      count: count,
      inFlight: min(max(Self.cachedByteCount / taken.rowByteCount, taken.multiple), count),
      multiple: taken.multiple)
  }

  /// The first steps of `chosen` for which one number of rows at a time is right. A convolution has
  /// enough matrix rows in one example and much to keep in cache for it, a dense layer needs
  /// many examples and little for each: together they leave the caches, and if those are about all
  /// examples there are, each thread has memory for all of them.
  static func together(
    _ chosen: ArraySlice<Int>, by count: Int, in steps: [Step]
  ) -> ArraySlice<Int> {
    var taken = Taken(count: count)
    for place in chosen.indices {
      let before = taken
      taken.add(steps[chosen[place]])
      let changes = taken.multiple > before.multiple || !before.isTooMuch
      if place > chosen.startIndex, taken.own != before.multiple, changes, taken.isTooMuch,
        count <= 2 * taken.multiple
      {
        return chosen[..<place]
      }
    }
    return chosen
  }

  /// What some steps stream through for each row, and how many rows they are best cut into.
  private struct Taken {
    let count: Int
    private(set) var multiple = 1
    /// How many the last step is best cut into.
    private(set) var own = 1
    private var elements = 0

    init(count: Int) { self.count = count }

    mutating func add(_ step: Step) {
      elements += step.streamedCount
      own = 1
      if step.matrixRowCount > 0 {
        let each = step.matrixRowCount / count
        own = (wholeTiles + each - 1) / each
      }
      multiple = max(multiple, own)
    }

    var rowByteCount: Int { max(elements * 4 / count, 1) }
    /// Whether rows that are best cut into leave the caches; all rows are no more than there are.
    var isTooMuch: Bool { min(multiple, count) * rowByteCount > 2 * cachedByteCount }
  }

  /// Rows of a matrix that whole tiles of every instruction set cut without a rest.
  private static let wholeTiles = 48
  /// What a thread works on at a time: half of a second cache, counted once for each step that
  /// reads or writes it.
  private static let cachedByteCount = 512 * 1024
}
