// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

/// A value x of a graph in Double, and what follows from it up to results whose cotangents are
/// given: f(x) = Σ cotangent · result(x), whose gradient at x is x.g.
///
/// What does not depend on x stays as it is, and so does what is decided by looking at x: which of
/// two, whether greater. Where a decision changes there is no derivative.
struct LocalFunction {
  let x: Value
  /// Nodes that depend on x, inputs before users.
  let followers: [Value]
  let results: [(value: Value, cotangent: Value)]
  /// Whether a derivative that the user wrote lies between x and the results.
  let usesCustomGradient: Bool
  private let isResult: Set<UInt64>

  init(
    of x: Value, followers: [Value], results: [(value: Value, cotangent: Value)],
    usesCustomGradient: Bool
  ) {
    self.x = x
    self.followers = followers
    self.results = results
    self.usesCustomGradient = usesCustomGradient
    isResult = Set(results.map(\.value.node.serial))
  }

  /// The results with x moved, and what the nodes on the way decide there.
  ///
  /// - Parameter holdsRelations: whether comparisons stay as they are where x is.
  func moved(
    to point: Value, holdingRelations holdsRelations: Bool = false
  ) -> (results: [Value], decisions: [Decision]) {
    var moved = [x.node.serial: point], found = moved
    var decisions: [Decision] = []
    for follower in followers {
      let node = follower.node
      let isHeld = if case .comparison = node.operation { holdsRelations } else { false }
      let value =
        isHeld
        ? follower
        : Rewriting.copy(node, node.inputs.values.map { moved[$0.node.serial] ?? $0 })
      found[node.serial] = value
      // What a result does to other results is in its cotangent.
      if !isResult.contains(node.serial) { moved[node.serial] = value }
      if let decision = Decision(at: value) { decisions.append(decision) }
    }
    return (results.map { found[$0.value.node.serial]! }, decisions)
  }

  /// What the nodes decide where x is.
  var decisions: [Decision] { followers.compactMap { Decision(at: $0) } }

  /// How far f moves between two points, given the results there.
  func change(from start: [Value], to end: [Value]) -> Value {
    let parts = results.indices.map { index in
      (results[index].cotangent * (end[index] - start[index])).summed
    }
    return parts.dropFirst().reduce(parts.first ?? .constant(0, .double), +)
  }

  /// How far rounding moves f, at most, to first order: each tensor v on the way is off by one part
  /// in 2^52, and f with it by so much of v · v.g.
  var rounding: Double {
    // Younger than all that it does not move, so that the reverse walk stays here.
    let copy = x.named("")
    let f = change(
      from: results.map { .constant(0, $0.value.elementType) }, to: moved(to: copy).results)
    var parts: [Value] = []
    _ = gradientsIfReached(of: f, withRespectTo: [copy]) { step in
      parts.append((Value(step.node) * step.cotangent).unary(.absolute).summed)
    }
    evaluate(parts)
    let sum = parts.reduce(0) { $0 + $1.total }
    // Where numbers have left the range in which Double has all its digits, they are off by more.
    return (sum.isFinite ? sum * .ulpOfOne : 0) + .leastNormalMagnitude
  }
}

extension Value {
  /// All elements added up.
  var summed: Value { reduced(.sum, AxisSet(all: rank)) }

  /// The sum of all elements of a tensor of Double.
  var total: Double { Double(Tensor<Double>(summed)) }

  /// The length of a tensor of Double as a vector.
  var norm: Value { (self * self).summed.unary(.squareRoot) }
}
