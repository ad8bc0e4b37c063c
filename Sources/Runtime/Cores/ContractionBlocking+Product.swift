// SPDX-License-Identifier: Apache-2.0

import CPullbackKernels

extension ContractionBlocking.Product {
  /// Whether rows of a stand side by side, a whole number of vectors of them, beside
  /// few columns of b.
  func hasVectorsOfRows(lanes: Int) -> Bool {
    !scatters.b && a.rowStride == 1 && runs.rows.isMultiple(of: lanes)
      && (b.columnStride == 1 || columns == 1) && columns <= lanes
  }

  /// An inner axis that is worth turning elements for.
  private static let leastTurnedInner = 16

  /// Whether rows of a, each side by side, are multiplied by one vector: lanes are rows then, and
  /// nothing is multiplied that is not wanted.
  func isByVector(lanes: Int) -> Bool {
    columns == 1 && rows >= lanes && a.columnStride == 1 && inner >= Self.leastTurnedInner
      && !isOuter && !scatters.a && !scatters.b
  }

  /// Copying b pays from so many rows that use the copy: fewer where its rows are multiples of a
  /// KiB apart, for then the lines of a tile's columns drive each other out of the caches.
  var leastPackedRows: Int { b.rowStride * elementSize % 1024 == 0 ? 48 : 96 }

  private static let secondByteCount = Int(pb_second_cache_bytes())
  /// A second cache of this size is worth the next two; smaller ones have fewer ways, too.
  private static let largeSecondByteCount = 2 << 20
  /// All rows of an a of up to so many bytes stay in the second cache while tile after tile of b is
  /// used up.
  private static let wholeByteCount =
    secondByteCount >= largeSecondByteCount ? secondByteCount / 2 : 512 * 1024

  /// Whether b is so near as it stands, in the second cache a segment at a time, that copying it
  /// would take longer than it saves. Rows that are multiples of a page apart would drive each
  /// other out.
  var staysInSecondCache: Bool {
    Self.secondByteCount >= Self.largeSecondByteCount
      && inner * columns * elementSize <= Self.secondByteCount
      && b.columnStride == 1 && !(b.rowStride * elementSize).isMultiple(of: 4096)
  }

  /// Whether threads share columns in whole tiles, and not rows: b is read once then.
  func sharesColumns(parts: Int, tile: Int) -> Bool {
    hasAllRows && !isOfBatch && inner <= ContractionBlocking.longestInner && !scatters.a
      && !scatters.b && parts > 1 && columns >= parts * tile
      && rows * inner * elementSize <= Self.wholeByteCount
  }

  /// A b of fewer bytes is near for each of several panels of rows.
  private static let leastPassingByteCount = 128 * 1024

  /// Whether b of a product of a batch passes once, and all rows are there for each of its tiles:
  /// each product has a b of its own, which nobody has read lately. A product larger than its b is
  /// better written row by row.
  func passesOnce(tile: Int) -> Bool {
    hasAllRows && isOfBatch && !scatters.a && !scatters.b && columns >= 2 * tile && rows <= inner
      && inner * columns * elementSize > Self.leastPassingByteCount
      && rows * inner * elementSize <= Self.wholeByteCount
  }

  /// Whether what is spread over vectors is read across, so far that copying it pays for tiles of
  /// `wide` elements beside it.
  func copyingStripsPays(isTurned: Bool, wide: Int) -> Bool {
    let (row, step) =
      isTurned ? (b.columnStride, b.rowStride) : (a.rowStride, a.columnStride)
    return !isOuter && !scatters.a && !scatters.b
      && row == 1 && step * elementSize > 64 && inner >= ContractionBlocking.leastStripInner
      && inner * wide >= ContractionBlocking.leastStripWork
  }

  /// Steps of a chain that take about as long as turning an element.
  private static let stepsOfTurning = 10.0

  /// Whether lanes saved, where columns do not fill their last vector, are worth turning the sums.
  func turningPays(lanes: Int, copiesA: Bool) -> Bool {
    func whole(_ extent: Int) -> Double { Double((extent + lanes - 1) / lanes * lanes) }
    let straight = Double(rows) * whole(columns), turned = whole(rows) * Double(columns)
    let elements = Double(rows) * Double(copiesA ? columns + inner : columns)
    return Double(inner) * (straight - turned) > Self.stepsOfTurning * elements
  }
}
