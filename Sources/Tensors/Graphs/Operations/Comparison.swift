// SPDX-License-Identifier: Apache-2.0

/// Pointwise comparison, written `.<` and so on. Result: Bool. No derivative.
///
/// Leaves because no other operation makes Bool of numbers; all six because NaN is in no relation
/// but `.!=`, so that none is the reverse of another.
package enum Comparison: UInt8, Sendable, CaseIterable {
  /// Of Bool, too.
  case equal
  /// Of Bool, too: one or the other.
  case notEqual
  /// x < y
  case less
  /// x ≤ y
  case lessOrEqual
  /// x > y
  case greater
  /// x ≥ y
  case greaterOrEqual

  /// How messages and listings write it.
  package var symbol: String {
    switch self {
    case .equal: ".=="
    case .notEqual: ".!="
    case .less: ".<"
    case .lessOrEqual: ".<="
    case .greater: ".>"
    case .greaterOrEqual: ".>="
    }
  }

  /// The types of x and y.
  package var types: ElementTypes {
    switch self {
    case .equal, .notEqual: .all
    case .less, .lessOrEqual, .greater, .greaterOrEqual: .numbers
    }
  }

  @inline(__always)
  func form(_ x: some Formed, _ y: some Formed) throws(FormFault) -> Form {
    Form(try pointwiseShape(x, y, types), .bool)
  }

  /// What stands between x and y in a formula.
  package var sign: String {
    switch self {
    case .equal: "="
    case .notEqual: "≠"
    case .less: "<"
    case .lessOrEqual: "≤"
    case .greater: ">"
    case .greaterOrEqual: "≥"
    }
  }

  /// What holds where this does not, of numbers that are not NaN.
  package var opposite: Comparison {
    switch self {
    case .equal: .notEqual
    case .notEqual: .equal
    case .less: .greaterOrEqual
    case .lessOrEqual: .greater
    case .greater: .lessOrEqual
    case .greaterOrEqual: .less
    }
  }
}

extension Value {
  package func compared(_ comparison: Comparison, to other: Value) -> Value {
    Value(.comparison(comparison), self, other)
  }
  package static func .== (x: Value, y: Value) -> Value { x.compared(.equal, to: y) }
  package static func .== (x: Value, number: Double) -> Value {
    x .== constant(number, x.elementType)
  }
  package static func .> (x: Value, number: Double) -> Value {
    x.compared(.greater, to: constant(number, x.elementType))
  }
}
