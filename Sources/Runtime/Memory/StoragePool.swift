// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Blocks of memory that were given back, for the next tensor of about the same size.
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

    /// All that is kept, which is no longer.
    mutating func takeAll() -> Contents {
      defer { self = Contents() }
      return self
    }

    consuming func giveBack() {
      for (byteCount, blocks) in blocks {
        for block in blocks {
          SystemMemory.give(UnsafeMutableRawPointer(bitPattern: block)!, byteCount)
        }
      }
    }
  }

  private static let contents = Lock(Contents())

  /// A block of at least `byteCount` bytes, aligned to 64; nil if the system has none.
  static func take(_ byteCount: Int) -> UnsafeMutableRawPointer? {
    if byteCount < smallest { return SystemMemory.take(byteCount) }
    let size = size(for: byteCount)
    return takeUsed(size) ?? SystemMemory.take(size)
  }

  /// Gives back a block that `take` returned for the same number of bytes.
  static func give(_ block: UnsafeMutableRawPointer, _ byteCount: Int) {
    if byteCount < smallest { return SystemMemory.give(block, byteCount) }
    let size = size(for: byteCount)
    if size <= limit / 4, keep(block, size) { return }
    SystemMemory.give(block, size)
  }

  /// Whether the system has so many bytes, besides what is kept here.
  static func isAvailable(_ byteCount: Int) -> Bool {
    guard let block = SystemMemory.take(byteCount) else { return false }
    SystemMemory.give(block, byteCount)
    return true
  }

  /// Gives all that it keeps back to the system.
  static func empty() {
    contents.withLock { $0.takeAll() }.giveBack()
  }

  /// Batches and sequences of about the same length share blocks: rounded up to one of eight sizes
  /// between two powers of two. What a tensor does not touch takes no memory.
  private static func size(for byteCount: Int) -> Int {
    let step = 1 << (Int.bitWidth - 4 - byteCount.leadingZeroBitCount)
    return (byteCount + step - 1) & ~(step - 1)
  }

  // If another thread is at the pool, the system is as good: nobody waits here.
  private static func takeUsed(_ size: Int) -> UnsafeMutableRawPointer? {
    contents.withLockIfAvailable { contents -> UInt? in
      guard let block = contents.blocks[size]?.popLast() else { return nil }
      contents.byteCount -= size
      return block
    }?.flatMap { UnsafeMutableRawPointer(bitPattern: $0) }
  }

  private static func keep(_ block: UnsafeMutableRawPointer, _ size: Int) -> Bool {
    let address = UInt(bitPattern: block)
    // The system takes its time: nobody is kept from the pool meanwhile.
    guard
      let unwanted = contents.withLockIfAvailable({ contents in
        // Full of sizes that nobody wants any more: start afresh.
        let unwanted = contents.byteCount + size > limit ? contents.takeAll() : Contents()
        contents.blocks[size, default: []].append(address)
        contents.byteCount += size
        return unwanted
      })
    else { return false }
    unwanted.giveBack()
    return true
  }
}

/// Memory of the system's own, aligned to 64.
private enum SystemMemory {
  /// Bytes from which on pages are asked for: `malloc` would keep blocks of many sizes side by
  /// side, and what is free between them.
  private static let smallestOfPages = 1 << 20
  /// Bytes from which on a page of 2 MiB that is partly used does not matter.
  private static let smallestOfHugePages = 1 << 22
  private static let page = Int(sysconf(Int32(_SC_PAGESIZE)))

  static func take(_ byteCount: Int) -> UnsafeMutableRawPointer? {
    if byteCount < smallestOfPages {
      var memory: UnsafeMutableRawPointer?
      return posix_memalign(&memory, 64, byteCount) == 0 ? memory : nil
    }
    #if canImport(Darwin)
      let flags = MAP_PRIVATE | MAP_ANON
    #else
      let flags = MAP_PRIVATE | MAP_ANONYMOUS
    #endif
    let memory = mmap(nil, byteCount + page, PROT_READ | PROT_WRITE, flags, -1, 0)
    guard memory != MAP_FAILED, let memory else { return nil }
    #if os(Linux)
      // In bounds: what was just mapped. Pages of 2 MiB where the system has them: a walk over a
      // large tensor asks less often where its pages are. Advice, so it may be refused.
      if byteCount >= smallestOfHugePages { madvise(memory, byteCount + page, MADV_HUGEPAGE) }
    #endif
    // In bounds: there is one page more than asked for. Large tensors that began at the same place
    // of their pages would drive each other out of the first cache.
    return memory + Int(UInt(bitPattern: memory) >> 12 & 31) * 128
  }

  static func give(_ memory: UnsafeMutableRawPointer, _ byteCount: Int) {
    if byteCount < smallestOfPages { return free(memory) }
    let start = UnsafeMutableRawPointer(
      bitPattern: UInt(bitPattern: memory) & ~UInt(page - 1))
    munmap(start, byteCount + page)
  }
}
