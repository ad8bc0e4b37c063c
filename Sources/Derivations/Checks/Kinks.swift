// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// What an operation decides by looking at numbers: which side of 0, which of two, which position.
/// Where a small step changes a decision, there is no derivative, and differences say nothing.
struct Decision {
  let value: Value
  /// What is undecided: "relu at 0".
  let border: String

  /// Nil for operations that decide nothing.
  init?(of node: Node, written: Value) {
    let inputs = written.node.inputs
    guard !inputs.isEmpty else { return nil }
    func side(_ x: Value) -> Value { x.unary(.sign) }
    switch written.node.operation {
    case .unary(let unary):
      switch unary {
      case .absolute, .sign, .relu: (value, border) = (side(inputs[0]), "\(unary.rawValue) at 0")
      case .negate, .exp, .log, .squareRoot, .tanh, .erf, .sin, .cos, .not: return nil
      }
    case .binary(let binary):
      switch binary {
      case .maximum, .minimum:
        guard written.elementType != .bool else { return nil }
        (value, border) = (side(inputs[0] - inputs[1]), "\(binary.rawValue) of equal numbers")
      case .add, .subtract, .multiply, .divide, .power: return nil
      }
    case .comparison: (value, border) = (written, "a comparison of equal numbers")
    case .conversion:
      guard inputs[0].elementType.isFloatingPoint, !written.elementType.isFloatingPoint else {
        return nil
      }
      (value, border) = (written, "a rounding")
    case .reduction(let reduction, let axes):
      switch reduction {
      case .sum: return nil
      case .max, .min:
        guard written.elementType != .bool else { return nil }
        let best = written.reshaped(to: inputs[0].shape.collapsing(axes))
        (value, border) = (inputs[0] .== best, "a tie in \(reduction.rawValue)")
      case .argmax, .argmin: (value, border) = (written, "a tie in \(reduction.rawValue)")
      }
    case .creation, .random, .identity, .selection, .contraction, .movement, .gathering: return nil
    }
  }
}
