// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

/// Checks gradients of a loss: everything is written down once more in Double, then each gradient
/// is compared with differences around its x.
///
/// - Parameters:
///   - pairs: values in the graph of the loss with their gradients.
///   - given: values that the loss is computed from; how they were made is left out.
func checkedGradients(
  of loss: Value, _ pairs: [(x: Value, gradient: Value)], given: [Value], seed: UInt64
) -> [Check] {
  let leaves = given.filter { $0.elementType == .float }
    .map { ($0, $0.converted(to: .double)) }
  // Alone first: then their numbers are known, and their history is not looked at.
  evaluate(leaves.map(\.1))
  let rewriting = Rewriting(
    of: [loss] + pairs.map(\.gradient), replacing: leaves, writing: Rewriting.inDouble)
  evaluate(
    pairs.flatMap { pair in [rewriting[pair.x], rewriting[pair.gradient]].compactMap { $0 } })
  let differences = CentralDifferences(
    of: rewriting[loss]!, moving: pairs.compactMap { rewriting[$0.x] }, seed: seed)
  let order = GraphOrder(of: [loss]) { _ in false }
  let reachCustomGradients = order.reachCustomGradients
  return pairs.enumerated().map { index, pair in
    guard let x = rewriting[pair.x] else {
      return Check(relativeError: 0, kinks: [], usesCustomGradient: false)
    }
    return differences.check(
      x, gradient: rewriting[pair.gradient]!, salt: index,
      usesCustomGradient: order.position(of: pair.x).map { reachCustomGradients[$0] } ?? false)
  }
}

extension GraphOrder {
  /// For each node whether a derivative that the user wrote lies between it and the results.
  fileprivate var reachCustomGradients: [Bool] {
    var reach = [Bool](repeating: false, count: count)
    for position in (0..<count).reversed() {
      let isCustom = if case .identity(.custom) = self[position].operation { true } else { false }
      guard isCustom || reach[position] else { continue }
      for input in 0..<inputCount(at: position) { reach[self.input(input, at: position)] = true }
    }
    return reach
  }
}

/// Slopes of a loss, computed in Double, with respect to any value in its graph.
struct CentralDifferences {
  private let loss: Value
  private let seed: UInt64
  private let atPoint: Double
  /// How far rounding moves the loss, at most, to first order.
  private let rounding: Double

  static let directions = 3
  /// Relative to the size of what is moved. A step of 1e-5 leaves about ten digits; shorter ones do
  /// not reach kinks nearby, and follow functions that bend strongly.
  private static let steps = [1e-5, 1e-6, 1e-7, 1e-8]
  /// With this error no shorter step is tried.
  private static let goodError = 1e-7

  /// - Parameters:
  ///   - loss: a scalar of Double, with its history.
  ///   - moved: what will be moved.
  init(of loss: Value, moving moved: [Value], seed: UInt64) {
    self.loss = loss
    self.seed = seed
    atPoint = loss.doubles[0]
    rounding = CentralDifferences.rounding(in: loss, moving: moved)
  }

  /// Each tensor v on the way is off by one part in 2^52, and the loss with it by so much of v · v.g.
  private static func rounding(in loss: Value, moving moved: [Value]) -> Double {
    var parts: [Value] = []
    _ = gradientsIfReached(of: loss, withRespectTo: moved) { step in
      let effect = (Value(step.node) * step.cotangent).unary(.absolute)
      parts.append(effect.summed.converted(to: .double))
    }
    evaluate(parts)
    let sum = parts.reduce(0) { $0 + $1.total }
    return sum.isFinite ? sum * .ulpOfOne : 0
  }

  /// Compares a gradient with differences around the numbers that x has.
  ///
  /// - Parameter salt: tells the directions of one x from those of another.
  func check(_ x: Value, gradient: Value, salt: Int, usesCustomGradient: Bool) -> Check {
    let count = x.shape.elementCount
    var worst = 0.0, kinks: [String] = []
    let typical = gradient.norm / Double(Swift.max(count, 1)).squareRoot()
    for number in 0..<(count == 0 ? 0 : CentralDifferences.directions) {
      let direction = direction(x.shape, UInt64(salt), UInt64(number))
      let slope = (gradient * direction).total
      let found = compare(slope, x, direction, typical)
      for kink in found.kinks where !kinks.contains(kink) { kinks.append(kink) }
      worst = found.error.isNaN || worst.isNaN ? .nan : Swift.max(worst, found.error)
    }
    return Check(relativeError: worst, kinks: kinks, usesCustomGradient: usesCustomGradient)
  }

