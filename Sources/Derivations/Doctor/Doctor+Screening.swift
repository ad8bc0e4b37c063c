// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

// The gradient is a linear function of each cotangent in its graph. So for one sum of its elements
// with random weights r, one reverse walk tells what exchanging any value does to it: for a value v
// with ∂(r · gradient)/∂v = t, putting u in its place adds t · (u - v). Where that is not what the
// given gradient has, the mistake need not be made to be ruled out.

extension Doctor {
  /// The faults that can explain a gradient: all whose sum with random weights is its sum, up to
  /// the tolerance.
  func screened(
    _ faults: [PlantedFault], _ mine: [Double], _ right: [Double], _ tolerance: Double
  ) -> [PlantedFault] {
    let parts = faults.compactMap(\.part)
    // A rule of the user's need not be linear, and without parts there is nothing to rule out.
    if parts.isEmpty || mine.count != right.count || steps.contains(where: \.node.isCustom) {
      return faults
    }
    let weights = weights(mine, right)
    let difference = mine.indices.reduce(0) { sum, place in
      weights[place] == 0 ? sum : sum + weights[place] * (mine[place] - right[place])
    }
    let size = mine.reduce(0) { $1.isFinite ? Swift.max($0, abs($1)) : $0 }
    let slack = 2 * tolerance * size * weights.reduce(0) { $0 + abs($1) }
    let effects = effects(of: parts, weights)
    var next = 0
    return faults.filter { fault in
      guard fault.part != nil else { return true }
      defer { next += 1 }
      guard let effect = effects[next] else { return false }
      // What is not a number rules nothing out.
      let rounding = 1e-9 * (abs(effect) + abs(difference))
      return !(abs(effect - difference) > slack + rounding)
    }
  }

  /// Random, and 0 where a gradient is not finite.
  private func weights(_ mine: [Double], _ right: [Double]) -> [Double] {
    let key = RandomKey(seed: 0)
    let random = Tensor<Double>.normal([mine.count], key: key).scalars
    return mine.indices.map { mine[$0].isFinite && right[$0].isFinite ? random[$0] : 0 }
  }

  /// What each exchange adds to the sum of the gradient with these weights; nil if the gradient
  /// does not depend on the value that is exchanged.
  private func effects(
    of parts: [(value: Value, original: Value)], _ weights: [Double]
  ) -> [Double?] {
    let rewriting = inDouble([truth] + parts.flatMap { [$0.value, $0.original] })
    let weight = Tensor(shape: truth.shape, scalars: weights).value
    let sum = (rewriting[truth]! * weight).summed
    let slopes = gradientsIfReached(
      of: sum, withRespectTo: parts.map { rewriting[$0.original]! })
    let effects = zip(parts, slopes).map { part, slope in
      slope.map { ($0 * (rewriting[part.value]! - rewriting[part.original]!)).summed }
    }
    evaluate(effects.compactMap(\.self))
    return effects.map { $0?.total }
  }
}

extension Doctor.PlantedFault {
  fileprivate var part: (value: Value, original: Value)? {
    if case .part(let value, let original) = change { (value, original) } else { nil }
  }

  /// The shape of the gradient that has it.
  func shape(of truth: Value) -> Shape {
    if case .whole(let value) = change { value.shape } else { truth.shape }
  }
}
