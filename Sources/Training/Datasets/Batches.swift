// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension Dataset: BatchSource {
  /// The examples in batches of `size`, the last one smaller if they do not divide, or left out.
  /// With a key they are shuffled: the same key gives the same order, wherever it starts.
  ///
  /// ```swift
  /// let data = Dataset(inputs: .zeros([5, 1]), labels: [0, 1, 2, 3, 4])
  /// print(data.batches(of: 2, droppingLast: true).map(\.positions))   // [[0, 1], [2, 3]]
  /// print(data.batches(of: 2, startingAt: 1).map(\.positions))   // [[2, 3], [4]]
  /// ```
  ///
  /// A mistake if `size` is not positive or the batch to start at is negative.
  public func batches(
    of size: Int, shuffledWith key: RandomKey? = nil, droppingLast: Bool = false,
    startingAt first: Int = 0, file: StaticString = #fileID, line: UInt = #line
  ) -> Batches<Target> {
    batches(
      in: BatchOrder(
        size: size, key: key, droppingLast: droppingLast, startingAt: first, file: file, line: line
      ))
  }

  /// One pass over the examples.
  public func batches(in order: BatchOrder) -> Batches<Target> {
    Batches(
      dataset: self, order: order,
      positions: order.shufflingKey.map { $0.permutation(of: count) })
  }

  /// The number of examples.
  public var exampleCount: Int? { count }
}

/// The batches of a dataset, made one by one.
public struct Batches<Target: TensorScalar>: Sequence, IteratorProtocol, BatchReader, Sendable {
  private let dataset: Dataset<Target>
  private let size: Int
  /// The positions that batches take, one after the other; nil for those of the dataset in order.
  private let positions: [Int]?
  private let end: Int
  private var start: Int
  private var number: Int

  init(dataset: Dataset<Target>, order: BatchOrder, positions: [Int]?) {
    let count = positions?.count ?? dataset.count
    (self.dataset, self.positions, size, number) = (dataset, positions, order.size, order.first)
    end = order.isLastDropped ? count - count % size : count
    start = order.skipped(of: end)
  }

  public mutating func next() -> Batch<Target>? {
    guard start < end else { return nil }
    let range = start..<start + Swift.min(size, end - start)
    defer { (start, number) = (range.upperBound, number + 1) }
    let examples = dataset.part(range, inOrder: positions)
    guard let positions else { return Batch(examples, number: number, from: range.lowerBound) }
    return Batch(examples, number: number, at: positions[range])
  }
}

extension Batches: CustomStringConvertible {
  public var description: String {
    "batches of \(size), \(end - start) of \(counted(end, "example")) to come"
  }
}
