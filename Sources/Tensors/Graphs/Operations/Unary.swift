// SPDX-License-Identifier: Apache-2.0

/// y = f(x) for each element. Result: the shape of x. Batching: the same operation.
///
/// Leaves because each is right to within a few units in the last place: made of others it would
/// lose digits, or be infinite where it is not.
package enum Unary: UInt8, Sendable, CaseIterable {
  /// -x. A leaf because 0 - x is 0 where -0 is meant.
  case negate
  /// |x|. A leaf because a selection leaves -0 as it is.
  case absolute
  /// -1, 0 or 1; NaN for NaN. A leaf because it takes two comparisons and two selections otherwise.
  case sign
  /// e^x
  case exp
  /// e^x - 1, accurate also near 0. A leaf because the difference has no digits there.
  case expm1
  /// The natural logarithm: -inf at 0, NaN below.
  case log
  /// ln (1 + x), accurate also near 0: -inf at -1, NaN below. A leaf because the sum has
  /// no digits there.
  case log1p
  /// The square root: NaN below 0.
  case squareRoot
  /// (e^x - e^-x) / 2. A leaf because the difference has no digits near 0, and e^x is infinite
  /// before the half.
  case sinh
  /// (e^x - e^-x) / (e^x + e^-x). A leaf because the difference has no digits near 0.
  case tanh
  /// 1 / (1 + e^-x). A leaf because composed it is two roundings worse and has no derivative where
  /// e^-x is infinite.
  case sigmoid
  /// ln (1 + e^x). A leaf because e^x is infinite where the result is x.
  case softplus
  /// 2 / √π times the integral of e^-t² from 0 to x
  case erf
  /// Φ(x), the normal distribution function: (1 + erf(x / √2)) / 2. A leaf because the sum has no
  /// digits far below 0.
  case normalDistribution
  /// The sine of x radians: NaN for infinity.
  case sin
  /// The cosine of x radians: NaN for infinity.
  case cos
  /// x where x > 0, else 0; NaN for NaN. A leaf because the larger of x and 0 has the
  /// derivative 1/2 at 0.
  case relu
  /// The largest whole number that is not above x.
  case floor
  /// The smallest whole number that is not below x.
  case ceil
  /// The nearest whole number, of two the even one.
  case round
  /// not x, for Bool. A leaf because no other operation on Bool gives it.
  case not

  /// How messages and listings write it.
  package var symbol: String {
    switch self {
    case .negate: "-"
    case .absolute: "abs"
    case .sign: "sign"
    case .exp: "exp"
    case .expm1: "expm1"
    case .log: "log"
    case .log1p: "log1p"
    case .squareRoot: "sqrt"
    case .sinh: "sinh"
    case .tanh: "tanh"
    case .sigmoid: "sigmoid"
    case .softplus: "softplus"
    case .erf: "erf"
    case .normalDistribution: "Φ"
    case .sin: "sin"
    case .cos: "cos"
    case .relu: "relu"
    case .floor: "floor"
    case .ceil: "ceil"
    case .round: "round"
    case .not: "!"
    }
  }

  func derivative(_ x: Value, result y: Value, cotangent g: Value) -> Value? {
    switch self {
    case .negate: -g
    case .absolute: g * x.unary(.sign)
    case .sign, .floor, .ceil, .round, .not: nil
    case .exp: g * y
    case .expm1: g * x.unary(.exp)
    case .log: g / x
    case .log1p: g / (Value.constant(1, x.elementType) + x)
    case .squareRoot: g / (y + y)
    case .sinh: g * x.hyperbolicCosine
    case .tanh: g * (1 - y * y)
    // Not y (1 - y), which is 0 as soon as y is rounded to 1.
    case .sigmoid: g * (y * (-x).unary(.sigmoid))
    case .softplus: g * x.unary(.sigmoid)
    case .erf: g * ((-(x * x)).unary(.exp) * 1.1283791670955126)  // 2 / √π
    case .normalDistribution:
      g * ((x * x * -0.5).unary(.exp) * 0.3989422804014327)  // 1 / √(2π)
    case .sin: g * x.unary(.cos)
    case .cos: -(g * x.unary(.sin))
    // Selected, not multiplied: infinity · 0 is not 0. At 0 the derivative is 0, as in the notes.
    // Else it is what y is: 0, and NaN where x is NaN.
    case .relu: Value.select(x .> 0, g, Value(.identity(.detached), Inputs(y)))
    }
  }
}

extension Unary {
  /// The types of x, and of y.
  package var types: ElementTypes {
    switch self {
    case .negate, .absolute, .sign, .relu: .numbers
    case .exp, .expm1, .log, .log1p, .squareRoot, .sinh, .tanh, .sigmoid, .softplus, .erf,
      .normalDistribution, .sin, .cos, .floor, .ceil, .round:
      .floatingPoint
    case .not: .bool
    }
  }

  @inline(__always)
  func form(_ x: some Formed) throws(FormFault) -> Form {
    if !types.contains(x.elementType) { throw .elementType(.left, types) }
    return Form(x.shape, x.elementType)
  }

  private struct Facts {
    var readsInput = false
    var kink: Kink?
    /// Nil for a function.
    var notation: Notation?
    var undoesItself = false
  }

  private var facts: Facts {
    switch self {
    case .negate: Facts(notation: .minus, undoesItself: true)
    case .absolute: Facts(readsInput: true, kink: .sideOfZero)
    case .sign: Facts(kink: .sideOfZero)
    case .exp: Facts()
    case .expm1: Facts(readsInput: true)
    case .log: Facts(readsInput: true)
    case .log1p: Facts(readsInput: true)
    case .squareRoot: Facts()
    case .sinh: Facts(readsInput: true)
    case .tanh: Facts()
    case .sigmoid: Facts(readsInput: true)
    case .softplus: Facts(readsInput: true)
    case .erf: Facts(readsInput: true)
    case .normalDistribution: Facts(readsInput: true)
    case .sin: Facts(readsInput: true)
    case .cos: Facts(readsInput: true)
    case .relu: Facts(readsInput: true, kink: .sideOfZero)
    case .floor, .ceil, .round: Facts(kink: .rounding)
    case .not: Facts(notation: .opposite)
    }
  }

  var derivativeReadsInput: Bool { facts.readsInput }
  var kink: Kink? { facts.kink }
  var notation: Notation { facts.notation ?? .function(symbol) }

  /// Whether f(f(x)) is x, bit for bit.
  package var undoesItself: Bool { facts.undoesItself }
}

extension Value {
  package func unary(_ operation: Unary) -> Value {
    Value(.unary(operation), self)
  }

  package static prefix func - (x: Value) -> Value { x.unary(.negate) }
}

extension Value {
  /// (e^x + e^-x) / 2, by halves: e^x is infinite where this is not yet.
  fileprivate var hyperbolicCosine: Value {
    let (up, down) = ((self * 0.5).unary(.exp), (self * -0.5).unary(.exp))
    return up * 0.5 * up + down * 0.5 * down
  }
}
