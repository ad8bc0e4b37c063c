// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// Examples that are read together, and where they stand in the stream.
struct Chunk<Target: TensorScalar> {
  let positions: Range<Int>
  let read: () throws -> Dataset<Target>
}

/// The chunks of a pass, one after the other.
typealias ChunkSupply<Target: TensorScalar> = () throws -> Chunk<Target>?

/// Chunks whose sizes are known when they are there.
func chunksInOrder<Target: TensorScalar>(
  _ next: @escaping () throws -> Dataset<Target>?
) -> ChunkSupply<Target> {
  var start = 0
  return {
    guard let examples = try next() else { return nil }
    defer { start += examples.count }
    return Chunk(positions: start..<start + examples.count) { examples }
  }
}

/// Cuts the chunks of one pass into batches, on the thread that asks for them.
///
/// Chunks are put together until they have as many examples as the window, and shuffled then;
/// the batches of a pass are cut from what comes out, one after the other.
struct StreamReader<Target: TensorScalar>: BatchReader {
  private let nextChunk: ChunkSupply<Target>
  private let order: BatchOrder
  private let window: Int
  private var number: Int
  /// How many examples are still to be left out because the pass starts later.
  private var skipped: Int
  private var windowNumber: UInt64 = 0
  private var current: Window?
  /// The shapes of an example, as the first chunk has them.
  private var shapes: [Shape]?

  /// Examples in the order in which they go into batches.
  private struct Window {
    let examples: Dataset<Target>
    /// For each example where it stands in `examples`; nil if they are in order.
    let places: [Int]?
    /// For each of `examples` where it stands in the stream.
    let positions: [Int]
    var start: Int
  }

  init(_ nextChunk: @escaping ChunkSupply<Target>, order: BatchOrder, window: Int) {
    (self.nextChunk, self.order, self.window, number) = (nextChunk, order, window, order.first)
    skipped = order.skipped(of: .max)
  }

  mutating func next() throws -> Batch<Target>? {
    var parts: [Dataset<Target>] = [], positions: [Int] = []
    while positions.count < order.size {
      if current == nil { current = try nextWindow() }
      guard let window = current else { break }
      let end = min(window.start + order.size - positions.count, window.positions.count)
      let range = window.start..<end
      // Without its history a part keeps no window in memory.
      parts.append(try window.examples.part(range, inOrder: window.places).evaluated())
      positions +=
        window.places?[range].map { window.positions[$0] } ?? Array(window.positions[range])
      current?.start = end
      if end == window.positions.count { current = nil }
    }
    if positions.isEmpty || order.isLastDropped && positions.count < order.size { return nil }
    defer { number += 1 }
    return Batch(Dataset(joining: parts), number: number, at: positions)
  }

  /// The next window of which something is wanted.
  private mutating func nextWindow() throws -> Window? {
    while let chunks = try chunksOfWindow() {
      let positions = chunks.flatMap(\.positions)
      defer { windowNumber += 1 }
      if positions.count <= skipped {
        skipped -= positions.count
        continue
      }
      var examples: [Dataset<Target>] = []
      for chunk in chunks { examples.append(try read(chunk)) }
      let key = window > 0 ? order.shufflingKey?.folding(in: "window") : nil
      let places = key?.folding(in: windowNumber).permutation(of: positions.count)
      defer { skipped = 0 }
      return Window(
        examples: Dataset(joining: examples), places: places, positions: positions,
        start: skipped)
    }
    return nil
  }

  /// As many chunks as a window takes; nil if there are no more. None has no examples.
  private func chunksOfWindow() throws -> [Chunk<Target>]? {
    let wanted = order.shufflingKey == nil ? 1 : max(window, 1)
    var chunks: [Chunk<Target>] = [], count = 0
    while count < wanted, let chunk = try nextChunk() {
      if chunk.positions.isEmpty { continue }
      chunks.append(chunk)
      count += chunk.positions.count
    }
    return chunks.isEmpty ? nil : chunks
  }

  /// The numbers of a chunk, if its examples have the shapes of those before.
  private mutating func read(_ chunk: Chunk<Target>) throws -> Dataset<Target> {
    let examples = try chunk.read().evaluated()
    let found = [examples.inputs.shape, examples.targets.shape].map { Shape($0.dropFirst()) }
    let expected = shapes ?? found
    shapes = expected
    for (name, (found, expected)) in zip(["inputs", "targets"], zip(found, expected))
    where found != expected {
      throw DatasetError(
        "from position \(chunk.positions.lowerBound) on, examples have \(name) of the shape "
          + "\(found), those before \(expected)")
    }
    return examples
  }
}
