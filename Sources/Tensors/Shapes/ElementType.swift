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

  /// The largest finite number of a floating-point type.
  package var greatestFiniteNumber: Double {
    self == .float ? Double(Float.greatestFiniteMagnitude) : .greatestFiniteMagnitude
  }

  package var name: String {
    switch self {
    case .float: "Float"
    case .double: "Double"
    case .int32: "Int32"
    case .bool: "Bool"
    }
  }
}

/// The types of elements that an operation takes.
package struct ElementTypes: OptionSet, Sendable, Hashable {
  package let rawValue: UInt8

  @inline(__always)
  package init(rawValue: UInt8) { self.rawValue = rawValue }

  package static let float = ElementTypes(rawValue: 1)
  package static let double = ElementTypes(rawValue: 2)
  package static let int32 = ElementTypes(rawValue: 4)
  package static let bool = ElementTypes(rawValue: 8)

  /// What has derivatives.
  package static let floatingPoint: ElementTypes = [.float, .double]
  package static let numbers: ElementTypes = [.float, .double, .int32]
  package static let all: ElementTypes = [.float, .double, .int32, .bool]

  @inline(__always)
  package func contains(_ type: ElementType) -> Bool { rawValue >> type.rawValue & 1 == 1 }

  /// "Float, Double or Int32".
  package var names: String {
    let names = ElementType.allCases.filter { contains($0) }.map(\.name)
    let first = names.dropLast().joined(separator: ", ")
    return first.isEmpty ? names.joined() : "\(first) or \(names.last!)"
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
  /// The tag of `Float`.
  public static var element: TensorElement { TensorElement(type: .float) }
}
extension Double: FloatingPointScalar {
  /// The tag of `Double`.
  public static var element: TensorElement { TensorElement(type: .double) }
}
extension Int32: NumericScalar {
  /// The tag of `Int32`.
  public static var element: TensorElement { TensorElement(type: .int32) }
}
extension Bool: TensorScalar {
  /// The tag of `Bool`.
  public static var element: TensorElement { TensorElement(type: .bool) }
}

extension TensorScalar {
  package static var elementType: ElementType { element.type }
}
