// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension Storage {
  /// New memory, aligned to and padded to whole cache lines, so that tiles never share one.
  ///
  /// A mistake if the system has no such amount.
  convenience init(byteCount: Int) {
    var memory: UnsafeMutableRawPointer?
    let padded = (Swift.max(byteCount, 1) + 63) & ~63
    guard posix_memalign(&memory, 64, padded) == 0, let memory else {
      Mistake(
        "evaluate", "the system has no \(byteCount) bytes of memory for one tensor",
        fix: "use smaller tensors or batches"
      ).stop(at: nil)
    }
    self.init(address: OpaquePointer(memory), byteCount: padded) {
      free(UnsafeMutableRawPointer($0))
    }
  }

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
