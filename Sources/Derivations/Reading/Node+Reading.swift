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
    case .name, .unnamed, .gradient, .number, .call, .product, .squared, .transposed, .relation,
      .not, .indicator, .choice, .reduced, .stretched, .shaped, .arranged, .part:
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

  var isReduction: Bool {
    if case .reduction = node.operation { true } else { false }
  }
}

extension Node {
  var isNumberOrRange: Bool {
    if case .number = notation { return true }
    if case .words = notation { return !isStored }
    return false
  }

  var hasNumberOperand: Bool { inputs.values.contains { $0.isNumber } }

  /// True if its derivative is one that the user wrote.
  var isCustom: Bool {
    if case .identity(.custom) = operation { true } else { false }
  }

  var isAdditive: Bool {
    if case .sum = notation { return true }
    if case .difference = notation { return true }
    return false
  }

  var isDivisionByNumber: Bool {
    if case .quotient = notation { inputs[1].isNumber } else { false }
  }

  /// True if its derivatives look at an input that is more than a number.
  var derivativeReadsInput: Bool {
    if case .product = notation, hasNumberOperand { return false }
    if case .quotient = notation, hasNumberOperand { return false }
    return operation.derivativeReadsInput
  }
}
