// SPDX-License-Identifier: Apache-2.0

/// How a category becomes inputs: one for each, of which that of the row's own is 1.
public struct CategoryCoding: Sendable, Hashable {
  /// The categories with an input of their own, each once, byte for byte.
  public var categories: [String]
  /// Whether an input stands for all others: the rare ones of the training rows, and what appears
  /// later. Without it a category that is not known has no input that is 1.
  public var hasOther: Bool
  /// Whether the last input is 1 where the value is missing; without it none is 1 there.
  public var marksMissing: Bool
  /// Whether the column held numbers: "2" is 2.0 then, however that is written, and a text that is
  /// no number is missing.
  public var areNumbers: Bool

  /// Inputs for categories.
  public init(
    categories: [String], hasOther: Bool = false, marksMissing: Bool = false,
    areNumbers: Bool = false
  ) {
    (self.categories, self.hasOther) = (categories, hasOther)
    (self.marksMissing, self.areNumbers) = (marksMissing, areNumbers)
  }

  var width: Int { categories.count + (hasOther ? 1 : 0) + (marksMissing ? 1 : 0) }
  /// The input of what is not known, or -1.
  var otherSlot: Int32 { hasOther ? Int32(categories.count) : -1 }
  /// The input of what is missing, or -1.
  var missingSlot: Int32 { marksMissing ? Int32(width - 1) : -1 }

  /// Fitted to the categories of training rows; nil if they do not differ.
  ///
  /// - Parameters:
  ///   - counts: in how many rows each text stands.
  ///   - missingCount: in how many none does.
  init?(texts: [String], counts: [Int], missingCount: Int, most: Int, areNumbers: Bool) {
    let rowCount = counts.reduce(missingCount, +)
    let fewest = CategoryCoding.fewestRows(of: rowCount)
    let seen = counts.indices.filter { counts[$0] > 0 }
    // The most frequent ones; among equals, those that come first.
    let kept = seen.filter { counts[$0] >= fewest }
      .sorted { (counts[$1], $0) < (counts[$0], $1) }.prefix(most).sorted()
    self.init(
      categories: kept.map { texts[$0] }, hasOther: kept.count < seen.count,
      marksMissing: missingCount > 0, areNumbers: areNumbers)
    if width < 2 { return nil }
  }

  /// Categories of fewer rows are rare.
  static func fewestRows(of rowCount: Int) -> Int {
    rowCount < 50 ? 1 : max(2, min(10, rowCount / 100))
  }
}
