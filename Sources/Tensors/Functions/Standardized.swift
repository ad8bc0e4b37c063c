// SPDX-License-Identifier: Apache-2.0

/// The numbers that have a mean and a variance together.
enum NormalizedParts: Hashable, Sendable {
  /// All along some axes.
  case axes([Int])
  /// Of [examples, places, channels], the channels of a group at all places of an example.
  case groups(Int)

  /// Means, in a shape that stretches to that of x.
  func mean(of x: Value, in operation: String, at site: CallSite) -> Value {
    func mean(_ x: Value, along axes: [Int], keepingAxes: Bool) -> Value {
      x.mean(along: axes, keepingAxes: keepingAxes, in: operation, at: site)
    }
    switch self {
    case .axes(let axes): return mean(x, along: axes, keepingAxes: true)
    case .groups(let groups):
      // Channels stand side by side: places first, or all would be read in another order.
      let ofChannels = mean(x, along: [1], keepingAxes: false)
      let (examples, channels) = (x.shape[0], x.shape[2])
      let parts = ofChannels.reshaped(to: [examples, groups, channels / groups])
      return stretched(mean(parts, along: [2], keepingAxes: true), over: x)
    }
  }

  /// One of the numbers of each part, likewise.
  func first(of x: Value) -> Value {
    var ends = x.shape
    func slice(_ x: Value) -> Value {
      x.strided(
        from: Shape(repeating: 0, rank: x.rank), extents: ends,
        by: Shape(repeating: 1, rank: x.rank), dropping: AxisSet())
    }
    switch self {
    case .axes(let axes):
      for axis in axes { ends[axis] = 1 }
      return slice(x)
    case .groups(let groups):
      let (examples, places, channels) = (x.shape[0], x.shape[1], x.shape[2])
      ends = [examples, 1, groups, 1]
      let parts = slice(x.reshaped(to: [examples, places, groups, channels / groups]))
      return stretched(parts.reshaped(to: [examples, groups, 1]), over: x)
    }
  }

  private func stretched(_ numbers: Value, over x: Value) -> Value {
    let (examples, channels) = (x.shape[0], x.shape[2]), groups = numbers.shape[1]
    return numbers.expanded(to: [examples, groups, channels / groups])
      .reshaped(to: [examples, 1, channels])
  }
}

/// The derivative of standardized numbers, by its name in keys.
private struct StandardizedRule: Hashable, Sendable {
  let parts: NormalizedParts
}

extension Value {
  /// z = (x - μ) / √(σ² + ε), μ the mean and σ² the variance of each part.
  ///
  /// x.g = (z.g - mean(z.g) - z mean(z.g z)) / √(σ² + ε). One of the numbers is subtracted before their mean
  /// is, so a large mean costs no digits.
  func standardized(
    _ parts: NormalizedParts, epsilon: Double, in operation: String, at site: CallSite
  ) -> (result: Value, mean: Value, variance: Value) {
    @Sendable func mean(_ x: Value) -> Value { parts.mean(of: x, in: operation, at: site) }
    // Of nothing there is no first.
    let first =
      shape.elementCount == 0 ? .constant(0, elementType) : parts.first(of: self).detached()
    let near = self - first, rest = mean(near), deviations = near - rest
    let variance = mean(deviations * deviations), factor = variance.reciprocalRoot(epsilon)
    // Given what was computed forward, the rule computes none of it again.
    let number = RuleNumbers.number(of: StandardizedRule(parts: parts))
    let rule = CustomRule(number: number) { inputs, g in
      let z = inputs[0], factor = inputs[2]
      return [(g - mean(g) - z * mean(g * z)) * factor, nil]
    }
    let z = Value(.identity(.custom(rule)), Inputs([deviations * factor, self, factor]))
    return (z, first + rest, variance)
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
