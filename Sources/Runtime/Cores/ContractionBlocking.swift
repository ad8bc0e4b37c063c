// SPDX-License-Identifier: Apache-2.0

import CPullbackKernels

/// How a matrix product is cut: its kernel, its panels, what is copied first.
///
/// Follows from extents and strides. None of it shows in the bits.
struct ContractionBlocking: BitwiseCopyable {
  /// What is multiplied: extents, strides in elements, whether the kernel for outer products does
  /// the work, and which operands have rows or columns that do not stand at one distance.
  struct Product {
    let rows: Int
    let inner: Int
    let columns: Int
    let elementSize: Int
    let a: (rowStride: Int, columnStride: Int)
    let b: (rowStride: Int, columnStride: Int)
    let isOuter: Bool
    let scatters: (a: Bool, b: Bool)
    /// How many rows of a scattered a, and steps of its inner axis, stand at one distance.
    let runs: (rows: Int, steps: Int)
    /// Whether it is worked on in all its rows, and whether others of a batch follow it.
    let hasAllRows: Bool
    let isOfBatch: Bool
  }

  // Tried on processors with 32 to 48 KiB of first and 1 to 2 MiB of second cache. Each
  // says what it keeps.
  /// So that an axis of this many elements of both operands is read once: beyond it much of both is
  /// streamed for each panel, and products are cut along it.
  static let longestInner = 4096
  /// The smallest first cache.
  private static let firstByteCount = 32 * 1024
  /// So that a panel, or all of b, stays in the second cache beside what else is there.
  private static let nearByteCount = 256 * 1024
  /// Beyond this an operand comes from the third cache, or from memory.
  private static let farByteCount = 1 << 20
  /// A product with no more tiles of columns than this does so little with each element of a that
  /// memory hardly keeps up with a far one, and turning it or bringing it together is not worth it.
  private static let fewTiles = 4
  /// Beyond this turning the rows of a as well would take more than the first cache.
  private static let longestTurnedInner = 2048
  /// What a kernel spreads over vectors, read across, takes a line of memory for each step: so many
  /// fill the first cache, and each tile asks for them again. Copying strips of it pays if there
  /// are enough tiles for the length of the axis.
  static let leastStripInner = 512
  static let leastStripWork = 1 << 17
  /// Rows of a straight product's strip, in whole tiles: thinner strips take longer to copy.
  private static let leastStripRows = 12
  /// Copying b pays from so long an inner axis.
  private static let leastPackedInner = 200
  /// Where b is copied, panels of at least a twelfth of a long inner axis read the
  /// copy often enough.
  private static let longPackedInner = 1536
  private static let packedInnerPerRow = 12
  /// Floating-point operations of a part that is worth handing to another thread: some 3 µs.
  private static let leastWork = 300_000.0
  /// Parts that threads share: several for each of a few, so that a slow one takes fewer.
  private static let wantedParts = 8
  /// Runs of so many rows and steps are worth a tile of their own; shorter ones are
  /// found through tables.
  private static let leastRunOfRows = 6
  private static let leastRunOfSteps = 8
  /// A few rows are shared out by columns instead, from this many columns on, in panels of as many.
  private static let manyColumns = 512
  private static let columnsOfPanel = 256

  /// Whether vectors run along the rows of the product: the kernel computes it transposed, and its
  /// sums are turned on their way to the product.
  let isTurned: Bool
  /// Whether each panel of a is copied: turned as well, or brought together from where
  /// it is scattered.
  let copiesA: Bool
  /// How the operand that kernels spread over vectors is copied, if it is.
  let strips: Strips?
  let tile: Tiles
  var tileColumns: Int { tile.columns }
  private let kernels: Kernels
  var turnedRunKernel: pb_by_runs_turned { kernels.turnedRuns }
  private var narrowColumns: Int { kernels.narrowColumns }
  /// Rows and columns of the product that are worked on at a time.
  let panelRows: Int
  let panelColumns: Int
  /// How much of the inner axis is worked on before the next tile has its turn, so that what tiles
  /// share is still in cache.
  let innerBlock: Int
  /// Of the inner axis: each is a chain of its own.
  let segment: Int
  /// True if b is copied into panels of tileColumns; else it is read where it is, and the last tile
  /// may read past a row's end: what it makes of that is ignored, and every storage and arena ends
  /// with `Storage.overread` bytes for it. The same holds for a in a turned product.
  let packs: Bool
  /// Whether a kernel asks for the next tile of a far copy, or the first rows would wait for it.
  private let asksForCopies: Bool
  /// Whether threads share columns instead, and copy each tile of b when they come to it.
  let copiesTiles: Bool
  /// Whether sums wait in the thread's own memory, where all tiles are whole.
  let keepsSumsApart: Bool
  /// Whether kernels find elements of a through tables, and whether those are tables of runs.
  let scatters: Bool
  let goesByRuns: Bool
  /// Whether vectors run along such runs of rows.
  let turnsRuns: Bool
  let sumStride: Int
  /// Rows of these sums.
  var sumRows: Int { isTurned ? panelColumns : panelRows }

