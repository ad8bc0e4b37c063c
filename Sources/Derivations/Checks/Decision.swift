// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// What an operation decides by looking at numbers: which side of 0, which of two, which position.
/// Where a small step changes a decision, there is no derivative, and differences say nothing.
struct Decision {
  let value: Value
  /// What is undecided: "relu at 0".
  let border: String

  /// Nil for operations that decide nothing.
  init?(at result: Value) {
    let inputs = result.node.inputs, name = result.node.operation.name
    guard !inputs.isEmpty, let kink = result.node.operation.kink else { return nil }
    func side(_ x: Value) -> Value { x.unary(.sign) }
    switch kink {
    case .sideOfZero: (value, border) = (side(inputs[0]), "\(name) at 0")
    case .equalInputs:
      guard result.elementType != .bool else { return nil }
      (value, border) = (side(inputs[0] - inputs[1]), "\(name) of equal numbers")
    case .relation: (value, border) = (result, "a comparison of equal numbers")
    case .rounding:
      guard inputs[0].elementType.isFloatingPoint, !result.elementType.isFloatingPoint else {
        return nil
      }
      (value, border) = (result, "a rounding")
    case .tie:
      guard case .reduction(_, let axes) = result.node.notation, result.elementType != .bool
      else { return nil }
      let best = result.reshaped(to: inputs[0].shape.collapsing(axes))
      (value, border) = (inputs[0] .== best, "a tie in \(name)")
    case .tiedPosition: (value, border) = (result, "a tie in \(name)")
    case .tieSoFar:
      guard result.elementType != .bool else { return nil }
      (value, border) = (inputs[0] .== result, "a tie in \(name)")
    case .order(let axis, let isReversed):
      let order = inputs[0].scanned(.sortedPositions, along: axis, isReversed: isReversed)
      (value, border) = (order, "equal numbers in \(name)")
    }
  }
}
