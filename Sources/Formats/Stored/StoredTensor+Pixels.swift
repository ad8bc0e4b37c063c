// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension StoredTensor {
  /// The pixels of images, bytes, as numbers in 0 ... 1, in another shape of as many. In one pass:
  /// of large files the memory for the numbers is all there is.
  ///
  /// Throws if the system has no such memory.
  package func brightness(shape: Shape) throws(FileError) -> Tensor<Float> {
    precondition(type == .uint8 && shape.elementCount == elementCount)
    let numbers = try converted(UInt8.self) { pixel, _ in Float(pixel) / 255 }
    return Tensor(Value(Node(numbers: numbers, elementType: .float, shape: shape)))
  }
}
