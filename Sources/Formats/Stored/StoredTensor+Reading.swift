// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

/// How a file arranges the elements of a tensor.
struct Arrangement: Sendable {
  var type: StoredType
  var shape: Shape
  /// Most significant byte first.
  var isBigEndian = false
  /// The first axis varies fastest.
  var isColumnMajor = false

  /// Bytes that all elements take; nil if they cannot be counted.
  var byteCount: Int? { type.byteCount(of: shape) }
}

extension StoredTensor {
  /// Takes the elements straight into the memory that a tensor of their type then shares.
  ///
  /// - Parameter fill: writes `arrangement.byteCount` bytes. That so many exist has been checked
  ///   before, so that nothing is allocated that a header merely claims.
  init(
    _ arrangement: Arrangement, origin: Origin,
    fill: (inout MutableSpan<UInt8>) throws(FileError) -> Void
  ) throws(FileError) {
    let (type, shape) = (arrangement.type, arrangement.shape)
    guard let byteCount = arrangement.byteCount else {
      throw origin.malformed("the shape \(shape) has more elements than can be counted")
    }
    var storage = try origin.memory(byteCount)
    try storage.withMutableSpan(of: UInt8.self, count: byteCount, fill)
    if type == .bool { try StoredTensor.checkTruths(storage, count: byteCount, origin) }
    let isMatrix = shape.count(where: { $0 != 1 }) > 1
    switch type.byteCount {
    case 8: try arrange(UInt64.self)
    case 4: try arrange(UInt32.self)
    case 2: try arrange(UInt16.self)
    case _: try arrange(UInt8.self)
    }
    self.init(type: type, shape: shape, origin: origin, storage: storage)

    func arrange<Bits: FixedWidthInteger & BitwiseCopyable>(
      _ bits: Bits.Type
    ) throws(FileError) {
      let count = shape.elementCount
      if arrangement.isBigEndian && Bits.bitWidth > 8 {
        storage.withMutableSpan(of: bits, count: count) { span in
          for index in 0..<count { span[index] = span[index].byteSwapped }
        }
      }
      if arrangement.isColumnMajor && isMatrix && count > 0 {
        let target = try origin.memory(byteCount)
        storage.withSpan(of: bits, count: count) { from in
          target.withMutableSpan(of: bits, count: count) { to in
            copy(from, columnMajor: shape, to: &to)
          }
        }
        storage = target
      }
    }
  }

  /// Memory that Swift reads as Bool must hold 0 or 1.
  private static func checkTruths(
    _ storage: Storage, count: Int, _ origin: Origin
  ) throws(FileError) {
    try storage.withSpan(of: UInt8.self, count: count) { (bytes: Span<UInt8>) throws(FileError) in
      for index in 0..<count where bytes[index] > 1 {
        throw origin.malformed("element \(index) is the byte \(bytes[index]), not a Bool")
      }
    }
  }
}

/// Rewrites elements of which the first axis varies fastest so that the last one does.
private func copy<Bits: BitwiseCopyable>(
  _ from: Span<Bits>, columnMajor shape: Shape, to: inout MutableSpan<Bits>
) {
  var strides: [Int] = []
  var stride = 1
  for extent in shape {
    strides.append(stride)
    stride *= extent
  }
  // Counts through the indices in row-major order and keeps the source position beside them.
  var index = [Int](repeating: 0, count: shape.rank)
  var position = 0
  for target in 0..<to.count {
    to[target] = from[position]
    var axis = shape.rank - 1
    while axis >= 0 {
      index[axis] += 1
      position += strides[axis]
      if index[axis] < shape[axis] { break }
      position -= index[axis] * strides[axis]
      index[axis] = 0
      axis -= 1
    }
  }
}
