// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// Examples with class labels: inputs [count, ...], labels [count].
public struct Dataset: Sendable {
  public let inputs: Tensor<Float>
  public let labels: Tensor<Int32>

  /// A mistake if there is not one label for each input.
  public init(
    inputs: Tensor<Float>, labels: Tensor<Int32>,
    file: StaticString = #fileID, line: UInt = #line
  ) {
    guard inputs.rank > 0, labels.shape == [inputs.shape[0]] else {
      Mistake(
        "Dataset", "the labels \(labels.value.label) do not fit the inputs \(inputs.value.label)",
        fix: "inputs are [count, ...], labels [count]"
      ).stop(at: CallSite(file, line))
    }
    self.inputs = inputs
    self.labels = labels
  }

  /// The number of examples.
  public var count: Int { labels.shape[0] }

  /// The examples at these positions. A mistake if one is not in 0 ..< count.
  public func examples(
    at positions: some Sequence<Int>, file: StaticString = #fileID, line: UInt = #line
  ) -> Dataset {
    let indices = Tensor<Int32>(
      positions.map { position in
        guard (0..<count).contains(position), let index = Int32(exactly: position) else {
          Mistake(
            "examples", "position \(position) is outside the \(count) examples",
            fix: "use positions in 0 ..< \(Swift.min(count, Int(Int32.max) + 1))"
          ).stop(at: CallSite(file, line))
        }
        return index
      })
    return Dataset(inputs: inputs.gathered(indices), labels: labels.gathered(indices))
  }

  /// The examples in batches of `size`, the last one smaller if they do not divide. With a key they
  /// are shuffled: the same key gives the same order. A mistake if `size` is not positive.
  public func batches(
    of size: Int, shuffledWith key: RandomKey? = nil,
    file: StaticString = #fileID, line: UInt = #line
  ) -> Batches {
    guard size > 0 else {
      Mistake("batches", "a batch of \(size) examples", fix: "use a size of 1 or more")
        .stop(at: CallSite(file, line))
    }
    return Batches(dataset: self, size: size, order: key.map { $0.permutation(of: count) })
  }
}

/// The batches of a dataset, made one by one.
public struct Batches: Sequence, IteratorProtocol, Sendable {
  private let dataset: Dataset
  private let size: Int
  private let order: [Int]?
  private var position = 0

  init(dataset: Dataset, size: Int, order: [Int]?) {
    self.dataset = dataset
    self.size = size
    self.order = order
  }

  public mutating func next() -> Dataset? {
    guard position < dataset.count else { return nil }
    let range = position..<(position + Swift.min(size, dataset.count - position))
    position = range.upperBound
    if let order { return dataset.examples(at: order[range]) }
    return Dataset(inputs: dataset.inputs[range], labels: dataset.labels[range])
  }
}

extension RandomKey {
  /// The numbers 0 ..< count in an order that depends on the key alone (Fisher and Yates, with
  /// rejection so that each order is equally likely). A mistake if the count is negative.
  public func permutation(
    of count: Int, file: StaticString = #fileID, line: UInt = #line
  ) -> [Int] {
    if count < 0 {
      Mistake("permutation", "an order of \(count) numbers", fix: "use a count of 0 or more")
        .stop(at: CallSite(file, line))
    }
    var numbers = Array(0..<count)
    var position: UInt64 = 0
    func random(below bound: UInt64) -> UInt64 {
      let limit = UInt64.max - UInt64.max % bound
      while true {
        let bits = threefry2x32(key: self.bits, counter: position)
        position += 1
        if bits < limit { return bits % bound }
      }
    }
    for last in stride(from: count - 1, to: 0, by: -1) {
      numbers.swapAt(last, Int(random(below: UInt64(last) + 1)))
    }
    return numbers
  }
}
