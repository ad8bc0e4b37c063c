// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension Value {
  /// True for one number, also repeated, or otherwise rearranged a few times.
  var isNumber: Bool {
    var node = self.node
    for _ in 0..<16 {
      switch node.notation {
      case .number: return true
      case .stretched, .reshaped, .conversion: node = node.inputs[0].node
      case .words, .random, .same, .named, .detached, .remark, .function, .minus, .opposite, .sum,
        .difference, .product, .quotient, .relation, .or, .and, .choice, .reduction, .alongAxis,
        .matmul, .contraction, .transposed, .arranged, .placed, .part, .chosen, .collected:
        return false
      }
    }
    return false
  }
}

extension Node {
  var isSum: Bool {
    if case .reduction(.sum, _) = operation { true } else { false }
  }

  /// A reshape that adds or drops axes of extent 1.
  var isUnitReshape: Bool {
    guard case .reshaped = notation else { return false }
    return shape.filter { $0 != 1 } == inputs[0].shape.filter { $0 != 1 }
  }
}
