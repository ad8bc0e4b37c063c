// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// What is done to each batch on its way from a source to a step, by chance or not.
///
/// A transform is given a key, and the same key gives the same numbers on any number of threads. It
/// makes one example of each, and may change the type of the targets.
///
/// ```swift
/// let doubled = BatchTransform<Int32, Int32> { examples, _ in
///   Dataset(inputs: 2 * examples.inputs, labels: examples.labels)
/// }
/// let data = Dataset(inputs: [[1, 2], [3, 4]], labels: [0, 1])
/// print(try doubled(data, key: RandomKey(seed: 7)).inputs)
/// // [[2. 4.]
/// //  [6. 8.]]
/// ```
public struct BatchTransform<Input: TensorScalar, Output: TensorScalar>: Sendable {
  private let body: @Sendable (Dataset<Input>, RandomKey) throws -> Dataset<Output>
  private let site: CallSite

  /// A transform of your own: what it throws ends the pass, and the reader's `next` throws it.
  public init(
    file: StaticString = #fileID, line: UInt = #line,
    _ body:
      @escaping @Sendable (_ examples: Dataset<Input>, _ key: RandomKey) throws ->
      Dataset<Output>
  ) {
    (self.body, site) = (body, CallSite(file, line))
  }

  /// The examples, transformed. A mistake if they are more or fewer than before.
  public func callAsFunction(_ examples: Dataset<Input>, key: RandomKey) throws -> Dataset<Output> {
    let result = try body(examples, key)
    if result.count != examples.count {
      Mistake(
        "transform",
        "makes \(counted(result.count, "example")) of \(counted(examples.count, "example"))",
        fix: "make one of each"
      ).stop(at: site)
    }
    return result
  }

  /// This transform, then another one, each with a key of its own.
  public func followed<Next>(
    by next: BatchTransform<Output, Next>, file: StaticString = #fileID, line: UInt = #line
  ) -> BatchTransform<Input, Next> {
    BatchTransform<Input, Next>(file: file, line: line) { examples, key in
      let keys = key.split(into: 2)
      return try next(self(examples, key: keys[0]), key: keys[1])
    }
  }
}

extension BatchTransform: CustomStringConvertible {
  /// The types of the targets: "BatchTransform<Int32, Float>".
  public var description: String { "\(BatchTransform.self)" }
}

extension BatchSource {
  /// The source with each of its batches transformed.
  ///
  /// The transform's key depends on the pass's key, without one on seed 0, and on the batch's
  /// number. So it does not matter where a pass starts, and each of several transforms has its own.
  ///
  /// ```swift
  /// let training = Digits.training
  ///   .transformed(by: .shifts(rows: 1, columns: 1, of: ImageSize(height: 8, width: 8)))
  ///   .transformed(by: .mixup(0.2, classes: 10))
  /// var reader = try training.batches(in: BatchOrder(size: 64, key: RandomKey(seed: 7)))
  /// print(try reader.next()!)   // Batch 0 of 64 examples: inputs [64, 64], targets [64, 10]
  /// ```
  public func transformed<Output>(
    by transform: BatchTransform<Target, Output>
  ) -> TransformedSource<Self, Output> {
    TransformedSource(source: self, transform: transform)
  }

  /// The source with each of its batches transformed by a function of your own, which gets a key.
  public func transformed<Output>(
    file: StaticString = #fileID, line: UInt = #line,
    _ body:
      @escaping @Sendable (_ examples: Dataset<Target>, _ key: RandomKey) throws ->
      Dataset<Output>
  ) -> TransformedSource<Self, Output> {
    transformed(by: BatchTransform(file: file, line: line, body))
  }
}

/// A source whose batches are transformed: see ``BatchSource/transformed(by:)``.
public struct TransformedSource<Source: BatchSource, Target: TensorScalar>: BatchSource {
  /// Where the batches come from.
  public let source: Source
  private let transform: BatchTransform<Source.Target, Target>

  init(source: Source, transform: BatchTransform<Source.Target, Target>) {
    (self.source, self.transform) = (source, transform)
  }

  /// That of the source.
  public var exampleCount: Int? { source.exampleCount }

  /// One pass over the source.
  public func batches(in order: BatchOrder) throws -> Reader {
    let (key, order) = order.forTransform()
    return Reader(reader: try source.batches(in: order), transform: transform, key: key)
  }

  /// The batches of a pass, transformed one by one.
  public struct Reader: BatchReader {
    private var reader: Source.Reader?
    private let transform: BatchTransform<Source.Target, Target>
    private let key: RandomKey

    init(
      reader: Source.Reader, transform: BatchTransform<Source.Target, Target>, key: RandomKey
    ) {
      (self.reader, self.transform, self.key) = (reader, transform, key)
    }

    /// The next batch, transformed. Throws what the source or the transform throws; then the pass
    /// is over.
    public mutating func next() throws -> Batch<Target>? {
      do {
        guard let batch = try reader?.next() else { return nil }
        let key = key.folding(in: UInt64(batch.number))
        return batch.replacing(try transform(batch.examples, key: key))
      } catch {
        reader = nil
        throw error
      }
    }
  }
}
