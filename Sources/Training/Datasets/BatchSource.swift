// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// Where batches come from: a ``Dataset``, one that is transformed, or a ``BatchStream``.
///
/// What trains goes over a source pass by pass and needs to know no more of it. The same order of
/// the same source gives the same batches, on any number of threads.
///
/// ```swift
/// func rows(of source: some BatchSource) throws -> [[Int]] {
///   var rows: [[Int]] = [], reader = try source.batches(in: BatchOrder(size: 2))
///   while let batch = try reader.next() { rows.append(batch.positions) }
///   return rows
/// }
/// let data = Dataset(inputs: .zeros([5, 1]), labels: [0, 1, 2, 3, 4])
/// print(try rows(of: data))   // [[0, 1], [2, 3], [4]]
/// ```
public protocol BatchSource<Target>: Sendable {
  /// The elements of the targets.
  associatedtype Target: TensorScalar
  /// What gives the batches of one pass.
  associatedtype Reader: BatchReader where Reader.Target == Target

  /// How many examples a pass goes over; nil if that is not known before.
  var exampleCount: Int? { get }

  /// The batches of one pass, from `order.first` on. Throws what the source cannot begin with.
  func batches(in order: BatchOrder) throws -> Reader
}

/// The batches of one pass, one after the other.
public protocol BatchReader<Target>: SendableMetatype {
  /// The elements of the targets.
  associatedtype Target: TensorScalar

  /// The next batch, nil after the last one.
  ///
  /// Throws if the source fails, such as a file that ends early. The pass is over then: what comes
  /// after the error is nil.
  mutating func next() throws -> Batch<Target>?
}

/// In which order a pass goes over a source, and from where.
///
/// ```swift
/// let order = BatchOrder(size: 64, key: RandomKey(seed: 7), droppingLast: true)
/// print(order)   // batches of 64, shuffled, none of fewer
/// print(order.batchCount(of: 1000), order.starting(at: 3).first)   // 15 3
/// ```
public struct BatchOrder: Sendable, Hashable, CustomStringConvertible {
  /// Examples of a batch; the last one may have fewer.
  public let size: Int
  /// What chance depends on: the order of the examples and what transforms draw.
  public let key: RandomKey?
  /// True if the key gives the order; else it is that of the source, and the key is for transforms
  /// alone.
  public let isShuffled: Bool
  /// True if a last batch of fewer examples is left out.
  public let isLastDropped: Bool
  /// The number of the batch to begin with: those before it are not made.
  public let first: Int
  /// How many transforms the batches go through after the source that is asked: so each of several
  /// draws numbers of its own.
  private var laterTransforms: UInt64 = 0

  /// Batches of `size`, in an order of the key if there is one. A mistake if the size is not
  /// positive or the first batch's number is negative.
  public init(
    size: Int, key: RandomKey? = nil, isShuffled: Bool = true, droppingLast: Bool = false,
    startingAt first: Int = 0, file: StaticString = #fileID, line: UInt = #line
  ) {
    guard size > 0 else {
      Mistake("batches", "a batch of \(size) examples", fix: "use a size of 1 or more")
        .stop(at: CallSite(file, line))
    }
    guard first >= 0 else {
      Mistake("batches", "batch \(first) to start at", fix: "batches are counted from 0 on")
        .stop(at: CallSite(file, line))
    }
    (self.size, self.key, self.isShuffled) = (size, key, isShuffled)
    (self.isLastDropped, self.first) = (droppingLast, first)
  }

  public var description: String {
    var words = "batches of \(size)"
    if isShuffled && key != nil { words += ", shuffled" }
    if first > 0 { words += ", from batch \(first) on" }
    if isLastDropped { words += ", none of fewer" }
    return words
  }

  /// The key that orders the examples; nil if they are to stay in the source's own order.
  public var shufflingKey: RandomKey? { isShuffled ? key : nil }

  /// How many batches a whole pass over so many examples has, whichever it begins with.
  public func batchCount(of examples: Int) -> Int {
    isLastDropped || examples % size == 0 ? examples / size : examples / size + 1
  }

  /// The same order from another batch on. A mistake if its number is negative.
  public func starting(
    at first: Int, file: StaticString = #fileID, line: UInt = #line
  ) -> BatchOrder {
    var order = BatchOrder(
      size: size, key: key, isShuffled: isShuffled, droppingLast: isLastDropped,
      startingAt: first, file: file, line: line)
    order.laterTransforms = laterTransforms
    return order
  }

  /// What a transform draws from, and the order for the source that it transforms.
  func forTransform() -> (key: RandomKey, source: BatchOrder) {
    var order = self
    order.laterTransforms += 1
    let key = (key ?? RandomKey(seed: 0)).folding(in: "transform")
    return (key.folding(in: laterTransforms), order)
  }

  /// How many of so many examples come before the first batch.
  func skipped(of examples: Int) -> Int {
    let (skipped, isHuge) = first.multipliedReportingOverflow(by: size)
    return isHuge ? examples : Swift.min(skipped, examples)
  }
}

extension BatchSource {
  /// How many batches a whole pass has; nil if that is not known before.
  public func batchCount(in order: BatchOrder) -> Int? {
    exampleCount.map { order.batchCount(of: $0) }
  }
}
