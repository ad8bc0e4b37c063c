// SPDX-License-Identifier: Apache-2.0

/// The derivative of standardized numbers, by its name in keys.
private struct StandardizedRule: Hashable, Sendable {
  let axes: [Int]
}

extension Value {
  /// z = (x - μ) / √(σ² + ε), μ the mean and σ² the variance along the axes.
  ///
  /// x.g = (z.g - mean(z.g) - z mean(z.g z)) / √(σ² + ε). One of the numbers is subtracted before
  /// their mean is, so a large mean costs no digits.
  func standardized(
    along axes: [Int], epsilon: Double, in operation: String, at site: CallSite
  ) -> Value {
    @Sendable func mean(_ x: Value) -> Value {
      x.mean(along: axes, keepingAxes: true, in: operation, at: site)
    }
    let near = self - first(along: axes).detached(), deviations = near - mean(near)
    let factor = mean(deviations * deviations).reciprocalRoot(epsilon)
    // Given what was computed forward, the rule computes none of it again.
    let number = RuleNumbers.number(of: StandardizedRule(axes: axes))
    let rule = CustomRule(number: number) { inputs, g in
      let z = inputs[0], factor = inputs[2]
      return [(g - mean(g) - z * mean(g * z)) * factor, nil]
    }
    return Value(.identity(.custom(rule)), Inputs([deviations * factor, self, factor]))
  }

  /// One of the numbers along the axes, which keep an extent of 1.
  func first(along axes: [Int]) -> Value {
    // Of nothing there is none.
    if shape.elementCount == 0 { return .constant(0, elementType) }
    return axes.reduce(self) { $0.part(along: $1, from: 0, count: 1) }
  }

  /// 1 / √(x + ε)
  func reciprocalRoot(_ epsilon: Double) -> Value {
    .constant(1, elementType) / (self + .constant(epsilon, elementType)).unary(.squareRoot)
  }

  /// x · scale + bias, as far as they are there.
  func scaled(by scale: Value?, _ bias: Value?) -> Value {
    let stretched = scale.map { self * $0 } ?? self
    return bias.map { stretched + $0 } ?? stretched
  }
}
