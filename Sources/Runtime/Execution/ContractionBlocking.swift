// SPDX-License-Identifier: Apache-2.0

import CPullbackKernels

/// How a matrix product is cut: its kernel, its panels, what is copied first.
///
/// Follows from extents and strides. None of it shows in the bits.
struct ContractionBlocking: BitwiseCopyable {
  /// Whether vectors run along the rows of the product: the kernel computes it transposed, and its
  /// sums are turned on their way to the product.
  let isTurned: Bool
  /// Whether the rows of a must be turned as well, panel by panel.
  let copiesA: Bool
  let tileColumns: Int
  private let kernel: pb_gemm
  private let narrowKernel: pb_gemm
  private let narrowColumns: Int
  /// Rows and columns of the product that are worked on at a time.
  let panelRows: Int
  let panelColumns: Int
  /// How much of the inner axis is worked on before the next tile has its turn, so that what tiles
  /// share is still in cache.
  let innerBlock: Int
  /// True if b is copied into panels of tileColumns; else it is read where it is, and the last tile
  /// may read past a row's end: what it makes of that is ignored, and every storage and arena ends
  /// with `Storage.overread` bytes for it. The same holds for a in a turned product.
  let packs: Bool
  /// Whether sums wait in the thread's own memory, where all tiles are whole.
  let keepsSumsApart: Bool
  let sumStride: Int
  /// Rows of these sums.
  var sumRows: Int { isTurned ? panelColumns : panelRows }

  /// - Parameters:
  ///   - a: the strides of its rows and columns, in elements.
  ///   - b: the same.
  ///   - isOuter: whether the kernel for outer products does the work.
  init(
    rows: Int, inner: Int, columns: Int, elementSize: Int, _ type: pb_type,
    a: (rowStride: Int, columnStride: Int), b: (rowStride: Int, columnStride: Int), isOuter: Bool
  ) {
    narrowColumns = pb_narrow_columns(type)
    narrowKernel = pb_gemm_narrow_for(type)
    // A long inner axis reads much of both operands for each panel: fewer of them, cut along it.
    let isLong = inner > 4096
    innerBlock = isLong ? pb_gemm_segment(inner) : max(inner, 1)
    // An a beyond the second cache: read across, a line of memory for each step; or row after row by
    // few columns of b, so that memory hardly keeps up.
    let isFar = rows * inner * elementSize > 1 << 20 && columns <= 4 * pb_tile_columns(type)
    let isAcross = a.rowStride == 1 && a.columnStride != 1
    isTurned =
      !isOuter && (isAcross || a.columnStride == 1 && inner <= 2048 && !isFar)
      && ContractionBlocking.turningPays(
        rows: rows, inner: inner, columns: columns, lanes: narrowColumns, copiesA: !isAcross)
    copiesA = isTurned && !isAcross
    let (tall, wide) = isTurned ? (columns, rows) : (rows, columns)
    let asksAhead =
      isLong && a.columnStride != 1 || isFar && a.columnStride == 1 && a.rowStride == inner
    let tileRows: Int
    if tall <= pb_wide_rows(type), wide > pb_tile_columns(type) {
      (kernel, tileRows, tileColumns) =
        (pb_gemm_wide_for(type), pb_wide_rows(type), pb_wide_columns(type))
    } else if wide <= narrowColumns {
      (kernel, tileRows, tileColumns) = (narrowKernel, pb_tile_rows(type), narrowColumns)
    } else {
      kernel =
        isTurned && isLong
        ? pb_gemm_beside_for(type) : asksAhead ? pb_gemm_ahead_for(type) : pb_gemm_for(type)
      (tileRows, tileColumns) = (pb_tile_rows(type), pb_tile_columns(type))
    }
    // Rows of a transposed b do not stand together; those of a large b are far apart.
    packs =
      !isTurned
      && (b.columnStride != 1 && columns > 1
        || rows >= 96 && columns > tileColumns && inner > 200 && !isLong)
    // Panels that threads can share, each some microseconds of work and 256 KiB at most; but every
    // panel reads all of b, and a b that is far from the second cache should be read less often.
    let step = isTurned ? narrowColumns : tileRows
    let least = packs && inner > 1536 ? inner / 12 : step
    var most = max(256 * 1024 / max(columns * elementSize, 1), least)
    if copiesA || inner * columns * elementSize <= 256 * 1024 {
      // All of b stays near; rows of a should too, until all column tiles have read them.
      most = max(min(most, 256 * 1024 / max(inner * elementSize, 1)), step)
    }
    let work = 2 * Double(rows) * Double(inner) * Double(columns)
    // Along a long axis every panel streams all of b, and wide ones read rows of a better; a b beyond
    // the second cache is read by each panel from the third.
    let isStreamed = isLong || !packs && inner * columns * elementSize > 1 << 20
    let wanted = isStreamed ? min(Int(pb_available_processors()), 8) : 8
    let parts = max(min(Int(work / 300_000), wanted), 1)
    let share = (rows + parts - 1) / parts, height = min(share, most)
    // To the nearest multiple, so that there are about as many as wanted. Upwards where panels are
    // small beside what each must read: two steps at least.
    let isUpwards = isLong || share >= most || height < 2 * step
    let steps = isUpwards ? (height + step - 1) / step : (height + step / 2) / step
    let longest = max(steps * step, isTurned ? tileColumns : step)
    panelRows =
      isTurned ? longest : ContractionBlocking.equalParts(of: rows, longest: longest)
    // A few rows are shared out by columns instead.
    panelColumns =
      !isTurned && rows <= tileRows && columns > 512 && !isOuter
      ? 256 / tileColumns * tileColumns
      : max(columns, 1)
    // The last tile of a row can be whole only if its panel has room for it to begin earlier.
    let tiles = (columns + tileColumns - 1) / tileColumns
    let left = columns - max(tiles - 1, 0) * tileColumns
    let span = left <= narrowColumns ? narrowColumns : tileColumns
    let room = columns - (columns - 1) / panelColumns * panelColumns
    keepsSumsApart = isTurned || isLong || !isOuter && room < span
    let sumColumns = isTurned ? panelRows : min(tiles * tileColumns, panelColumns)
    sumStride = (sumColumns + tileColumns - 1) / tileColumns * tileColumns
  }