  init(_ product: Product, _ type: pb_type) {
    kernels = Kernels(type)
    let narrowColumns = kernels.narrowColumns
    let (rows, inner, columns) = (product.rows, product.inner, product.columns)
    let isLong = inner > Self.longestInner && !product.isByVector(lanes: narrowColumns)
    let hasFewTiles = columns <= Self.fewTiles * pb_tile_columns(type)
    // Each tile of columns would read the same far apart elements again.
    let gathersA = product.scatters.a && !isLong && !hasFewTiles
    scatters = product.scatters.a && !gathersA
    goesByRuns =
      scatters && product.runs.rows >= Self.leastRunOfRows
      && product.runs.steps >= Self.leastRunOfSteps
    segment = max(pb_gemm_segment(inner), 1)
    // Read across, a far a takes a line of memory for each step.
    let isFar = rows * inner * product.elementSize > Self.farByteCount && hasFewTiles
    let isAcross = product.a.rowStride == 1 && product.a.columnStride != 1
    turnsRuns = goesByRuns && product.hasVectorsOfRows(lanes: narrowColumns)
    isTurned =
      turnsRuns
      || !product.isOuter && !product.scatters.a && !product.scatters.b
        && !product.isByVector(lanes: narrowColumns)
        && (isAcross
          || product.a.columnStride == 1 && inner <= Self.longestTurnedInner && !isFar)
        && product.turningPays(lanes: narrowColumns, copiesA: !isAcross)
    copiesA = isTurned && !isAcross && !turnsRuns || gathersA
    // Rows of a large b are far apart: a copy has them together, or the second cache.
    let isLarge =
      !isTurned && columns > pb_tile_columns(type) && inner > Self.leastPackedInner && !isLong
      && rows >= product.leastPackedRows
    let staysNear =
      isLarge && product.staysInSecondCache
      && product.sharesColumns(
        parts: Self.parts(product, wanted: Self.wantedParts), tile: pb_tile_columns(type))
    innerBlock = isLong || staysNear ? segment : max(inner, 1)
    let copiesStripsOfA =
      !isTurned && !staysNear && product.copyingStripsPays(isTurned: false, wide: columns)
    tile = Tiles(
      product, type, isTurned: isTurned, scatters: scatters, isLong: isLong,
      isFar: isFar, copiesStrips: copiesStripsOfA)
    // Rows of a transposed b do not stand together.
    let copiesB =
      product.scatters.b || product.b.columnStride != 1 && columns > 1
      || isLarge && !staysNear
    let parts = Self.parts(product, wanted: copiesStripsOfA ? Threads.processors : Self.wantedParts)
    let passesOnce = !isTurned && !isLong && product.passesOnce(tile: tile.columns)
    copiesTiles =
      !isTurned && copiesB
      && (passesOnce || product.sharesColumns(parts: parts, tile: tile.columns))
    packs = !isTurned && copiesB && !copiesTiles
    let sharesColumns = staysNear || copiesTiles || passesOnce
    asksForCopies =
      packs && inner * columns * product.elementSize > Self.farByteCount
      && (tile.rows, tile.columns) == (pb_tile_rows(type), pb_tile_columns(type))
    let panelRows =
      sharesColumns
      ? rows
      : Self.panelRows(
        product, tile, step: isTurned ? narrowColumns : tile.rows, isTurned: isTurned,
        copiesA: copiesA, packs: packs)
    // Whole runs, if there is one, or whole tiles of a long one.
    let run = goesByRuns && !isTurned ? min(product.runs.rows, 2 * narrowColumns) : 1
    self.panelRows = panelRows > run ? panelRows / run * run : panelRows
    // Each panel of a turned product copies strips of b anew.
    let copiesStrips =
      copiesStripsOfA
      || isTurned && product.copyingStripsPays(isTurned: true, wide: self.panelRows)
    strips =
      copiesStrips
      ? Strips(
        of: isTurned ? columns : self.panelRows,
        stepByteCount: innerBlock * product.elementSize, tile, isTurned: isTurned,
        all: sharesColumns) : nil
    panelColumns =
      sharesColumns
      ? tile.whole(
        passesOnce
          ? max(Self.nearByteCount / max(rows * product.elementSize, 1), 1)
          : (columns + parts - 1) / parts)
      : !isTurned && rows <= tile.rows && columns > Self.manyColumns && !product.isOuter
        ? Self.columnsOfPanel / tile.columns * tile.columns
        : max(columns, 1)
    keepsSumsApart =
      isTurned
      || !scatters && tile.columns > 1
        && (isLong || innerBlock < inner && !columns.isMultiple(of: tile.columns)
          || !product.isOuter
            && !tile.endsInside(columns, panelColumns: panelColumns, narrow: narrowColumns))
    // Whole vectors of rows, wherever those of a panel begin and end.
    let around = turnsRuns ? 2 * narrowColumns : 0
    sumStride = tile.whole(
      isTurned ? panelRows + around : min(tile.whole(columns), panelColumns))
  }