  /// A random direction of length 1.
  private func direction(_ shape: Shape, _ salt: UInt64, _ number: UInt64) -> Value {
    let key = RandomKey(seed: seed).folding(in: salt).folding(in: number)
    let normal = Value.random(.normal, shape, .double, key: key)
    let direction = normal / .scalar(normal.norm, .double)
    evaluate([direction])
    return direction
  }

  /// The smallest difference between a slope and what steps of several sizes measure: a right slope
  /// agrees with some step, a wrong one with none.
  private func compare(
    _ slope: Double, _ x: Value, _ direction: Value, _ typical: Double
  ) -> (error: Double, kinks: [String]) {
    let here = moved(x, direction, by: 0).decisions, norm = x.norm
    var steps = CentralDifferences.steps.map { $0 * Swift.max(norm, 1) }
    if norm > 0, norm < 1 { steps.append(steps[0] * norm) }
    var best = Double.nan, kinks: [String] = [], left = 0.0, right = 0.0
    // The largest slope seen: where short steps measure less and less of it, it tends to 0.
    var size = Swift.max(abs(slope), typical)
    func error(_ low: Double, _ high: Double) -> Double {
      guard slope.isFinite, low.isFinite, high.isFinite else { return .nan }
      size = Swift.max(size, Swift.max(abs(low), abs(high)))
      let distance = slope < low ? low - slope : slope > high ? slope - high : 0
      // Slopes that differences cannot tell from 0 are measured by what these can tell.
      let least = 10 * rounding / steps[0]
      return distance == 0 ? 0 : distance / (size > least ? size : least / Check.tolerance)
    }
    for step in steps {
      let ahead = moved(x, direction, by: step), behind = moved(x, direction, by: -step)
      let reached = CentralDifferences.changes(here, ahead.decisions, behind.decisions)
      if reached.isEmpty {
        let central = (ahead.loss - behind.loss) / (2 * step)
        let error = error(central, central)
        best = best.isNaN ? error : Swift.min(best, error)
        if best <= CentralDifferences.goodError { return (best, []) }
      } else {
        kinks = reached
        (left, right) = ((atPoint - behind.loss) / step, (ahead.loss - atPoint) / step)
      }
    }
    // Where even the shortest step meets it, the kink is at this very point.
    if !best.isNaN || kinks.isEmpty { return (best, []) }
    return (error(Swift.min(left, right), Swift.max(left, right)), kinks)
  }

  /// What is decided otherwise on one of the sides than here.
  private static func changes(
    _ here: [Decision], _ ahead: [Decision], _ behind: [Decision]
  ) -> [String] {
    func differ(_ x: Decision, _ y: Decision) -> Value { x.value.compared(.notEqual, to: y.value) }
    let counts = here.indices.map { index in
      differ(here[index], ahead[index]).binary(.maximum, differ(here[index], behind[index]))
        .converted(to: .double).summed
    }
    evaluate(counts)
    return zip(here, counts).compactMap { decision, count in
      let changed = Int(count.total)
      if changed == 0 { return nil }
      return "\(decision.border), \(changed) of \(decision.value.shape.elementCount)"
    }
  }

  /// The loss, and what its graph decides, with x moved.
  private func moved(
    _ x: Value, _ direction: Value, by step: Double
  ) -> (loss: Double, decisions: [Decision]) {
    let point = x + direction * .scalar(step, .double)
    let rewriting = Rewriting(of: [loss], replacing: [(x, point)]) { node, inputs in
      // Detached tensors are constants to the derivative, so they are here.
      if case .identity(.detached) = node.operation { return Value(node) }
      return Rewriting.copy(node, inputs)
    }
    var decisions: [Decision] = []
    for (node, written) in rewriting.pairs
    where written.node !== node && written.node !== point.node {
      if let decision = Decision(of: node, written: written) { decisions.append(decision) }
    }
    let result = rewriting[loss]!
    evaluate([result] + decisions.map(\.value))
    return (result.total, decisions)
  }
}

extension Value {
  /// All elements added up.
  fileprivate var summed: Value { reduced(.sum, AxisSet(all: rank)) }

  fileprivate var total: Double { Double(Tensor<Double>(summed)) }

  /// The length of a tensor of Double as a vector.
  fileprivate var norm: Double { (self * self).total.squareRoot() }
}
