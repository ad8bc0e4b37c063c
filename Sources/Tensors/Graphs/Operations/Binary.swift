// SPDX-License-Identifier: Apache-2.0

/// z = f(x, y) for each pair of elements. Shapes: x and y broadcast to the result. Batching: the
/// same operation, ranks aligned.
package enum Binary: String, Sendable, CaseIterable {
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  /// Int32 truncates; x / 0 is 0.
  case divide = "/"
  /// x^y as in C: NaN where x < 0 and y is no integer; x^0 and 1^y are 1, also for NaN.
  case power = "pow"
  /// The larger one (for Bool: or); NaN if either is NaN.
  case maximum = "max"
  /// The smaller one (for Bool: and); NaN if either is NaN.
  case minimum = "min"

  func derivative(
    at index: Int, _ x: Value, _ y: Value, result z: Value, cotangent g: Value
  ) -> Value? {
    switch self {
    case .add: g
    case .subtract: index == 0 ? g : -g
    case .multiply: g * (index == 0 ? y : x)
    case .divide: index == 0 ? g / y : -(g * z / y)
    case .power: index == 0 ? powerByBase(x, y, g) : powerByExponent(x, y, z, g)
    // The chosen operand gets all; equal ones get half each. NaN is chosen from nothing.
    case .maximum, .minimum:
      Value.select(
        x .== y, g * 0.5, Value.select((index == 0 ? x : y) .== z, g, nan(where: z, else: 0)))
    }
  }
}

extension Binary {
  var reads: Reads {
    switch self {
    case .add, .subtract: .nothing
    case .multiply: .input
    case .divide, .power, .maximum, .minimum: [.input, .result]
    }
  }

  var kink: Kink? {
    switch self {
    case .add, .subtract, .multiply, .divide, .power: nil
    case .maximum, .minimum: .equalInputs
    }
  }

  func notation(of type: ElementType) -> Notation {
    switch self {
    case .add: .sum
    case .subtract: .difference
    case .multiply: .product
    case .divide: .quotient
    case .power: .function(rawValue)
    case .maximum: type == .bool ? .or : .function(rawValue)
    case .minimum: type == .bool ? .and : .function(rawValue)
    }
  }
}

/// What a derivative is where the result z is NaN, in place of the number that it would have.
private func nan(where z: Value, else number: Double) -> Value {
  Value.select(
    z .== z, Value.constant(number, z.elementType), Value.constant(.nan, z.elementType))
}

/// g y x^(y-1), and 0 for 0^0, where x^(y-1) is infinite. Replacing the exponent, not the product,
/// keeps derivatives of this one finite, too.
private func powerByBase(_ x: Value, _ y: Value, _ g: Value) -> Value {
  let lower = y - Value.constant(1, y.elementType)
  let areZero = (x .== 0).binary(.minimum, y .== 0)
  return g * (y * x.binary(.power, Value.select(areZero, Value.constant(0, y.elementType), lower)))
}

/// g z log x, and 0 for 0^y with y >= 0, where log x is infinite: there the logarithm is taken of 1.
private func powerByExponent(_ x: Value, _ y: Value, _ z: Value, _ g: Value) -> Value {
  let zero = Value.constant(0, y.elementType)
  let isFlat = (x .== 0).binary(.minimum, y.compared(.greaterOrEqual, to: zero))
  let base = Value.select(isFlat, Value.constant(1, x.elementType), x)
  return g * (z * base.unary(.log))
}

/// Pointwise comparison, written `.<` and so on. Result: Bool. No derivative.
package enum Comparison: String, Sendable, CaseIterable {
  case equal = ".=="
  case notEqual = ".!="
  case less = ".<"
  case lessOrEqual = ".<="
  case greater = ".>"
  case greaterOrEqual = ".>="

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
}

