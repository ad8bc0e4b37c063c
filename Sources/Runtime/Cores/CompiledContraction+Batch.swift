// SPDX-License-Identifier: Apache-2.0

// Products so small that a tile of the body holds several of them.

extension CompiledContraction {
  /// A part of one product.
  struct Panel {
    let batch: Int
    let rows: Range<Int>
    let columns: Range<Int>
  }

  /// Multiplications of a unit, with those that beginning a product takes the time of: units of a
  /// few nanoseconds would keep threads waiting for each other.
  private static let unitWork = 128 * 1024.0
  private static let beginning = 1024.0

  /// How many products are handed to a thread at a time.
  static func productsPerUnit(_ rows: Int, _ inner: Int, _ columns: Int) -> Int {
    let work = Double(rows) * Double(inner) * Double(columns)
    return max(Int(unitWork / (beginning + work)), 1)
  }

  /// Whole products of a batch, `together` at a time: the body works on them at once, for it takes
  /// as long to begin as with one of them.
  ///
  /// - Parameter copies: whether b is copied for each.
  func multiplyTogether(
    _ batches: Range<Int>, copies: Bool, _ memory: RunMemory, _ scratch: Scratch, thread: Int
  ) {
    let size = rows * columns, panel = scratch.thread(thread) + sumByteCount
    var frame = body.frame(memory, scratch, thread: thread)
    frame.core = panel
    var batch = batches.lowerBound
    while batch < batches.upperBound {
      let end = min(batch + together, batches.upperBound)
      for product in batch..<end {
        if copies { pack(batch: product, memory, scratch) }
        // In bounds: the thread's own memory has a panel for as many products.
        let target = MatrixView(
          base: panel + (product - batch) * size * elementSize, rowStride: columns,
          columnStride: 1, elementSize: elementSize)
        multiply(
          Panel(batch: product, rows: 0..<rows, columns: 0..<columns), from: product * size,
          into: target, memory, scratch, thread: thread)
      }
      frame.coreStart = batch * size
      frame.run(batch * size..<end * size)
      batch = end
    }
  }
}
