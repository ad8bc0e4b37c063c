// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

// What a reading asks of formulas and nodes.

extension Formula {
  /// True if a product of matrices stands in front: it deserves a line.
  var hasProduct: Bool {
    switch self {
    case .matmul: true
    case .sum(let terms): terms.contains(where: \.hasProduct)
    case .negative(let x), .quotient(let x, _): x.hasProduct
    case .name, .gradient, .number, .call, .product, .squared, .transposed, .relation, .not,
      .indicator, .choice, .reduced, .stretched, .arranged, .part:
      false
    }
  }
}

extension Value {
  /// The name the user gave, on one line and not too long.
  var name: String? {
    guard case .identity(.named(let name)) = node.operation else { return nil }
    return Names.readable(name)
  }

  /// True for one number, also repeated.
  var isNumber: Bool {
    var node = self.node
    while !node.isLeaf {
      switch node.operation {
      case .creation(.constant), .creation(.scalar): return true
      case .movement(.expand), .movement(.reshape), .conversion: node = node.inputs[0].node
      case .creation(.data), .creation(.iota), .random, .identity, .unary, .binary, .comparison,
        .selection, .reduction, .contraction, .movement(.transpose), .movement(.slice),
        .movement(.pad), .gathering:
        return false
      }
    }
    return false
  }

  var isReduction: Bool {
    if case .reduction = node.operation { true } else { false }
  }
}

extension Node {
  var isNumberOrRange: Bool {
    switch operation {
    case .creation(.constant), .creation(.scalar), .creation(.iota): true
    case .creation(.data), .random, .identity, .unary, .binary, .comparison, .selection,
      .conversion, .reduction, .contraction, .movement, .gathering:
      false
    }
  }

  var hasNumberOperand: Bool { inputs.values.contains { $0.isNumber } }

  var isSum: Bool {
    if case .reduction(.sum, _) = operation { true } else { false }
  }

  var isAdditive: Bool {
    switch operation {
    case .binary(.add), .binary(.subtract): true
    case .binary, .creation, .random, .identity, .unary, .comparison, .selection, .conversion,
      .reduction, .contraction, .movement, .gathering:
      false
    }
  }

  var isDivisionByNumber: Bool {
    if case .binary(.divide) = operation { inputs[1].isNumber } else { false }
  }

  var derivativeReadsInput: Bool {
    switch operation {
    case .unary(let unary):
      switch unary {
      case .absolute, .log, .erf, .sin, .cos, .relu: true
      case .negate, .sign, .exp, .squareRoot, .tanh, .not: false
      }
    case .binary(let binary):
      switch binary {
      case .add, .subtract: false
      case .multiply, .divide: !hasNumberOperand
      case .power, .maximum, .minimum: true
      }
    case .reduction(let reduction, _): reduction != .sum
    case .contraction: true
    case .identity(.custom): true
    case .creation, .random, .identity, .comparison, .selection, .conversion, .movement,
      .gathering:
      false
    }
  }

  /// A reshape that adds or drops axes of extent 1.
  var isUnitReshape: Bool {
    guard case .movement(.reshape) = operation else { return false }
    return shape.filter { $0 != 1 } == inputs[0].shape.filter { $0 != 1 }
  }
}
