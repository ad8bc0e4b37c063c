// SPDX-License-Identifier: Apache-2.0

/// The memory behind a tensor's numbers, opaque here: nodes and parameters hold it, and only the
/// runtime, which made it, reads it.
package final class Storage: @unchecked Sendable {
  package let address: OpaquePointer
  package let byteCount: Int
  /// Whose memory this is a part of and keeps alive; nil if the memory is this storage's own.
  package let whole: Storage?
  private let keeper: any MemoryKeeper.Type

  /// Takes over memory that nobody writes once the storage is shared.
  package init(address: OpaquePointer, byteCount: Int, keeper: any MemoryKeeper.Type) {
    self.address = address
    self.byteCount = byteCount
    self.keeper = keeper
    whole = nil
  }

  /// A part of the memory of another storage, which is never written through this one.
  package init(partOf storage: Storage, address: OpaquePointer, byteCount: Int) {
    self.address = address
    self.byteCount = byteCount
    keeper = storage.keeper
    whole = storage.whole ?? storage
  }

  /// The numbers of a part, in row-major order: the same memory or a copy; nil
  /// without memory for it.
  package func numbers(of part: PlacedPart) -> Storage? { keeper.numbers(of: part, in: self) }

  deinit { if whole == nil { keeper.release(address, byteCount) } }
}

/// Whoever makes storages.
package protocol MemoryKeeper: Sendable {
  static func release(_ address: OpaquePointer, _ byteCount: Int)
  static func numbers(of part: PlacedPart, in storage: Storage) -> Storage?
}

/// Where the elements of a shape stand in memory: [i, j, ...] at offset + i strides[0] + ...
package struct PlacedPart {
  package let shape: Shape
  package let elementType: ElementType
  package let offset: Int
  package let strides: Shape

  package init(_ shape: Shape, _ elementType: ElementType, offset: Int, strides: Shape) {
    self.shape = shape
    self.elementType = elementType
    self.offset = offset
    self.strides = strides
  }

  /// Elements that follow each other.
  package init(_ shape: Shape, _ elementType: ElementType, contiguousFrom offset: Int) {
    var strides = shape, stride = 1
    for axis in shape.indices.reversed() {
      strides[axis] = stride
      stride *= shape[axis]
    }
    self.init(shape, elementType, offset: offset, strides: strides)
  }

  /// True if the elements follow each other in row-major order.
  package var isContiguous: Bool {
    var expected = 1
    for axis in shape.indices.reversed() where shape[axis] != 1 {
      if strides[axis] != expected { return false }
      expected *= shape[axis]
    }
    return true
  }
}
