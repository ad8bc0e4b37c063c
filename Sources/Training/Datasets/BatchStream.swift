// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// Batches of examples that do not fit into memory together: read in chunks on another thread while
/// the program computes.
///
/// Chunks are as large as it suits who reads them; batches are cut from them to any size. In a pass
/// that is shuffled, the chunks come in an order of the key (if it is known which there are), and
/// consecutive ones are shuffled together as soon as they have `window` examples. So memory holds
/// the window, a chunk, the same again while they are put together, and a few batches, whatever the
/// length of the stream.
///
/// What reading throws is thrown where the batch is taken, and ends the pass. The thread ends with
/// the pass, or soon after the reader is gone.
///
/// ```swift
/// let stream = BatchStream(exampleCount: 10, chunkSize: 4, window: 0) { rows in
///   Dataset(inputs: Tensor(range: rows).expandingShape(at: 1), labels: Tensor(range: rows))
/// }
/// var reader = stream.batches(in: BatchOrder(size: 3, startingAt: 2))
/// while let batch = try reader.next() { print(batch.number, batch.labels) }
/// // 2 [6 7 8]
/// // 3 [9]
/// ```
public struct BatchStream<Target: TensorScalar>: BatchSource {
  /// How many examples a pass has, if that was said.
  public let exampleCount: Int?
  private let window: Int
  private let depth: Int
  private let open: @Sendable (RandomKey?) throws -> ChunkSupply<Target>

  /// A stream of so many examples, of which any row can be read: a file of records of one size, a
  /// database, files that are numbered.
  ///
  /// A pass that starts in the middle reads no chunks that it does not need. If a chunk has not as
  /// many examples as were asked for, a ``DatasetError`` is thrown with the batch. A mistake if a
  /// size is negative, or that of chunks or the depth 0.
  ///
  /// - Parameters:
  ///   - chunkSize: examples that are read together; the last chunk may have fewer.
  ///   - window: how many examples are shuffled together, if a pass is shuffled; 0 to shuffle the
  ///     chunks alone.
  ///   - depth: batches that wait to be taken.
  ///   - read: the examples at positions of the stream. It is called on another thread, again for
  ///     each pass, and must always give the same.
  public init(
    exampleCount: Int, chunkSize: Int, window: Int, prefetching depth: Int = 2,
    file: StaticString = #fileID, line: UInt = #line,
    _ read: @escaping @Sendable (_ positions: Range<Int>) throws -> Dataset<Target>
  ) {
    let site = CallSite(file, line)
    guard exampleCount >= 0, chunkSize > 0 else {
      Mistake(
        "BatchStream", "\(exampleCount) examples in chunks of \(chunkSize)",
        fix: "use 0 or more examples, and chunks of 1 or more"
      ).stop(at: site)
    }
    self.init(exampleCount, window, depth, site) { key in
      let count = exampleCount / chunkSize + (exampleCount % chunkSize == 0 ? 0 : 1)
      let order = key?.folding(in: "chunks").permutation(of: count)
      var turn = 0
      return {
        guard turn < count else { return nil }
        let start = (order?[turn] ?? turn) * chunkSize
        turn += 1
        let rows = start..<start + min(chunkSize, exampleCount - start)
        return Chunk(positions: rows) {
          let examples = try read(rows)
          guard examples.count == rows.count else {
            throw DatasetError(
              "\(counted(rows.count, "example")) \(rows) were asked for and "
                + "\(examples.count) came")
          }
          return examples
        }
      }
    }
  }

  /// A stream of chunks that are read one after the other, until there is none.
  ///
  /// A pass that starts in the middle reads all that comes before. If chunks differ in shape, a
  /// ``DatasetError`` is thrown with the batch. A mistake if the window is negative or the depth
  /// not positive.
  ///
  /// - Parameters:
  ///   - window: how many examples are shuffled together, if a pass is shuffled; 0 for none.
  ///   - depth: batches that wait to be taken.
  ///   - chunk: the chunk of a number, counted from 0; nil after the last one. It is called on
  ///     another thread, again for each pass, and must always give the same.
  public init(
    window: Int, prefetching depth: Int = 2, file: StaticString = #fileID, line: UInt = #line,
    _ chunk: @escaping @Sendable (_ number: Int) throws -> Dataset<Target>?
  ) {
    self.init(nil, window, depth, CallSite(file, line)) { _ in
      var number = -1
      return chunksInOrder {
        number += 1
        return try chunk(number)
      }
    }
  }

  /// A stream of the chunks of a sequence, which is gone through again for each pass, on another
  /// thread.
  ///
  /// A pass that starts in the middle reads all that comes before. If chunks differ in shape, a
  /// ``DatasetError`` is thrown with the batch. A mistake if the window is negative or the depth
  /// not positive.
  ///
  /// - Parameters:
  ///   - window: how many examples are shuffled together, if a pass is shuffled; 0 for none.
  ///   - depth: batches that wait to be taken.
  public init<Chunks: Sequence & Sendable>(
    _ chunks: Chunks, window: Int, prefetching depth: Int = 2,
    file: StaticString = #fileID, line: UInt = #line
  ) where Chunks.Element == Dataset<Target> {
    self.init(nil, window, depth, CallSite(file, line)) { _ in
      var iterator = chunks.makeIterator()
      return chunksInOrder { iterator.next() }
    }
  }

  private init(
    _ exampleCount: Int?, _ window: Int, _ depth: Int, _ site: CallSite,
    _ open: @escaping @Sendable (RandomKey?) throws -> ChunkSupply<Target>
  ) {
    if window < 0 {
      Mistake("BatchStream", "a window of \(window) examples", fix: "use 0 or more")
        .stop(at: site)
    }
    checkDepth(depth, in: "BatchStream", at: site)
    (self.exampleCount, self.window, self.depth, self.open) = (exampleCount, window, depth, open)
  }

  /// Begins one pass: the same order gives the same batches. Positions are counted from the
  /// beginning of the stream.
  public func batches(in order: BatchOrder) -> PrefetchedReader<Target> {
    PrefetchedReader(depth: depth) { [open, window] in
      StreamReader(try open(order.shufflingKey), order: order, window: window)
    }
  }
}
