// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension Dataset {
  /// The examples in batches of `size`, the last one smaller if they do not divide. With a key they
  /// are shuffled: the same key gives the same order. A mistake if `size` is not positive.
  public func batches(
    of size: Int, shuffledWith key: RandomKey? = nil,
    file: StaticString = #fileID, line: UInt = #line
  ) -> Batches<Target> {
    guard size > 0 else {
      Mistake("batches", "a batch of \(size) examples", fix: "use a size of 1 or more")
        .stop(at: CallSite(file, line))
    }
    return Batches(dataset: self, size: size, order: key.map { $0.permutation(of: count) })
  }
}

/// The batches of a dataset, made one by one.
public struct Batches<Target: TensorScalar>: Sequence, IteratorProtocol, Sendable {
  private let dataset: Dataset<Target>
  private let size: Int
  private let order: [Int]?
  private var position = 0

  init(dataset: Dataset<Target>, size: Int, order: [Int]?) {
    self.dataset = dataset
    self.size = size
    self.order = order
  }

  public mutating func next() -> Dataset<Target>? {
    guard position < dataset.count else { return nil }
    let range = position..<(position + Swift.min(size, dataset.count - position))
    position = range.upperBound
    return dataset.part(range, inOrder: order)
  }
}

extension Batches: CustomStringConvertible {
  public var description: String {
    "batches of \(size), \(dataset.count - position) of \(counted(dataset.count, "example")) to come"
  }
}
