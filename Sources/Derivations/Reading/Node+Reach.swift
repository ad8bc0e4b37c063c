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
    case .words, .random, .number, .same, .named, .detached, .remark, .function, .minus,
      .opposite, .sum, .difference, .product, .quotient, .relation, .or, .and, .choice,
      .conversion:
      let isStretched = zip(inputs.values, reached).contains { $1 && $0.shape != shape }
      return isStretched ? .stretched : .same
    case .reduction: return .reduced
    case .alongAxis, .matmul, .contraction, .chosen, .collected: return .mixed
    case .stretched: return .stretched
    case .reshaped: return isUnitReshape ? .same : .moved
    case .transposed, .arranged, .placed, .part: return .moved
    }
  }

  /// True if the derivative for the one input that depends on x is the cotangent itself.
  func passesOn(_ reached: [Bool]) -> Bool {
    let indices = reached.indices.filter { reached[$0] }
    return indices.count == 1 && operation.passesCotangent(at: indices[0])
  }
}
