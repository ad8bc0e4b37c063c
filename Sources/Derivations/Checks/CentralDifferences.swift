// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

/// Checks gradients of a loss: everything is written down once more in Double, then each gradient
/// is compared with differences around its x.
///
/// - Parameters:
///   - pairs: values in the graph of the loss with their gradients.
///   - given: values that the loss is computed from; how they were made is left out.
///   - lines: those x whose gradients are taken as given where the gradients of what they are
///     computed from are checked: a check then costs what its x's own users cost. Without them each
///     is held to the whole loss.
func checkedGradients(
  of loss: Value, _ pairs: [(x: Value, gradient: Value)], given: [Value], lines: [Value] = [],
  seed: UInt64
) -> [Check] {
  let graph = CheckedGraph(of: loss, pairs, given: given, lines: lines)
  return pairs.enumerated().map { index, pair in
    guard let function = graph.function(of: pair.x) else {
      return Check(relativeError: 0, kinks: [], usesCustomGradient: false)
    }
    // The directions of one x differ from those of another.
    var differences = CentralDifferences(
      of: function, gradient: graph[pair.gradient]!,
      key: RandomKey(seed: seed).folding(in: UInt64(index)))
    return differences.check()
  }
}

/// Slopes of a function at the numbers that its x has, in Double, beside those of a gradient.
struct CentralDifferences {
  private let function: LocalFunction
  /// Random, of length 1.
  private let directions: [Value]
  /// For each direction what the gradient says.
  private let slopes: [Double]
  private let norm: Double
  /// The smallest magnitude in x that is not 0.
  private let smallest: Double
  /// The slope along a direction that a gradient of this size has.
  private let typical: Double
  /// What is decided at x itself.
  private let here: [Decision]
  private lazy var rounding = function.rounding

  static let directionCount = 3
  /// Relative to the size of what is moved. A step of 1e-5 leaves about ten digits; shorter ones do
  /// not reach kinks nearby, and follow functions that bend strongly.
  private static let steps = [1e-5, 1e-6, 1e-7, 1e-8]
  /// Those for an x whose smallest numbers are far below its size, which a step is to move by
  /// little too: so short that rounding leaves few digits, so nothing is called wrong by them.
  private static let shortSteps = [1e-9, 1e-10, 1e-11, 1e-12]
  /// With this error no shorter step is tried.
  private static let goodError = 1e-7

  init(of function: LocalFunction, gradient: Value, key: RandomKey) {
    self.function = function
    let shape = function.x.shape, count = shape.elementCount
    let normals = (0..<(count == 0 ? 0 : CentralDifferences.directionCount)).map { number in
      Value.random(.normal, shape, .double, key: key.folding(in: UInt64(number)))
    }
    directions = normals.map { $0 / $0.norm }
    let magnitudes = function.x.unary(.absolute), zero = Value.scalar(0, .double)
    let positive = Value.select(
      magnitudes.compared(.greater, to: zero), magnitudes, .infinity)
    let least = count == 0 ? positive.summed : positive.reduced(.min, AxisSet(all: shape.rank))
    let norms = [function.x.norm, gradient.norm, least]
    let slopes = directions.map { (gradient * $0).summed }
    here = function.decisions
    evaluate(directions + norms + slopes + here.map(\.value))
    norm = norms[0].total
    smallest = norms[2].total
    typical = norms[1].total / Double(Swift.max(count, 1)).squareRoot()
    self.slopes = slopes.map(\.total)
  }

  mutating func check() -> Check {
    var worst = 0.0, kinks: [String] = []
    for index in directions.indices {
      let found = compare(slopes[index], directions[index])
      for kink in found.kinks where !kinks.contains(kink) { kinks.append(kink) }
      worst = found.error.isNaN || worst.isNaN ? .nan : Swift.max(worst, found.error)
    }
    return Check(
      relativeError: worst, kinks: kinks, usesCustomGradient: function.usesCustomGradient)
  }

