// SPDX-License-Identifier: Apache-2.0

/// An operation with those that make its operands, in one pass over the tile. Each is rounded by
/// itself, so no bit changes.
package enum MergedOperation: Sendable, Hashable, CaseIterable {
  /// a b + c
  case multiplyAdd
  /// c - a b
  case subtractProduct
  /// a b + c d
  case sumOfProducts
  /// a b + c (d d)
  case sumWithSquare
  /// √a + b
  case rootAdd
  /// c - a / b
  case subtractQuotient
  /// d - a b / c
  case subtractProductQuotient
  /// (a b) c
  case multiplyProduct
  /// (a b) c + d
  case scaleMultiplyAdd
  /// (a / b) c
  case multiplyQuotient
  /// c where a = b, else d
  case selectEqual
  /// c where a > b, else d
  case selectGreater
  /// c where a >= b, else d
  case selectGreaterOrEqual
  /// a where it is above b, else a c
  case aboveOrProduct
  /// a, but no less than b and no more than c
  case clamp
  /// d where a is above b and below c, else 0; NaN where a is
  case within
  /// a, or 0 where |a| < b
  case flushed
  /// a + b, but no less than c and no more than d
  case clampSum
  /// (z + c) d, z = a clamped to b and c
  case ramp
  /// max(a, b) (z + c) d, z likewise
  case gatedRamp
  /// max(a, b) σ(z), z likewise
  case gatedSigmoid
  /// max(a, b) Φ(z), z likewise
  case gatedNormal
  /// a σ(-b)
  case timesOppositeSigmoid
  /// e^(a - b)
  case expOfDifference

  /// What is computed, in order.
  package var operations: [String] {
    switch self {
    case .multiplyAdd: ["*", "+"]
    case .subtractProduct: ["*", "-"]
    case .sumOfProducts: ["*", "*", "+"]
    case .sumWithSquare: ["*", "*", "*", "+"]
    case .rootAdd: ["sqrt", "+"]
    case .subtractQuotient: ["/", "-"]
    case .subtractProductQuotient: ["*", "/", "-"]
    case .multiplyProduct: ["*", "*"]
    case .scaleMultiplyAdd: ["*", "*", "+"]
    case .multiplyQuotient: ["/", "*"]
    case .selectEqual: [".==", "select"]
    case .selectGreater: [".>", "select"]
    case .selectGreaterOrEqual: [".>=", "select"]
    case .aboveOrProduct: [".>", "*", "select"]
    case .clamp: ["max", "min"]
    case .within: [".>", ".<", ".==", "select"]
    case .flushed: ["abs", ".<", "select"]
    case .clampSum: ["+", "max", "min"]
    case .ramp: ["max", "min", "+", "*"]
    case .gatedRamp: ["max", "min", "+", "*", "*"]
    case .gatedSigmoid: ["max", "min", "sigmoid", "*"]
    case .gatedNormal: ["max", "min", "Φ", "*"]
    case .timesOppositeSigmoid: ["-", "sigmoid", "*"]
    case .expOfDifference: ["-", "exp"]
    }
  }

  var name: String { "(" + operations.joined(separator: " ") + ")" }

  var inputCount: Int {
    switch self {
    case .rootAdd, .flushed, .timesOppositeSigmoid, .expOfDifference: 2
    case .multiplyAdd, .subtractProduct, .subtractQuotient, .multiplyProduct, .multiplyQuotient,
      .aboveOrProduct, .clamp, .gatedSigmoid, .gatedNormal:
      3
    case .sumOfProducts, .sumWithSquare, .scaleMultiplyAdd, .subtractProductQuotient, .selectEqual,
      .selectGreater, .selectGreaterOrEqual, .clampSum, .within, .ramp, .gatedRamp:
      4
    }
  }

  /// The inputs that are the same everywhere: the kernel takes one number for each.
  package var numbers: Range<Int> {
    switch self {
    case .flushed: 1..<2
    case .clamp, .within, .gatedSigmoid, .gatedNormal: 1..<3
    case .ramp, .gatedRamp: 1..<4
    case .clampSum: 2..<4
    case .multiplyAdd, .subtractProduct, .sumOfProducts, .sumWithSquare, .rootAdd,
      .subtractQuotient, .subtractProductQuotient, .multiplyProduct, .scaleMultiplyAdd,
      .multiplyQuotient, .selectEqual, .selectGreater, .selectGreaterOrEqual, .aboveOrProduct,
      .timesOppositeSigmoid, .expOfDifference:
      0..<0
    }
  }

  /// Whether there is one for integers too.
  var isForAllNumbers: Bool {
    switch self {
    case .multiplyAdd, .subtractProduct, .sumOfProducts, .selectEqual, .selectGreater,
      .selectGreaterOrEqual, .clamp, .within:
      true
    case .sumWithSquare, .rootAdd, .subtractQuotient, .subtractProductQuotient, .multiplyProduct,
      .scaleMultiplyAdd, .multiplyQuotient, .aboveOrProduct, .flushed, .clampSum, .ramp,
      .gatedRamp, .gatedSigmoid, .gatedNormal, .timesOppositeSigmoid, .expOfDifference:
      false
    }
  }
}