  /// The kernels for an element type that do not depend on extents: for few columns, for an a
  /// whose elements are found through tables, and for one that has runs of rows and steps.
  private struct Kernels: BitwiseCopyable {
    let narrowColumns: Int
    let narrow: pb_gemm
    let copied: pb_gemm
    let scattered: (whole: pb_scattered, narrow: pb_scattered)
    let runs: (whole: pb_by_runs, narrow: pb_by_runs)
    let turnedRuns: pb_by_runs_turned

    init(_ type: pb_type) {
      narrowColumns = pb_narrow_columns(type)
      narrow = pb_gemm_narrow_for(type)
      copied = pb_gemm_copied_for(type)
      scattered = (pb_scattered_for(type), pb_scattered_narrow_for(type))
      runs = (pb_runs_for(type), pb_runs_narrow_for(type))
      turnedRuns = pb_runs_turned_for(type)
    }
  }

  /// Copies of an operand in which the rows of each strip stand side by side: how many rows a
  /// strip has, and how many are copied at a time.
  struct Strips: BitwiseCopyable {
    let rows: Int
    let together: Int

    /// - Parameter stepByteCount: of a block of the inner axis, in one row.
    fileprivate init(
      of extent: Int, stepByteCount: Int, _ tile: Tiles, isTurned: Bool, all: Bool
    ) {
      // Vectors of a turned product are far apart: they need the room in the first cache.
      let tiles = isTurned ? 1 : (leastStripRows + tile.rows - 1) / tile.rows
      rows = tiles * tile.rows
      // They stay in the second cache until all tiles have read them.
      together = all ? extent : min(max(nearByteCount / (stepByteCount * rows), 1) * rows, extent)
    }
  }

  /// A kernel and how much of the product, transposed or not, it makes at a time.
  struct Tiles: BitwiseCopyable {
    /// How many vectors of rows the kernel for a matrix and a vector takes side by side.
    private static let vectorsOfRows = 4

    let kernel: pb_gemm
    let rows: Int
    let columns: Int

    fileprivate init(
      _ product: Product, _ type: pb_type, isTurned: Bool, scatters: Bool, isLong: Bool,
      isFar: Bool, copiesStrips: Bool
    ) {
      if scatters {
        rows = pb_scattered_rows(type)
        columns =
          product.columns <= pb_narrow_columns(type)
          ? pb_narrow_columns(type) : pb_tile_columns(type)
        kernel = pb_gemm_for(type)
        return
      }
      if product.isByVector(lanes: pb_narrow_columns(type)) {
        (kernel, rows, columns) =
          (pb_gemm_single_for(type), Self.vectorsOfRows * pb_narrow_columns(type), 1)
        return
      }
      let (tall, wide) =
        isTurned ? (product.columns, product.rows) : (product.rows, product.columns)
      if tall <= pb_wide_rows(type), wide > pb_tile_columns(type) {
        (kernel, rows, columns) =
          (pb_gemm_wide_for(type), pb_wide_rows(type), pb_wide_columns(type))
        return
      }
      rows = pb_tile_rows(type)
      if wide <= pb_narrow_columns(type) {
        (kernel, columns) = (pb_gemm_narrow_for(type), pb_narrow_columns(type))
        return
      }
      columns = pb_tile_columns(type)
      let a = product.a
      let asksAhead =
        isLong && a.columnStride != 1 && !copiesStrips
        || isFar && a.columnStride == 1 && a.rowStride == product.inner
      kernel =
        isTurned && isLong
        ? pb_gemm_beside_for(type) : asksAhead ? pb_gemm_ahead_for(type) : pb_gemm_for(type)
    }

    /// The columns of as many tiles as hold `extent` columns.
    func whole(_ extent: Int) -> Int { (extent + columns - 1) / columns * columns }

    /// Whether the last tile of a row can be whole: if its panel has room for it to begin earlier.
    func endsInside(_ extent: Int, panelColumns: Int, narrow: Int) -> Bool {
      let left = extent - max(whole(extent) - columns, 0)
      let room = extent - (extent - 1) / panelColumns * panelColumns
      return room >= (left <= narrow ? narrow : columns)
    }
  }

