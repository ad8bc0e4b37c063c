// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

/// A tensor as files hold it: a shape and elements of any ``StoredType``.
///
/// ```swift
/// let labels = try NumPy.load(at: "labels.npy")   // [60000] of uint8
/// let y = try labels.tensor(as: Int32.self)       // Tensor<Int32>
/// ```
public struct StoredTensor: Sendable {
  /// The element type in the file.
  public let type: StoredType
  /// How many elements it has along each axis, in row-major order.
  public let shape: Shape
  /// Where it comes from, for messages.
  let origin: Origin
  let storage: Storage

  struct Origin: Sendable {
    var file = "StoredTensor"
    var part: String?

    func malformed(_ problem: String) -> FileError {
      FileError(.malformed, in: file, at: part.map(FileError.Place.part), problem)
    }
  }

  /// The number of elements.
  public var elementCount: Int { shape.elementCount }

  var byteCount: Int { elementCount * type.byteCount }

  /// The numbers of a tensor, in its own element type; computes them if they are not known yet.
  /// Nothing is copied.
  public init<Scalar>(_ tensor: Tensor<Scalar>) {
    evaluate(tensor)
    type = StoredType(Scalar.elementType)
    shape = tensor.shape
    origin = Origin()
    storage = tensor.value.node.numbers!
  }

  /// A tensor of a shape from its elements in row-major order. A mistake if their number differs.
  public init<Scalar: StoredScalar>(
    shape: Shape, scalars: [Scalar], file: StaticString = #fileID, line: UInt = #line
  ) {
    guard shape.allSatisfy({ $0 >= 0 }), shape.checkedElementCount == scalars.count else {
      Mistake(
        "StoredTensor", "\(scalars.count) numbers do not fill the shape \(shape)",
        fix: "the product of the extents must be the number of elements"
      ).stop(at: CallSite(file, line))
    }
    let byteCount = scalars.count * Scalar.storedType.byteCount
    guard let storage = Storage(ifAvailable: byteCount) else {
      Mistake(
        "StoredTensor", "the system has no \(byteCount) bytes of memory for it",
        fix: "use smaller tensors"
      ).stop(at: CallSite(file, line))
    }
    storage.copy(scalars)
    self.init(type: Scalar.storedType, shape: shape, origin: Origin(), storage: storage)
  }

  init(type: StoredType, shape: Shape, origin: Origin, storage: Storage) {
    (self.type, self.shape, self.origin, self.storage) = (type, shape, origin, storage)
  }

  /// The elements in row-major order. Throws if the tensor holds another type.
  public func scalars<Scalar: StoredScalar>(
    as _: Scalar.Type = Scalar.self
  ) throws(FileError) -> [Scalar] {
    guard type == Scalar.storedType else {
      throw origin.malformed("holds \(type.rawValue), not \(Scalar.storedType.rawValue)")
    }
    return storage.array(of: Scalar.self, count: elementCount)
  }

  /// Gives the bytes, least significant first, as files hold them.
  func withBytes<Result, Failure: Error>(
    _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try storage.withSpan(of: UInt8.self, count: byteCount, body)
  }
}

extension StoredTensor.Origin {
  private static let nothing = Storage(ifAvailable: 0)!

  /// New memory for what a file holds, or an error: the system may have less than the file.
  func memory(_ byteCount: Int) throws(FileError) -> Storage {
    // A small file may have millions of them.
    if byteCount == 0 { return StoredTensor.Origin.nothing }
    if let storage = Storage(ifAvailable: byteCount) { return storage }
    throw .noMemory(byteCount, in: file, at: part.map(FileError.Place.part))
  }
}
