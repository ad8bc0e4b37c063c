// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// The first check of indices that failed, and its lowest position, at any number of threads.
final class FailedCheck: Sendable {
  struct Record {
    var step: Int
    /// What the body that checks calls the indices.
    var value: Int
    var position: Int
    var index: Int32
    var count: Int
    var use: IndexUse
  }

  private let lowest = Lock<Record?>(nil)

  /// What has failed since it was asked for last.
  func take() -> Record? {
    lowest.withLock { lowest in
      defer { lowest = nil }
      return lowest
    }
  }

  func note(_ new: Record) {
    lowest.withLock { old in
      guard let known = old else { return old = new }
      if (new.step, new.position) < (known.step, known.position) { old = new }
    }
  }
}

extension IndexOutOfRange {
  /// - Parameters:
  ///   - space: the shape of the indices that were checked.
  ///   - parameter: the path of the parameter whose rows they choose, if it is known.
  init(_ record: FailedCheck.Record, in space: Shape, rowsOf parameter: String?) {
    self.init(
      operation: record.use.symbol, index: Int(record.index),
      place: space.place(of: record.position), row: record.position, count: record.count,
      parameter: parameter,
      isLabel: record.use == .softmaxCrossEntropy || record.use == .hingeLoss)
  }
}

extension Shape {
  /// The indices of an element by its number in row-major order.
  fileprivate func place(of element: Int) -> [Int] {
    var place = [Int](repeating: 0, count: rank), rest = element
    for axis in indices.reversed() {
      (rest, place[axis]) = rest.quotientAndRemainder(dividingBy: self[axis])
    }
    return place
  }
}
