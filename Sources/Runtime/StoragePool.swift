// SPDX-License-Identifier: Apache-2.0

import Synchronization

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Blocks of memory that were given back, for the next tensor of the same size.
///
/// A training loop needs the same sizes at every step. Asking the system each time costs a page
/// fault for every 4 KiB, more than the arithmetic of a small network.
enum StoragePool {
  /// Smaller blocks are left to `malloc`, which keeps them itself.
  private static let smallest = 1 << 15
  private static let limit = 1 << 28

  private struct Contents {
    var blocks: [Int: [UInt]] = [:]
    var byteCount = 0
  }

  private static let contents = Mutex(Contents())

  /// A block of `byteCount` bytes, aligned to 64; nil if the system has none.
  static func take(_ byteCount: Int) -> UnsafeMutableRawPointer? {
    if byteCount >= smallest, let block = takeUsed(byteCount) { return block }
    var memory: UnsafeMutableRawPointer?
    return posix_memalign(&memory, 64, byteCount) == 0 ? memory : nil
  }

  /// Gives back a block that `take` returned for the same number of bytes.
  static func give(_ block: UnsafeMutableRawPointer, _ byteCount: Int) {
    if byteCount >= smallest, byteCount <= limit / 4, keep(block, byteCount) { return }
    free(block)
  }

  // If another thread is at the pool, malloc is as good: nobody waits here.
  private static func takeUsed(_ byteCount: Int) -> UnsafeMutableRawPointer? {
    contents.withLockIfAvailable { contents -> UInt? in
      guard let block = contents.blocks[byteCount]?.popLast() else { return nil }
      contents.byteCount -= byteCount
      return block
    }?.flatMap { UnsafeMutableRawPointer(bitPattern: $0) }
  }

  private static func keep(_ block: UnsafeMutableRawPointer, _ byteCount: Int) -> Bool {
    let address = UInt(bitPattern: block)
    return contents.withLockIfAvailable { contents in
      // Full of sizes that nobody wants any more: start afresh.
      if contents.byteCount + byteCount > limit {
        for old in contents.blocks.values.joined() {
          free(UnsafeMutableRawPointer(bitPattern: old))
        }
        contents = Contents()
      }
      contents.blocks[byteCount, default: []].append(address)
      contents.byteCount += byteCount
      return true
    } ?? false
  }
}
