// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// The leaf cases of `Operation`, in a list that can be walked.
///
/// The switches here, in `OperationSample.samples(of:)` and in `WrittenOperation` have no `default`: a
/// new operation does not compile until it has a kind, and a kind not until it has samples, of right and
/// of wrong forms.
package enum OperationKind: String, CaseIterable, Sendable {
  case data, constant, scalar, iota
  case uniform, normal
  case named, detached, unchanged, custom, checked
  case negate, absolute, sign, exp, expm1, log, log1p, squareRoot
  case sinh, tanh, sigmoid, softplus, erf, normalDistribution, sin, cos
  case relu, floor, ceil, round, not
  case add, subtract, multiply, divide, power, maximum, minimum
  case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
  case selection, conversion
  case sum, max, min, argmax, argmin
  case contraction
  case reshape, transpose, expand, slice, pad
  case gather, scatterAdd

  package init(_ operation: Operation) {
    self =
      switch operation {
      case .creation(.data): .data
      case .creation(.constant): .constant
      case .creation(.scalar): .scalar
      case .creation(.iota): .iota
      case .random(.uniform, _): .uniform
      case .random(.normal, _): .normal
      case .identity(.named): .named
      case .identity(.detached): .detached
      case .identity(.unchanged): .unchanged
      case .identity(.custom): .custom
      case .identity(.checked): .checked
      case .unary(let unary): OperationKind(unary)
      case .binary(let binary): OperationKind(binary)
      case .comparison(let comparison): OperationKind(comparison)
      case .selection: .selection
      case .conversion: .conversion
      case .reduction(let reduction, _): OperationKind(reduction)
      case .contraction: .contraction
      case .movement(.reshape): .reshape
      case .movement(.transpose): .transpose
      case .movement(.expand): .expand
      case .movement(.slice): .slice
      case .movement(.pad): .pad
      case .gathering(.gather, _): .gather
      case .gathering(.scatterAdd, _): .scatterAdd
      }
  }

  private init(_ unary: Unary) {
    self =
      switch unary {
      case .negate: .negate
      case .absolute: .absolute
      case .sign: .sign
      case .exp: .exp
      case .expm1: .expm1
      case .log: .log
      case .log1p: .log1p
      case .squareRoot: .squareRoot
      case .sinh: .sinh
      case .tanh: .tanh
      case .sigmoid: .sigmoid
      case .softplus: .softplus
      case .erf: .erf
      case .normalDistribution: .normalDistribution
      case .sin: .sin
      case .cos: .cos
      case .relu: .relu
      case .floor: .floor
      case .ceil: .ceil
      case .round: .round
      case .not: .not
      }
  }

  private init(_ binary: Binary) {
    self =
      switch binary {
      case .add: .add
      case .subtract: .subtract
      case .multiply: .multiply
      case .divide: .divide
      case .power: .power
      case .maximum: .maximum
      case .minimum: .minimum
      }
  }

  private init(_ comparison: Comparison) {
    self =
      switch comparison {
      case .equal: .equal
      case .notEqual: .notEqual
      case .less: .less
      case .lessOrEqual: .lessOrEqual
      case .greater: .greater
      case .greaterOrEqual: .greaterOrEqual
      }
  }

  private init(_ reduction: Reduction) {
    self =
      switch reduction {
      case .sum: .sum
      case .max: .max
      case .min: .min
      case .argmax: .argmax
      case .argmin: .argmin
      }
  }
}
