// SPDX-License-Identifier: Apache-2.0

/// The derivative of what passes on all numbers, by its name in keys.
private struct NaNRule: Hashable, Sendable {}

extension Value {
  /// x, whose derivative is NaN where x is: for functions that choose by comparing, and would give
  /// NaN the slope of a number, which is in no relation to others.
  var keepingNaN: Value {
    if !elementType.isFloatingPoint { return self }
    let rule = CustomRule(number: RuleNumbers.number(of: NaNRule())) { inputs, g in
      [inputs[1].derivativeKeepingNaN(g)]
    }
    return Value(.identity(.custom(rule)), Inputs(self, self))
  }
}
