// SPDX-License-Identifier: Apache-2.0

/// The type of one element, as a value: what `Tensor<Scalar>` knows statically, `Value` carries.
package enum ElementType: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  case float, double, int32, bool

  /// Bytes of one element. `Bool` takes one byte, 0 or 1.
  package var byteCount: Int {
    switch self {
    case .float, .int32: 4
    case .double: 8
    case .bool: 1
    }
  }

  package var isFloatingPoint: Bool { self == .float || self == .double }

  package var name: String {
    switch self {
    case .float: "Float"
    case .double: "Double"
    case .int32: "Int32"
    case .bool: "Bool"
    }
  }
}

/// A type that a tensor can compute with: `Float`, `Double`, `Int32` or `Bool`.
///
/// The set is closed: kernels exist for these four, so a conformance of another type is of no use.
public protocol TensorScalar: Sendable, Equatable {
  /// The element's type as a value, and the only requirement.
  static var element: TensorElement { get }
}

/// An opaque tag that ties a ``TensorScalar`` to its kernels.
public struct TensorElement: Sendable {
  package let type: ElementType
}

/// A scalar with arithmetic and an order: `Float`, `Double`, `Int32`.
public protocol NumericScalar: TensorScalar, Numeric, Comparable {}

/// A scalar that can be differentiated: `Float` and `Double`.
public protocol FloatingPointScalar: NumericScalar, BinaryFloatingPoint {}

extension Float: FloatingPointScalar {
  public static var element: TensorElement { TensorElement(type: .float) }
}
extension Double: FloatingPointScalar {
  public static var element: TensorElement { TensorElement(type: .double) }
}
extension Int32: NumericScalar {
  public static var element: TensorElement { TensorElement(type: .int32) }
}
extension Bool: TensorScalar {
  public static var element: TensorElement { TensorElement(type: .bool) }
}

extension TensorScalar {
  package static var elementType: ElementType { element.type }
}