  /// The length of parts that threads share evenly: a thread with one part more than another, or with
  /// a longer one, would end last. The kernel splits any number of rows evenly.
  private static func equalParts(of rows: Int, longest: Int) -> Int {
    let threads = min(Int(pb_available_processors()), 8)
    let parts = (rows + longest - 1) / longest
    let count = parts < threads ? parts : (parts + threads - 1) / threads * threads
    return max((rows + count - 1) / max(count, 1), 1)
  }

  /// Whether lanes saved, where columns do not fill their last vector, are worth turning the sums.
  private static func turningPays(
    rows: Int, inner: Int, columns: Int, lanes: Int, copiesA: Bool
  ) -> Bool {
    func whole(_ extent: Int) -> Double { Double((extent + lanes - 1) / lanes * lanes) }
    let straight = Double(rows) * whole(columns), turned = whole(rows) * Double(columns)
    // Turning an element takes about as long as 10 steps of a chain.
    let elements = Double(rows) * Double(copiesA ? columns + inner : columns)
    return Double(inner) * (straight - turned) > 10 * elements
  }

  /// How many tiles hold `extent` columns.
  func tiles(_ extent: Int) -> Int { (extent + tileColumns - 1) / tileColumns }

  /// Where a tile of `extent` columns begins, and the kernel for it.
  ///
  /// The last tile begins early enough to be whole, unless sums wait apart, where there is room for
  /// it: it computes some columns again, with the same bits.
  func place(of tile: Int, in extent: Int) -> (column: Int, kernel: pb_gemm) {
    let natural = tile * tileColumns, left = extent - natural
    if left >= tileColumns { return (natural, kernel) }
    let isNarrow = left <= narrowColumns, span = isNarrow ? narrowColumns : tileColumns
    return (keepsSumsApart ? natural : extent - span, isNarrow ? narrowKernel : kernel)
  }
}
