// SPDX-License-Identifier: Apache-2.0

/// What an activation multiplies x by: 0 far below 0, 1 far above.
enum Gate: Hashable, Sendable {
  /// σ
  case sigmoid
  /// Φ
  case normal
  /// σ(2 √(2/π) (x + 0.044715 x³)), which is near Φ
  case approximateNormal

  /// The gate is 0 at -limit and 1 at limit, and its slope nothing.
  fileprivate var limit: Double {
    switch self {
    case .sigmoid: 1000
    case .normal: 40
    case .approximateNormal: 24
    }
  }

  /// What the gate's function is taken of.
  fileprivate func argument(_ x: Value) -> Value {
    switch self {
    case .sigmoid, .normal: x
    case .approximateNormal: x * (x * x * cubicPart + .constant(linearPart, x.elementType))
    }
  }

  fileprivate var function: Unary {
    switch self {
    case .sigmoid, .approximateNormal: .sigmoid
    case .normal: .normalDistribution
    }
  }

  /// The derivative at x, where the gate is y = function(u).
  fileprivate func slope(at x: Value, _ u: Value, _ y: Value) -> Value {
    switch self {
    case .sigmoid: y * (-u).unary(.sigmoid)
    case .normal: (x * x * -0.5).unary(.exp) * 0.3989422804014327  // 1 / √(2π)
    case .approximateNormal:
      y * (-u).unary(.sigmoid) * (x * x * (3 * cubicPart) + .constant(linearPart, x.elementType))
    }
  }
}

/// 2 √(2/π), and 0.044715 of it.
private let linearPart = 1.5957691216057308, cubicPart = linearPart * 0.044715

/// The derivative of x gate(x), by its name in keys.
private struct GateRule: Hashable, Sendable {
  let gate: Gate
}

extension Value {
  /// y = x gate(x). x.g = y.g (gate(x) + x gate'(x)), where x is kept within the gate's limits,
  /// so that no infinity meets a 0. The rule is given what was computed forward, so that the gate
  /// is computed once.
  func gated(by gate: Gate) -> Value {
    let least = Value.constant(-gate.limit, elementType)
    let limited = limited(from: least, to: .constant(gate.limit, elementType))
    let argument = gate.argument(limited)
    let y = binary(.maximum, least) * argument.unary(gate.function)
    let rule = CustomRule(number: RuleNumbers.number(of: GateRule(gate: gate))) { inputs, g in
      let x = inputs[2], argument = inputs[3], open = argument.unary(gate.function)
      return [g * (x * gate.slope(at: x, argument, open) + open), nil, nil]
    }
    return Value(.identity(.custom(rule)), Inputs([y, self, limited, argument]))
  }
}
