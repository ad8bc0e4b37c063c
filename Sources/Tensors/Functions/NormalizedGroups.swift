// SPDX-License-Identifier: Apache-2.0

/// The derivative of numbers that are normalized in groups of channels, by its name in keys.
private struct GroupsRule: Hashable, Sendable {
  let hasScale: Bool
  let hasBias: Bool
}

/// Numbers normalized in groups, and what they were normalized by, with extent 1 where a group is.
struct NormalizedGroups {
  let result: Value
  let mean: Value
  let variance: Value
}

extension Value {
  /// y = z · scale + bias, z = (x - μ) / √(σ² + ε), μ the mean and σ² the variance of each group of
  /// channels over all places of an example.
  ///
  /// x and y: [examples, places, groups, channels of one]; scale and bias:
  /// [groups, channels of one]. With z.g = y.g · scale: x.g = (z.g - mean(z.g) - z mean(z.g
  /// z)) / √(σ² + ε); scale.g = Σ y.g z and bias.g = Σ y.g over examples and places. All of it is
  /// made of sums over places, for each channel: what they are of is read three times, and twice
  /// more for the derivatives.
  func normalizedInGroups(
    scale: Value?, bias: Value?, epsilon: Double, in operation: String, at site: CallSite
  ) -> NormalizedGroups {
    @Sendable func mean(_ x: Value) -> Value {
      let ofChannels = x.mean(along: [1], keepingAxes: true, in: operation, at: site)
      return ofChannels.meanOfChannels
    }
    // One of the numbers is subtracted before their mean is, so a large mean costs no digits; what
    // rounding takes from it is the rest.
    let first = first(along: [1, 3]).detached(), nearFirst = mean(self - first)
    let centre = first + nearFirst
    let rest = (nearFirst - (centre - first)).detached(), near = self - centre
    // Written the other way round, so that nobody keeps what is near for it.
    let opposite = centre - self
    let variance = mean(opposite * opposite) - rest * rest
    let factor = variance.reciprocalRoot(epsilon), slope = scale.map { factor * $0 } ?? factor
    let offset = rest * slope
    let y = near * slope + (bias.map { $0 - offset } ?? -offset)
    let rule = GroupsRule(hasScale: scale != nil, hasBias: bias != nil)
    let pullback = CustomRule(number: RuleNumbers.number(of: rule)) { inputs, g in
      rule.cotangents(inputs, g)
    }
    let inputs = [y, self] + [scale, bias].compactMap(\.self) + [near, rest, factor, slope]
    return NormalizedGroups(
      result: Value(.identity(.custom(pullback)), Inputs(inputs)), mean: centre,
      variance: variance)
  }

  /// Of numbers for each channel, the mean in each group.
  fileprivate var meanOfChannels: Value {
    if shape[3] == 1 { return self }
    return reduced(.sum, AxisSet([3])).reshaped(to: shape.with(1, at: 3))
      / .count(Double(shape[3]), elementType)
  }

  /// Sums over the places, for each channel.
  fileprivate var summedOverPlaces: Value {
    reduced(.sum, AxisSet([1])).reshaped(to: shape.with(1, at: 1))
  }

  /// Sums over the examples of what is there for each channel.
  fileprivate var summedOverExamples: Value {
    let all = shape[0] == 1 ? self : reduced(.sum, AxisSet([0]))
    return all.reshaped(to: shape.droppingLeading(2))
  }
}

extension GroupsRule {
  /// Given what was computed forward, none of it is computed again.
  fileprivate func cotangents(_ inputs: Inputs, _ g: Value) -> [Value?] {
    let x = inputs[1], scale = hasScale ? inputs[2] : nil, count = inputs.count
    let (near, rest) = (inputs[count - 4], inputs[count - 3])
    let (factor, slope) = (inputs[count - 2], inputs[count - 1])
    // Σ y.g and Σ y.g z
    let sums = g.summedOverPlaces
    let products = factor * ((g * near).summedOverPlaces - rest * sums)
    let places = Value.count(Double(x.shape[1]), x.elementType)
    func mean(_ sums: Value) -> Value {
      (scale.map { sums * $0 } ?? sums).meanOfChannels / places
    }
    // x.g = y.g slope - (near - rest) bend - factor mean(z.g)
    let bend = factor * factor * mean(products)
    let xg = g * slope + (near * -bend + (rest * bend - factor * mean(sums)))
    var gradients: [Value?] = [xg]
    if hasScale { gradients.append(products.summedOverExamples) }
    if hasBias { gradients.append(sums.summedOverExamples) }
    return gradients + [Value?](repeating: nil, count: 4)
  }
}
