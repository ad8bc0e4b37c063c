// SPDX-License-Identifier: Apache-2.0

/// z = f(x, y) for each pair of elements. Shapes: x and y broadcast to the result. Batching: the
/// same operation, ranks aligned.
///
/// Leaves because each is one instruction for a number, rounded once.
package enum Binary: UInt8, Sendable, CaseIterable {
  /// x + y. For Bool there is none.
  case add
  /// x - y. A leaf because adding -y takes one more pass where it is not fused.
  case subtract
  /// x y
  case multiply
  /// Int32 truncates; x / 0 is 0.
  case divide
  /// x^y as in C: NaN where x < 0 and y is no integer; x^0 and 1^y are 1, also for NaN.
  /// A leaf because e^(y ln x) loses digits with the size of the exponent.
  case power
  /// The larger one (for Bool: or); NaN if either is NaN. A leaf because a selection gives NaN of
  /// one of them alone.
  case maximum
  /// The smaller one (for Bool: and); NaN if either is NaN. A leaf for the same reason.
  case minimum

  /// How messages and listings write it.
  package var symbol: String {
    switch self {
    case .add: "+"
    case .subtract: "-"
    case .multiply: "*"
    case .divide: "/"
    case .power: "pow"
    case .maximum: "max"
    case .minimum: "min"
    }
  }

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
  /// The number n for which f(x, n) is x, bit for bit. There is none for sums: -0 + 0 is 0.
  package var rightIdentity: Double? {
    switch self {
    case .multiply, .divide: 1
    case .subtract: 0
    case .add, .power, .maximum, .minimum: nil
    }
  }

  /// The number n for which f(n, y) is y, bit for bit.
  package var leftIdentity: Double? {
    switch self {
    case .multiply: 1
    case .add, .subtract, .divide, .power, .maximum, .minimum: nil
    }
  }

  /// The result for two numbers, of the operations that every processor rounds alike.
  package func number<Scalar: BinaryFloatingPoint>(_ x: Scalar, _ y: Scalar) -> Scalar? {
    switch self {
    case .add: x + y
    case .subtract: x - y
    case .multiply: x * y
    case .divide: x / y
    case .power, .maximum, .minimum: nil
    }
  }

  /// The types of x and y, and of z.
  package var types: ElementTypes {
    switch self {
    case .add, .subtract, .multiply, .divide: .numbers
    case .power: .floatingPoint
    case .maximum, .minimum: .all
    }
  }

  @inline(__always)
  func form(_ x: some Formed, _ y: some Formed) throws(FormFault) -> Form {
    Form(try pointwiseShape(x, y, types), x.elementType)
  }

  var derivativeReadsInput: Bool {
    switch self {
    case .add, .subtract: false
    case .multiply, .divide, .power, .maximum, .minimum: true
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
    case .power: .function(symbol)
    case .maximum: type == .bool ? .or : .function(symbol)
    case .minimum: type == .bool ? .and : .function(symbol)
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

/// g z log x, and 0 for 0^y with y >= 0, where log x is infinite: there the
/// logarithm is taken of 1.
private func powerByExponent(_ x: Value, _ y: Value, _ z: Value, _ g: Value) -> Value {
  let zero = Value.constant(0, y.elementType)
  let isFlat = (x .== 0).binary(.minimum, y.compared(.greaterOrEqual, to: zero))
  let base = Value.select(isFlat, Value.constant(1, x.elementType), x)
  return g * (z * base.unary(.log))
}

/// The shape that two operands of one of these types stretch to.
@inline(__always)
func pointwiseShape(
  _ x: some Formed, _ y: some Formed, _ types: ElementTypes
) throws(FormFault) -> Shape {
  if x.elementType != y.elementType { throw .elementTypes(.left, .right) }
  if !types.contains(x.elementType) { throw .elementType(.left, types) }
  return try x.shape.broadcast(.left, with: y.shape, .right)
}

extension Value {
  package func binary(_ operation: Binary, _ other: Value) -> Value {
    Value(.binary(operation), self, other)
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
}