  /// Panels that threads can share, each some microseconds of work and small enough for the second
  /// cache; but every panel reads all of b, and a b that is far should be read less often.
  private static func panelRows(
    _ product: Product, _ tile: Tiles, step: Int, isTurned: Bool, copiesA: Bool, packs: Bool
  ) -> Int {
    let (rows, inner, columns) = (product.rows, product.inner, product.columns)
    let size = product.elementSize, isLong = inner > longestInner
    let least = packs && inner > longPackedInner ? inner / packedInnerPerRow : step
    var most = max(nearByteCount / max(columns * size, 1), least)
    if copiesA || inner * columns * size <= nearByteCount {
      // All of b stays near; rows of a should too, until all column tiles have read them.
      most = max(min(most, nearByteCount / max(inner * size, 1)), step)
    }
    // Along a long axis every panel streams all of b, and wide ones read rows of a better; a far b
    // is read by each panel from the third cache.
    let isStreamed = isLong || !packs && inner * columns * size > farByteCount
    let wanted =
      isStreamed ? min(Threads.processors, wantedParts) : wantedParts
    // Two tiles high at least, where each panel reads b from the second cache.
    let isBeyondFirst = !packs && inner * columns * size > firstByteCount
    let mostOfTwoTiles =
      isBeyondFirst ? max(rows / (2 * step), min(Threads.processors, wantedParts)) : wanted
    let parts = Self.parts(product, wanted: min(wanted, mostOfTwoTiles))
    let share = (rows + parts - 1) / parts, height = min(share, most)
    // What is too little to share stays whole.
    if height == rows, !isTurned { return max(rows, 1) }
    // To the nearest multiple, so that there are about as many as wanted. Upwards where panels are
    // small beside what each must read: two steps at least.
    let isUpwards = isLong || share >= most || height < 2 * step
    let steps = isUpwards ? (height + step - 1) / step : (height + step / 2) / step
    let longest = max(steps * step, isTurned ? tile.columns : step)
    return isTurned ? longest : equalParts(of: rows, longest: longest)
  }

  /// How many parts are worth handing to threads, at most as many as are wanted.
  private static func parts(_ product: Product, wanted: Int) -> Int {
    let work = 2 * Double(product.rows) * Double(product.inner) * Double(product.columns)
    return max(min(Int(work / leastWork), wanted), 1)
  }

  /// The length of parts that threads share evenly: a thread with one part more than another, or
  /// with a longer one, would end last. The kernel splits any number of rows evenly.
  private static func equalParts(of rows: Int, longest: Int) -> Int {
    let threads = min(Threads.processors, wantedParts)
    let parts = (rows + longest - 1) / longest
    let count = parts < threads ? parts : (parts + threads - 1) / threads * threads
    return max((rows + count - 1) / max(count, 1), 1)
  }

  /// How many tiles hold `extent` columns.
  func tiles(_ extent: Int) -> Int { (extent + tileColumns - 1) / tileColumns }

  func kernel(_ isNarrow: Bool) -> pb_gemm {
    isNarrow ? kernels.narrow : asksForCopies ? kernels.copied : tile.kernel
  }

  func scatteredKernel(_ isNarrow: Bool) -> pb_scattered {
    isNarrow ? kernels.scattered.narrow : kernels.scattered.whole
  }

  /// The whole vectors that hold some rows of runs.
  func vectors(around rows: Range<Int>) -> Range<Int> {
    let first = rows.lowerBound / narrowColumns
    let end = (rows.upperBound + narrowColumns - 1) / narrowColumns
    return first * narrowColumns..<end * narrowColumns
  }

  func runKernel(_ isNarrow: Bool) -> pb_by_runs {
    isNarrow ? kernels.runs.narrow : kernels.runs.whole
  }

  /// Where a tile of a scattered product begins, how wide it is, and whether the narrow
  /// kernel makes it.
  func part(_ tile: Int, of extent: Int) -> (column: Int, width: Int, isNarrow: Bool) {
    let (column, isNarrow) = place(of: tile, in: extent)
    return (column, min(extent - column, isNarrow ? narrowColumns : tileColumns), isNarrow)
  }

  /// Where a tile of `extent` columns begins, and whether the narrow kernel makes it.
  ///
  /// The last tile begins early enough to be whole, unless sums wait apart, where there is room for
  /// it, or the kernel writes a part of it: it computes some columns again, with the same bits.
  func place(of tile: Int, in extent: Int) -> (column: Int, isNarrow: Bool) {
    let natural = tile * tileColumns, left = extent - natural
    if left >= tileColumns { return (natural, tileColumns == narrowColumns) }
    let isNarrow = left <= narrowColumns, span = isNarrow ? narrowColumns : tileColumns
    return (keepsSumsApart || scatters ? natural : extent - span, isNarrow)
  }
}
