// SPDX-License-Identifier: Apache-2.0

/// A set of axes of one tensor, as a bit mask, so that an operation holds it without allocation.
package struct AxisSet: Sendable, Hashable {
  package private(set) var mask: UInt64 = 0

  /// Axes that a mask can hold. Reducing a tensor of higher rank is a mistake.
  package static let highestRank = 64

  package init() {}
  package init(_ axes: some Sequence<Int>) { for axis in axes { insert(axis) } }

  /// All axes of a tensor of this rank.
  package init(all rank: Int) { self.init(0..<rank) }

  package mutating func insert(_ axis: Int) { mask |= 1 << UInt64(axis) }
  package func contains(_ axis: Int) -> Bool { mask >> UInt64(axis) & 1 == 1 }
  /// True if a tensor of this rank has all these axes.
  func isWithin(_ rank: Int) -> Bool { mask >> UInt64(rank) == 0 }
  package var isEmpty: Bool { mask == 0 }
  package var count: Int { mask.nonzeroBitCount }

  /// The same axes after `distance` new leading ones.
  package func shifted(by distance: Int) -> AxisSet {
    var shifted = AxisSet()
    shifted.mask = mask << UInt64(distance)
    return shifted
  }

  /// The axes in increasing order.
  package var sorted: [Int] { (0..<AxisSet.highestRank).filter(contains) }

  /// Reads axes as users write them: negative ones count from the end, none twice.
  package init(
    _ axes: [Int], rank: Int, of label: @autoclosure () -> String? = nil, in operation: String
  ) throws(Mistake) {
    for written in axes {
      let axis = try normalizedAxis(written, rank: rank, of: label(), in: operation)
      if contains(axis) {
        throw Mistake(
          operation, "axis \(written) is named twice in \(axes)", fix: "name each axis once")
      }
      insert(axis)
    }
  }
}

/// Reads one axis as users write it, -rank ..< rank.
///
/// - Parameter label: the tensor as messages name it, asked for only by a mistake.
package func normalizedAxis(
  _ axis: Int, rank: Int, of label: @autoclosure () -> String? = nil, in operation: String
) throws(Mistake) -> Int {
  guard -rank <= axis, axis < rank else {
    throw Mistake(
      operation, "axis \(axis) does not exist in \(label() ?? "a tensor") of rank \(rank)",
      fix: rank == 0 ? "a scalar has no axes" : "use an axis in \(-rank)..<\(rank)")
  }
  guard rank <= AxisSet.highestRank else {
    throw Mistake(
      operation, "a tensor of rank \(rank) has more axes than the \(AxisSet.highestRank) supported",
      fix: "merge axes with reshaped(to:)")
  }
  return axis < 0 ? axis + rank : axis
}
