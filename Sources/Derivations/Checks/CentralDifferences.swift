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
  let differences = CentralDifferences(of: rewriting[loss]!, seed: seed)
  let order = GraphOrder(of: [loss]) { _ in false }
  return pairs.enumerated().map { index, pair in
    guard let x = rewriting[pair.x] else {
      return Check(relativeError: 0, kinks: [], usesCustomGradient: false)
    }
    return differences.check(
      x, gradient: rewriting[pair.gradient]!, salt: index,
      usesCustomGradient: order.reachesCustomGradient(from: pair.x))
  }
}

extension GraphOrder {
  /// Whether a derivative that the user wrote lies between a value and the results.
  fileprivate func reachesCustomGradient(from x: Value) -> Bool {
    guard let start = position(of: x) else { return false }
    var depends = [Bool](repeating: false, count: nodes.count)
    depends[start] = true
    for position in nodes.indices.dropFirst(start + 1) {
      depends[position] = (0..<inputCount(at: position)).contains {
        depends[input($0, at: position)]
      }
      if depends[position], case .identity(.custom) = nodes[position].operation { return true }
    }
    return false
  }
}

/// Slopes of a loss, computed in Double, with respect to any value in its graph.
struct CentralDifferences {
  private let loss: Value
  private let seed: UInt64
  private let atPoint: Double

  static let directions = 3
  /// Relative to the size of what is moved. A step of 1e-5 leaves about ten digits; shorter ones do
  /// not reach kinks nearby, and follow functions that bend strongly.
  private static let steps = [1e-5, 1e-6, 1e-7, 1e-8]
  /// With this error no shorter step is tried.
  private static let goodError = 1e-7

  /// - Parameter loss: a scalar of Double, with its history.
  init(of loss: Value, seed: UInt64) {
    self.loss = loss
    self.seed = seed
    atPoint = loss.doubles[0]
  }

  /// Compares a gradient with differences around the numbers that x has.
  ///
  /// - Parameter salt: tells the directions of one x from those of another.
  func check(_ x: Value, gradient: Value, salt: Int, usesCustomGradient: Bool) -> Check {
    let count = x.shape.elementCount
    let g = gradient.doubles, point = x.doubles
    var random = Directions(RandomKey(seed: seed).folding(in: UInt64(salt)))
    var worst = 0.0, kinks: [String] = []
    let typical = g.norm / Double(Swift.max(count, 1)).squareRoot()
    for _ in 0..<(count == 0 ? 0 : CentralDifferences.directions) {
      let direction = random.next(count)
      let slope = zip(g, direction).reduce(0) { $0 + $1.0 * $1.1 }
      let found = compare(slope, x, point, direction, typical)
      for kink in found.kinks where !kinks.contains(kink) { kinks.append(kink) }
      worst = found.error.isNaN || worst.isNaN ? .nan : Swift.max(worst, found.error)
    }
    return Check(relativeError: worst, kinks: kinks, usesCustomGradient: usesCustomGradient)
  }

  /// The smallest difference between a slope and what steps of several sizes measure: a right slope
  /// agrees with some step, a wrong one with none.
  private func compare(
    _ slope: Double, _ x: Value, _ point: [Double], _ direction: [Double], _ typical: Double
  ) -> (error: Double, kinks: [String]) {
    let here = moved(x, point, direction, by: 0).decisions
    let norm = point.norm
    var steps = CentralDifferences.steps.map { $0 * Swift.max(norm, 1) }
    if norm > 0, norm < 1 { steps.append(steps[0] * norm) }
    var best = Double.nan, kinks: [String] = [], left = 0.0, right = 0.0
    for step in steps {
      let ahead = moved(x, point, direction, by: step)
      let behind = moved(x, point, direction, by: -step)
      let reached = CentralDifferences.changes(here, ahead.decisions, behind.decisions)
      if reached.isEmpty {
        let central = (ahead.loss - behind.loss) / (2 * step)
        let error = CentralDifferences.error(slope, central, central, typical)
        best = best.isNaN ? error : Swift.min(best, error)
        if best <= CentralDifferences.goodError { return (best, []) }
      } else {
        kinks = reached
        (left, right) = ((atPoint - behind.loss) / step, (ahead.loss - atPoint) / step)
      }
    }
    // Where even the shortest step meets it, the kink is at this very point.
    if !best.isNaN || kinks.isEmpty { return (best, []) }
    return (CentralDifferences.error(slope, left, right, typical), kinks)
  }

  /// How far a slope is from those of both sides, and what lies between them.
  private static func error(
    _ slope: Double, _ left: Double, _ right: Double, _ typical: Double
  ) -> Double {
    guard slope.isFinite, left.isFinite, right.isFinite else { return .nan }
    let (low, high) = (Swift.min(left, right), Swift.max(left, right))
    let distance = slope < low ? low - slope : slope > high ? slope - high : 0
    return distance == 0
      ? 0 : distance / Swift.max(Swift.max(abs(slope), typical), Swift.max(abs(low), abs(high)))
  }

  private typealias Decided = (border: String, numbers: [Double])

  /// What is decided otherwise on one of the sides than here.
  private static func changes(
    _ here: [Decided], _ ahead: [Decided], _ behind: [Decided]
  ) -> [String] {
    here.indices.compactMap { index in
      let numbers = here[index].numbers
      let changed = numbers.indices.count {
        numbers[$0] != ahead[index].numbers[$0] || numbers[$0] != behind[index].numbers[$0]
      }
      return changed == 0 ? nil : "\(here[index].border), \(changed) of \(numbers.count)"
    }
  }

  /// The loss, and what its graph decides, with x moved.
  private func moved(
    _ x: Value, _ point: [Double], _ direction: [Double], by step: Double
  ) -> (loss: Double, decisions: [Decided]) {
    let numbers = zip(point, direction).map { $0 + step * $1 }
    let leaf = Tensor(shape: x.shape, scalars: numbers).value
    let rewriting = Rewriting(of: [loss], replacing: [(x, leaf)]) { node, inputs in
      // Detached tensors are constants to the derivative, so they are here.
      if case .identity(.detached) = node.operation { return Value(node) }
      return Rewriting.copy(node, inputs)
    }
    var decisions: [Decision] = []
    for (node, written) in rewriting.pairs where written.node !== node && written.node !== leaf.node
    {
      if let decision = Decision(of: node, written: written) { decisions.append(decision) }
    }
    let result = rewriting[loss]!
    let asDouble = decisions.map { $0.value.converted(to: .double) }
    evaluate([result] + asDouble)
    return (result.doubles[0], zip(decisions, asDouble).map { ($0.border, $1.doubles) })
  }
}

/// Random directions of length 1.
private struct Directions {
  private let key: RandomKey
  private var count: UInt64 = 0

  init(_ key: RandomKey) { self.key = key }

  mutating func next(_ elements: Int) -> [Double] {
    let numbers = Tensor<Double>.normal([elements], key: key.folding(in: count)).scalars
    count += 1
    let norm = numbers.norm
    return numbers.map { $0 / norm }
  }
}

extension [Double] {
  var norm: Double { reduce(0) { $0 + $1 * $1 }.squareRoot() }
}
