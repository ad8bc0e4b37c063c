// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// The type of one element in a file. Tensors compute in four of them: `float32` is Float,
/// `float64` Double, `int32` Int32, `bool` Bool; the others are read and written.
public enum StoredType: String, Sendable, Hashable, CaseIterable {
  /// Floating-point numbers of so many bits; `bfloat16` has the exponent of `float32` and 8
  /// bits for digits.
  case float64, float32, float16, bfloat16
  /// Whole numbers with a sign.
  case int64, int32, int16, int8
  /// Whole numbers from 0 on.
  case uint64, uint32, uint16, uint8
  /// A byte, 0 for false.
  case bool

  /// Bytes of one element.
  public var byteCount: Int {
    switch self {
    case .float64, .int64, .uint64: 8
    case .float32, .int32, .uint32: 4
    case .float16, .bfloat16, .int16, .uint16: 2
    case .int8, .uint8, .bool: 1
    }
  }

  init(_ type: ElementType) {
    self =
      switch type {
      case .float: .float32
      case .double: .float64
      case .int32: .int32
      case .bool: .bool
      }
  }

  /// Bytes of a tensor of this shape, or nil if they cannot be counted.
  func byteCount(of shape: Shape) -> Int? {
    // Not more than Int.max / 64 elements, so that the product with 8 fits.
    shape.checkedElementCount.map { $0 * byteCount }
  }
}

/// A Swift type that files hold: what ``StoredTensor`` is made from and read as.
public protocol StoredScalar: BitwiseCopyable, Sendable {
  /// The element type in a file.
  static var storedType: StoredType { get }
}

extension Double: StoredScalar { public static var storedType: StoredType { .float64 } }
extension Float: StoredScalar { public static var storedType: StoredType { .float32 } }
extension Int64: StoredScalar { public static var storedType: StoredType { .int64 } }
extension Int32: StoredScalar { public static var storedType: StoredType { .int32 } }
extension Int16: StoredScalar { public static var storedType: StoredType { .int16 } }
extension Int8: StoredScalar { public static var storedType: StoredType { .int8 } }
extension UInt64: StoredScalar { public static var storedType: StoredType { .uint64 } }
extension UInt32: StoredScalar { public static var storedType: StoredType { .uint32 } }
extension UInt16: StoredScalar { public static var storedType: StoredType { .uint16 } }
extension UInt8: StoredScalar { public static var storedType: StoredType { .uint8 } }
extension Bool: StoredScalar { public static var storedType: StoredType { .bool } }
