// SPDX-License-Identifier: Apache-2.0

import CPullbackKernels
import PullbackTensors

extension Storage {
  /// New memory, aligned to whole cache lines and padded behind the last element. Stops if the
  /// system refuses it.
  convenience init(byteCount: Int) {
    guard let memory = Storage.memory(byteCount) else { OutOfMemory(byteCount: byteCount).stop() }
    self.init(memory, Storage.padded(byteCount))
  }

  /// The same for as many bytes as data from outside asks for; nil if the system refuses them.
  package convenience init?(ifAvailable byteCount: Int) {
    guard let memory = Storage.memory(byteCount) else { return nil }
    self.init(memory, Storage.padded(byteCount))
  }

  /// The same, or an error.
  static func requested(_ byteCount: Int) throws(OutOfMemory) -> Storage {
    guard let storage = Storage(ifAvailable: byteCount) else {
      throw OutOfMemory(byteCount: byteCount)
    }
    return storage
  }

  /// Whether the system would give so many bytes to whoever asks next.
  package static func isAvailable(_ byteCount: Int) -> Bool {
    if StoragePool.isAvailable(byteCount) { return true }
    giveIdleBack()
    return StoragePool.isAvailable(byteCount)
  }

  private static func memory(_ byteCount: Int) -> UnsafeMutableRawPointer? {
    guard byteCount < Int.max / 2 else { return nil }
    let size = padded(byteCount)
    var memory = StoragePool.take(size)
    if memory == nil {
      giveIdleBack()
      memory = StoragePool.take(size)
    }
    // In bounds: the padding. What was there before, such as half of an address, may be denormal as
    // a number, and many processors multiply by that a hundred times as slowly.
    if let memory {
      let padding = memory + byteCount
      _ = padding.initializeMemory(as: UInt8.self, repeating: 0, count: size - byteCount)
    }
    return memory
  }

  /// Gives what plans and tensors keep idle back to the system, which has nothing else left.
  private static func giveIdleBack() {
    IdleMemory.giveBack()
    StoragePool.empty()
  }

  private convenience init(_ memory: UnsafeMutableRawPointer, _ byteCount: Int) {
    self.init(address: OpaquePointer(memory), byteCount: byteCount, keeper: PooledMemory.self)
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

/// How the runtime keeps its storages.
private enum PooledMemory: MemoryKeeper {
  /// Bytes below which a part is copied: it would hold on to all of the memory.
  private static let smallestPart = 4096

  static func release(_ address: OpaquePointer, _ byteCount: Int) {
    StoragePool.give(UnsafeMutableRawPointer(address), byteCount)
  }

  static func numbers(of part: PlacedPart, in storage: Storage) -> Storage? {
    let size = part.elementType.byteCount, byteCount = part.shape.elementCount * size
    // In bounds, as all elements below: the part lies within the shape that the
    // storage was made for.
    let start = storage.base + part.offset * size
    let isContiguous = byteCount == 0 || part.isContiguous
    if byteCount >= smallestPart, isContiguous {
      return Storage(partOf: storage, address: OpaquePointer(start), byteCount: byteCount)
    }
    guard let copy = Storage(ifAvailable: byteCount) else { return nil }
    if isContiguous {
      copy.base.copyMemory(from: start, byteCount: byteCount)
    } else {
      part.copy(from: start, into: copy.base)
    }
    return copy
  }
}

extension PlacedPart {
  /// Copies the elements into row-major order.
  fileprivate func copy(from source: UnsafeRawPointer, into target: UnsafeMutableRawPointer) {
    withUnsafeTemporaryAllocation(of: pb_axis.self, capacity: max(shape.rank, 1)) { axes in
      let count = axes.fill(shape, strides: strides)
      // In bounds: as many elements as the part has, each of them within the storage.
      pb_load_for(elementType.kernelType)(
        shape.elementCount, target, source, 0, axes.baseAddress, count)
    }
  }
}
