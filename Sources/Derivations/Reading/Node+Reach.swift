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
    switch operation {
    case .creation, .random, .identity, .conversion, .unary: return .same
    case .binary, .comparison, .selection:
      let isStretched = zip(inputs.values, reached).contains { $1 && $0.shape != shape }
      return isStretched ? .stretched : .same
    case .reduction: return .reduced
    case .contraction, .gathering: return .mixed
    case .movement(let movement):
      switch movement {
      case .expand: return .stretched
      case .reshape:
        return shape.filter { $0 != 1 } == inputs[0].shape.filter { $0 != 1 } ? .same : .moved
      case .transpose, .slice, .pad: return .moved
      }
    }
  }

  func passesOn(_ reached: [Bool]) -> Bool {
    switch operation {
    case .identity(.named), .conversion: true
    case .binary(.add): reached != [true, true]
    case .binary(.subtract): reached == [true, false]
    case .creation, .random, .identity, .unary, .binary, .comparison, .selection, .reduction,
      .contraction, .movement, .gathering:
      false
    }
  }
}
