// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

extension BatchSource {
  /// The source with its batches made ahead, numbers and all, on a thread of its own for each pass:
  /// at most `depth` of them wait to be taken.
  ///
  /// The batches and their order are the same. What making them throws is thrown where the batch is
  /// taken. The thread ends with the pass, or soon after the reader is gone.
  ///
  /// ```swift
  /// let training = Digits.training.transformed(by: .noise(0.1)).prefetched(2)
  /// ```
  ///
  /// A mistake if the depth is not positive.
  public func prefetched(
    _ depth: Int = 2, file: StaticString = #fileID, line: UInt = #line
  ) -> PrefetchedSource<Self> {
    checkDepth(depth, in: "prefetched", at: CallSite(file, line))
    return PrefetchedSource(source: self, depth: depth)
  }
}

func checkDepth(_ depth: Int, in operation: String, at site: CallSite) {
  if depth < 1 {
    Mistake(operation, "\(depth) batches made ahead", fix: "use 1 or more").stop(at: site)
  }
}

/// A source whose batches are made ahead on another thread: see
/// ``BatchSource/prefetched(_:file:line:)``.
public struct PrefetchedSource<Source: BatchSource>: BatchSource {
  /// Where the batches come from.
  public let source: Source
  private let depth: Int

  init(source: Source, depth: Int) { (self.source, self.depth) = (source, depth) }

  /// That of the source.
  public var exampleCount: Int? { source.exampleCount }

  /// Begins one pass over the source. What the source cannot begin with is thrown with the first
  /// batch.
  public func batches(in order: BatchOrder) -> PrefetchedReader<Source.Target> {
    PrefetchedReader(depth: depth) { [source] in try source.batches(in: order) }
  }
}

/// The batches of a pass that are made ahead. Copies of a reader take batches from each other.
public struct PrefetchedReader<Target: TensorScalar>: BatchReader, Sendable {
  private let batches: Prefetch<Batch<Target>>

  init<Reader: BatchReader>(
    depth: Int, _ begin: @escaping @Sendable () throws -> Reader
  ) where Reader.Target == Target {
    batches = Prefetch(depth: depth) {
      var reader = try begin()
      return {
        guard let batch = try reader.next() else { return nil }
        return batch.replacing(try batch.examples.evaluated())
      }
    }
  }

  /// Waits for the next batch. Throws what making it has thrown; then the pass is over.
  public mutating func next() throws -> Batch<Target>? { try batches.next() }
}

extension Dataset {
  /// The same numbers, computed, without what they were computed from. Throws if there is no memory
  /// for them.
  func evaluated() throws(EvaluationError) -> Dataset {
    Dataset(
      inputs: try inputs.detached().evaluated(), targets: try targets.detached().evaluated())
  }

  /// The examples of several datasets of one shape, one after the other.
  init(joining parts: [Dataset]) {
    guard parts.count != 1 else {
      self = parts[0]
      return
    }
    func joined<Scalar>(_ tensors: [Tensor<Scalar>]) -> Tensor<Scalar> {
      var scalars: [Scalar] = []
      scalars.reserveCapacity(tensors.reduce(0) { $0 + $1.elementCount })
      for tensor in tensors { scalars += tensor.scalars }
      let count = tensors.reduce(0) { $0 + $1.shape[0] }
      return Tensor(shape: [count] + Shape(tensors[0].shape.dropFirst()), scalars: scalars)
    }
    self.init(inputs: joined(parts.map(\.inputs)), targets: joined(parts.map(\.targets)))
  }
}
