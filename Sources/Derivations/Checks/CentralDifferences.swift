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
  /// Relative to the size of what is moved. Halving the digits of a step costs as many in the
  /// difference: 1e-5 leaves about ten.
  private static let steps = [1e-5, 1e-6, 1e-7, 1e-8]

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
    let scale = Swift.max(point.norm, 1),
      typical = g.norm / Double(Swift.max(count, 1)).squareRoot()
    for _ in 0..<(count == 0 ? 0 : CentralDifferences.directions) {
      let direction = random.next(count)
      let slope = zip(g, direction).reduce(0) { $0 + $1.0 * $1.1 }
      let measured = slopes(x, point, direction, scale: scale)
      for kink in measured.kinks where !kinks.contains(kink) { kinks.append(kink) }
      let low = Swift.min(measured.left, measured.right)
      let high = Swift.max(measured.left, measured.right)
      let distance = slope < low ? low - slope : slope > high ? slope - high : 0
      let size = Swift.max(abs(slope), abs(low), abs(high), typical)
      let isDefined = slope.isFinite && low.isFinite && high.isFinite
      let error = !isDefined ? .nan : distance == 0 ? 0 : distance / size
      worst = error.isNaN || worst.isNaN ? .nan : Swift.max(worst, error)
    }
    return Check(relativeError: worst, kinks: kinks, usesCustomGradient: usesCustomGradient)
  }

  /// Slopes on both sides: equal to the central one unless there is a corner between them.
  private func slopes(
    _ x: Value, _ point: [Double], _ direction: [Double], scale: Double
  ) -> (left: Double, right: Double, kinks: [String]) {
    var kinks: [String] = [], ahead = atPoint, behind = atPoint, step = 0.0
    for size in CentralDifferences.steps {
      step = size * scale
      let plus = moved(x, point, direction, by: step)
      let minus = moved(x, point, direction, by: -step)
      (ahead, behind) = (plus.loss, minus.loss)
      kinks = []
      for (after, before) in zip(plus.decisions, minus.decisions) {
        let changed = zip(after.numbers, before.numbers).count { $0 != $1 }
        if changed > 0 { kinks.append("\(after.border), \(changed) of \(after.numbers.count)") }
      }
      if kinks.isEmpty {
        let central = (ahead - behind) / (2 * step)
        return (central, central, [])
      }
    }
    return ((atPoint - behind) / step, (ahead - atPoint) / step, kinks)
  }

  /// The loss, and what its graph decides, with x moved.
  private func moved(
    _ x: Value, _ point: [Double], _ direction: [Double], by step: Double
  ) -> (loss: Double, decisions: [(border: String, numbers: [Double])]) {
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