func pointwiseShape(
  _ x: Value, _ y: Value, in operation: String
) throws(Mistake) -> Shape {
  if x.shape == y.shape { return x.shape }
  if let shape = x.shape.broadcast(with: y.shape) {
    try countable(shape, in: operation)
    return shape
  }
  let conflict = x.shape.broadcastConflict(with: y.shape)!
  throw Mistake(
    operation,
    "\(x.label) and \(y.label) do not broadcast: at axis \(conflict.axis) of the result one has "
      + "extent \(conflict.left), the other \(conflict.right)",
    fix: "extents must be equal or 1; " + insertion(x, y))
}

/// How an operand of lower rank is stretched along the last axis, if that is what is missing.
private func insertion(_ x: Value, _ y: Value) -> String {
  let lower = x.rank < y.rank ? x : y, higher = x.rank < y.rank ? y : x
  guard lower.rank < higher.rank, (lower.shape + [1]).broadcast(with: higher.shape) != nil else {
    return "reshape one operand or insert an axis with .newAxis"
  }
  if let name = lower.givenName {
    return "to repeat \(name) along the last axis write \(name).expandingShape(at: \(lower.rank))"
  }
  return "to repeat the \(x.rank < y.rank ? "left" : "right") operand along the last axis use "
    + "expandingShape(at: \(lower.rank)) on it"
}

func selectionShape(
  _ condition: Value, _ x: Value, _ y: Value
) throws(Mistake) -> Shape {
  let shape = try pointwiseShape(x, y, in: "select")
  if shape == condition.shape { return shape }
  if let shape = shape.broadcast(with: condition.shape) {
    try countable(shape, in: "select")
    return shape
  }
  let conflict = condition.shape.broadcastConflict(with: shape)!
  throw Mistake(
    "select",
    "the condition \(condition.label) does not broadcast with the choices \(shape): at axis "
      + "\(conflict.axis) it has extent \(conflict.left), they have \(conflict.right)",
    fix: "extents must be equal or 1")
}

/// select(c, x, y) = x where c, else y. The cotangent goes where the number came from.
func selectionDerivative(at index: Int, _ condition: Value, cotangent g: Value) -> Value? {
  switch index {
  case 0: nil
  case 1: Value.select(condition, g, 0)
  default: Value.select(condition, Value.constant(0, g.elementType), g)
  }
}

extension Value {
  package func binary(_ operation: Binary, _ other: Value) -> Value {
    Value(.binary(operation), Inputs(self, other), elementType) { () throws(Mistake) in
      try pointwiseShape(self, other, in: operation.rawValue)
    }
  }
  package static func + (x: Value, y: Value) -> Value { x.binary(.add, y) }
  package static func - (x: Value, y: Value) -> Value { x.binary(.subtract, y) }
  package static func * (x: Value, y: Value) -> Value { x.binary(.multiply, y) }
  package static func / (x: Value, y: Value) -> Value { x.binary(.divide, y) }

  package static func * (x: Value, number: Double) -> Value {
    x * constant(number, x.elementType)
  }
  package static func - (number: Double, x: Value) -> Value {
    constant(number, x.elementType) - x
  }

  package func compared(_ comparison: Comparison, to other: Value) -> Value {
    Value(.comparison(comparison), Inputs(self, other), .bool) { () throws(Mistake) in
      try pointwiseShape(self, other, in: comparison.rawValue)
    }
  }
  package static func .== (x: Value, y: Value) -> Value { x.compared(.equal, to: y) }
  package static func .== (x: Value, number: Double) -> Value {
    x .== constant(number, x.elementType)
  }
  package static func .> (x: Value, number: Double) -> Value {
    x.compared(.greater, to: constant(number, x.elementType))
  }

  package static func select(
    _ condition: Value, _ x: Value, _ y: Value, at site: CallSite? = nil
  ) -> Value {
    Value(.selection, Inputs(condition, x, y), x.elementType, at: site) { () throws(Mistake) in
      try selectionShape(condition, x, y)
    }
  }
  package static func select(_ condition: Value, _ x: Value, _ number: Double) -> Value {
    select(condition, x, constant(number, x.elementType))
  }
}
