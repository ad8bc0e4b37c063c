// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension Storage {
  /// New memory, aligned to whole cache lines and padded behind the last element.
  ///
  /// A mistake if the system has no such amount.
  convenience init(byteCount: Int) {
    let padded = Storage.padded(byteCount)
    guard let memory = StoragePool.take(padded) else {
      Mistake(
        "evaluate", "the system has no \(byteCount) bytes of memory for one tensor",
        fix: "use smaller tensors or batches"
      ).stop(at: nil)
    }
    self.init(memory, padded)
  }

  /// New memory for as many bytes as data from outside has; nil if the system has no such amount.
  package convenience init?(ifAvailable byteCount: Int) {
    guard byteCount < Int.max / 2 else { return nil }
    let padded = Storage.padded(byteCount)
    guard let memory = StoragePool.take(padded) else { return nil }
    self.init(memory, padded)
  }

  private convenience init(_ memory: UnsafeMutableRawPointer, _ byteCount: Int) {
    self.init(address: OpaquePointer(memory), byteCount: byteCount) {
      StoragePool.give(UnsafeMutableRawPointer($0), $1)
    }
  }

  private static func padded(_ byteCount: Int) -> Int {
    (byteCount + Storage.overread + 63) & ~63
  }

  /// Bytes behind the last element that matrix kernels may read (and ignore): the widest tile.
  static let overread = 256

  /// New memory for one scalar.
  package convenience init(scalarOf type: ElementType) { self.init(byteCount: type.byteCount) }

  /// The number of a scalar.
  package var firstFloat: Float { elements(of: Float.self, count: 1)[0] }

  var base: UnsafeMutableRawPointer { UnsafeMutableRawPointer(address) }

  /// The elements: to be written before anybody else holds the storage, to be read after that.
  func elements<Scalar>(
    of type: Scalar.Type, count: Int
  ) -> UnsafeMutableBufferPointer<Scalar> {
    precondition(count * MemoryLayout<Scalar>.stride <= byteCount)
    // In bounds by the line above; aligned because the memory is aligned to 64.
    return UnsafeMutableBufferPointer(
      start: base.assumingMemoryBound(to: type), count: count)
  }
}
