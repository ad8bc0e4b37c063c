// SPDX-License-Identifier: Apache-2.0

import PullbackTensors
import PullbackTestSupport

extension OperationSample {
  /// The samples of a kind. Add to it what a new operation must be tried with: ordinary shapes,
  /// extents 0 and 1, ranks beyond 4, broadcast inputs.
  static func samples(of kind: OperationKind) -> [OperationSample] {
    switch kind {
    case .unary(let operation): unary(operation)
    case .binary(let operation):
      binary(kind, operation == .power ? .positive : .signed) { $0.binary(operation, $1) }
    case .comparison(let operation): binary(kind) { $0.compared(operation, to: $1) }
    case .reduction(let operation):
      operation.givesPosition
        ? positions(kind, operation)
        : reductions(
          kind, operation, emptyAxes: operation != .max && operation != .min)
    case .scan(let scan): scans(scan)
    case .other(let other): samples(of: other)
    }
  }

  private static func samples(of other: OperationKind.Other) -> [OperationSample] {
    let kind = OperationKind.other(other)
    return switch other {
    case .data: alone(kind) { .leaf([2, 3], [1, -2, 3, -4, 5, -6]) }
    case .constant: alone(kind) { .constant(2, .double) }
    case .scalar: alone(kind) { .scalar(1.25, .double) }
    case .iota: alone(kind) { .iota(3, .double) }
    case .uniform: alone(kind) { .random(.uniform, [2, 3], .double, key: RandomKey(seed: 1)) }
    case .normal: alone(kind) { .random(.normal, [2, 3], .double, key: RandomKey(seed: 2)) }
    case .named: unary(kind) { $0.named("x") }
    case .detached:
      unary(kind, likeness: { .full($0.shape, 0, .double) }, { $0.detached() })
    case .unchanged: unary(kind) { $0.distinct(from: $0, by: "reshaped") }
    case .custom: customs
    case .renewing:
      unary(kind) {
        Value(
          .identity(.renewing(NoHolder())), Inputs($0, .constant(1, .double), .constant(2, .double))
        )
      }
    case .checked:
      [Shape([]), [4], [2, 0], [1, 3]].map {
        OperationSample(kind, [Input($0, .int32, .indices(below: 5))]) {
          $0[0].checked(below: 5, for: .gather)
        }
      }
    case .selection: selections
    case .conversion: conversions
    case .contraction: contractions
    case .reshape: reshapes
    case .transpose: transposes
    case .expand: expansions
    case .slice: slices + averages
    case .placed: placements
    case .windows: windows + longAverages
    case .gather: gathers
    case .scatterAdd: scatters
    }
  }

  static let unaryShapes: [Shape] = [
    [], [1], [4], [2, 3], [0], [2, 0, 3], [1, 1], [2, 1, 2, 1, 2],
  ]

  static let binaryShapes: [(Shape, Shape)] = [
    ([], []), ([1], [1]), ([4], [4]), ([2, 3], [2, 3]), ([2, 3], [3]), ([3], [2, 3]),
    ([2, 1], [3]), ([1], [2, 2]), ([], [2, 2]), ([2], []), ([4, 1, 3], [2, 1]),
    ([0], [1]), ([1], [0]), ([0, 3], [3]), ([], [2, 0]), ([2, 1, 2, 1, 2], [2, 1, 3, 1]),
  ]

  /// Tensors from nothing have no inputs; one is multiplied in, so that there is a derivative.
  private static func alone(
    _ kind: OperationKind, _ made: @escaping @Sendable () -> Value
  ) -> [OperationSample] {
    [OperationSample(kind, [Input([2, 3])]) { $0[0] * made() }]
  }

  private static func unary(
    _ kind: OperationKind, _ domain: Domain = .signed,
    likeness: (@Sendable (Value) -> Value)? = nil,
    _ function: @escaping @Sendable (Value) -> Value
  ) -> [OperationSample] {
    let likeness = likeness ?? function
    return unaryShapes.map { shape in
      OperationSample(
        kind, [Input(shape, .double, domain)], likeness: { likeness($0[0]) },
        { function($0[0]) })
    }
  }