  /// The smallest difference between a slope and what steps of several sizes measure: a right slope
  /// agrees with some step, a wrong one with none.
  private mutating func compare(
    _ slope: Double, _ direction: Value
  ) -> (error: Double, kinks: [String]) {
    var steps = CentralDifferences.steps.map { $0 * Swift.max(norm, 1) }
    if norm > 0, norm < 1 { steps.append(steps[0] * norm) }
    var best = Double.nan, kinks: [String] = [], left = 0.0, right = 0.0
    // The largest slope seen: where short steps measure less and less of it, it tends to 0.
    var size = Swift.max(abs(slope), typical)
    for step in steps {
      let measured = measure(direction, step)
      if measured.kinks.isEmpty {
        let central = (measured.left + measured.right) / 2
        let bend = abs(measured.right - measured.left) / step
        let error = error(of: slope, central, central, bend: bend, &size)
        best = best.isNaN ? error : Swift.min(best, error)
        if best <= CentralDifferences.goodError { return (best, []) }
      } else {
        (kinks, left, right) = (measured.kinks, measured.left, measured.right)
      }
    }
    if !(best <= Check.tolerance), let found = compareShortSteps(slope, direction, size) {
      return found
    }
    // Where even the shortest step meets it, the kink is at this very point.
    if !best.isNaN || kinks.isEmpty { return (best, []) }
    // At a jump neither side has a slope: there a derivative is that of what is chosen at x.
    let held = measure(direction, steps[1], holdingRelations: true)
    for sides in [(held.left, held.right), (left, right)] {
      let (low, high) = (Swift.min(sides.0, sides.1), Swift.max(sides.0, sides.1))
      best = error(of: slope, low, high, bend: 0, &size)
      if best <= Check.tolerance { break }
    }
    return (best, kinks)
  }

  /// What the first of the steps measures that are short beside the smallest numbers too and show
  /// no error beyond the tolerance; between both sides of a kink there is none.
  private mutating func compareShortSteps(
    _ slope: Double, _ direction: Value, _ size: Double
  ) -> (error: Double, kinks: [String])? {
    let each = Double(function.x.shape.elementCount).squareRoot()
    var longer = CentralDifferences.steps.last! * Swift.max(norm, 1)
    for step in CentralDifferences.shortSteps.map({ $0 * Swift.max(norm, 1) }) {
      if longer <= 1e-3 * smallest * each { break }
      longer = step
      let (left, right, kinks) = measure(direction, step)
      let isSmooth = kinks.isEmpty, central = (left + right) / 2
      var size = size
      let error = error(
        of: slope, isSmooth ? central : Swift.min(left, right),
        isSmooth ? central : Swift.max(left, right),
        bend: isSmooth ? abs(right - left) / step : 0, &size)
      if error <= Check.tolerance { return (error, kinks) }
    }
    return nil
  }

  /// How far a slope is outside what was measured, beside the largest slope seen.
  ///
  /// - Parameter bend: how much the slope changes with x.
  private mutating func error(
    of slope: Double, _ low: Double, _ high: Double, bend: Double, _ size: inout Double
  ) -> Double {
    guard slope.isFinite, low.isFinite, high.isFinite else { return .nan }
    size = Swift.max(size, Swift.max(abs(low), abs(high)))
    let distance = slope < low ? low - slope : slope > high ? slope - high : 0
    if distance <= CentralDifferences.goodError * size {
      return distance == 0 ? 0 : distance / size
    }
    // Slopes that differences cannot tell from 0 are measured by what these can tell: f is rounded,
    // and so is x when it is moved.
    let unit = Swift.max(norm, 1)
    let least = rounding / (CentralDifferences.steps[0] * unit) + bend * unit * .ulpOfOne
    return distance / Swift.max(size, 10 * least / Check.tolerance)
  }

  /// The slopes on both sides of x, and what is decided otherwise on one of them than at x.
  private func measure(
    _ direction: Value, _ step: Double, holdingRelations holdsRelations: Bool = false
  ) -> (left: Double, right: Double, kinks: [String]) {
    let x = function.x, start = function.results.map(\.value)
    let ahead = function.moved(
      to: x + direction * .scalar(step, .double), holdingRelations: holdsRelations)
    let behind = function.moved(
      to: x + direction * .scalar(-step, .double), holdingRelations: holdsRelations)
    let right = function.change(from: start, to: ahead.results)
    let left = function.change(from: behind.results, to: start)
    func differ(_ index: Int, _ there: [Decision]) -> Value {
      here[index].value.compared(.notEqual, to: there[index].value)
    }
    let changes = here.indices.map { index in
      differ(index, ahead.decisions).binary(.maximum, differ(index, behind.decisions))
        .converted(to: .double).summed
    }
    evaluate([left, right] + changes)
    let kinks = zip(here, changes).compactMap { decision, change -> String? in
      let changed = Int(change.total)
      if changed == 0 { return nil }
      return "\(decision.border), \(changed) of \(decision.value.shape.elementCount)"
    }
    return (left.total / step, right.total / step, kinks)
  }
}
