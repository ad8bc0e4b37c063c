// SPDX-License-Identifier: Apache-2.0

extension CompiledReduction {
  /// Parts that threads share: several for each of a few.
  private static let wantedParts = 8
  /// Fewer columns, read where they are, are too little of a page.
  private static let leastChunk = 128

  /// Rows that a tile holds are summed as a whole, for their chains depend on it; longer ones are
  /// shared out where there is not enough else.
  static func chunk(of inner: Int, parts: Int, isInPlace: Bool) -> Int {
    if inner <= Tile.length || parts >= wantedParts { return columnChunk }
    let share = (inner * parts + wantedParts - 1) / wantedParts
    let least = isInPlace ? leastChunk : Tile.length
    return min(max((share + leastChunk - 1) / leastChunk * leastChunk, least), columnChunk)
  }
}