  private static func unary(_ operation: Unary) -> [OperationSample] {
    let kind = OperationKind.unary(operation), sample = UnarySample(operation)
    if case .truth = sample.types {
      return unaryShapes.map { shape in
        OperationSample(kind, [Input(shape, .bool, .truth)]) { $0[0].unary(operation) }
      }
    }
    return switch sample.domain {
    case .signed: unary(kind) { $0.unary(operation) }
    case .positive: unary(kind, .positive) { $0.unary(operation) }
    // A product, so that there is a derivative: that of the other factor.
    case .steps: unary(kind) { $0 * ($0 * 0.1).unary(operation) }
    }
  }

  private static func binary(
    _ kind: OperationKind, _ left: Domain = .signed,
    _ function: @escaping @Sendable (Value, Value) -> Value
  ) -> [OperationSample] {
    binaryShapes.map { x, y in
      OperationSample(kind, [Input(x, .double, left), Input(y)]) { function($0[0], $0[1]) }
    }
  }

  private static var selections: [OperationSample] {
    let shapes: [(Shape, Shape, Shape)] = [
      ([], [], []), ([4], [4], [4]), ([2, 3], [2, 3], [2, 3]), ([3], [2, 1], []),
      ([2, 1], [3], [2, 3]), ([], [3], [2, 3]), ([0], [1], []), ([2, 2, 2], [2], [2, 1]),
      ([1, 1], [1], [1]), ([2, 1, 1, 1, 2], [3, 1], [2]),
    ]
    return shapes.map { condition, x, y in
      OperationSample(.other(.selection), [Input(condition, .bool, .truth), Input(x), Input(y)]) {
        Value.select($0[0], $0[1], $0[2])
      }
    }
  }

  /// To Float and back the number is rounded, but the derivative is 1.
  private static var conversions: [OperationSample] {
    unaryShapes.flatMap { shape in
      [
        OperationSample(.other(.conversion), [Input(shape)], likeness: { $0[0] * 3 }) {
          ($0[0].converted(to: .float) * 3).converted(to: .double)
        },
        OperationSample(.other(.conversion), [Input(shape)]) { $0[0].converted(to: .int32) },
        OperationSample(.other(.conversion), [Input(shape)]) { $0[0].converted(to: .bool) },
        OperationSample(.other(.conversion), [Input(shape, .int32, .indices(below: 7))]) {
          $0[0].converted(to: .double)
        },
        OperationSample(.other(.conversion), [Input(shape, .bool, .truth)]) {
          $0[0].converted(to: .int32)
        },
      ]
    }
  }

  /// x³ and x³ + y x, computed so that only the rule knows the derivative.
  private static var customs: [OperationSample] {
    let single = unaryShapes.map { shape in
      OperationSample(.other(.custom), [Input(shape)], likeness: { $0[0] * $0[0] * $0[0] }) {
        let x = Tensor<Double>($0[0])
        return withCustomGradient(of: { ($0 * $0 * $0).detached() }, at: x) { x, yg in
          yg * 3 * x * x
        }.value
      }
    }
    let pairs: [(Shape, Shape)] = [([2, 3], [3]), ([], [2]), ([0, 2], [2])]
    let double = pairs.map { left, right in
      OperationSample(
        .other(.custom), [Input(left), Input(right)],
        likeness: { $0[0] * $0[0] * $0[0] + $0[1] * $0[0] }
      ) {
        let x = Tensor<Double>($0[0]), y = Tensor<Double>($0[1])
        return withCustomGradient(of: { ($0 * $0 * $0 + $1 * $0).detached() }, at: x, y) {
          x, y, zg in
          let xg = zg * (3 * x * x + y), yg = zg * x
          return (Tensor(xg.value.summed(to: x.shape)), Tensor(yg.value.summed(to: y.shape)))
        }.value
      }
    }
    return single + double + convolutions + pools
  }
}

/// Holds nothing that could be renewed.
private final class NoHolder: LeafHolder {}
