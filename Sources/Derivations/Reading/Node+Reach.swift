// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

// How what goes into a node comes out of it: what kinds of Jacobians are told apart by.

extension Node {
  enum Reach {
    /// Each element goes to the element at its place.
    case same
    /// Each element goes to several.
    case stretched
    /// Several elements go to one.
    case reduced
    /// Each element goes to another place.
    case moved
    /// Each element goes to several places, with factors.
    case mixed
  }

  /// - Parameter reached: which inputs depend on the x that is asked about.
  func reach(from reached: [Bool]) -> Reach {
    switch notation {
    case .remark: return isCustom && !isPointwiseRule(from: reached) ? .mixed : .same
    case .words, .random, .number, .same, .named, .detached, .function, .minus, .opposite, .sum,
      .difference, .product, .quotient, .relation, .or, .and, .choice, .conversion:
      let isStretched = zip(inputs.values, reached).contains { $1 && $0.shape != shape }
      return isStretched ? .stretched : .same
    case .reduction: return .reduced
    case .alongAxis, .matmul, .contraction, .chosen, .collected: return .mixed
    case .stretched: return .stretched
    case .reshaped: return isUnitReshape ? .same : .moved
    case .arranged:
      // Windows may overlap.
      if case .movement(.windows) = operation { return .mixed }
      return .moved
    case .transposed, .placed, .part: return .moved
    }
  }

  /// True if the derivative that a user wrote leaves each element at its place: a function with
  /// such a derivative does so, too.
  private func isPointwiseRule(from reached: [Bool]) -> Bool {
    guard case .identity(.custom(let rule)) = operation else { return false }
    let cotangent = Value.placeholder(shape, elementType)
    let results = rule.pullback(inputs, cotangent)
    return zip(results, reached.dropFirst()).allSatisfy { result, isReached in
      guard isReached, let result else { return true }
      var depends: Set<UInt64> = [cotangent.node.serial]
      for node in GraphOrder(of: [result], isLeaf: { $0.serial <= cotangent.node.serial }).nodes {
        let found = node.inputs.values.map { depends.contains($0.node.serial) }
        if !found.contains(true) { continue }
        if node.shape != shape || node.reach(from: found) != .same { return false }
        depends.insert(node.serial)
      }
      return true
    }
  }

  /// True if the derivative for the one input that depends on x is the cotangent itself.
  func passesOn(_ reached: [Bool]) -> Bool {
    let indices = reached.indices.filter { reached[$0] }
    return indices.count == 1 && operation.passesCotangent(at: indices[0])
  }
}
