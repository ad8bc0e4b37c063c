// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

/// Whether all numbers of all tensors are finite.
func allFinite(_ tensors: [Tensor<Float>]) -> Bool {
  if tensors.isEmpty { return true }
  let answers = tensors.map { $0.isFinite.all() }
  evaluate(answers)
  return answers.allSatisfy { Bool($0) }
}

/// The numbers of a node, looked at.
struct NumberSummary {
  /// How many are NaN or infinite, and the first of them.
  private(set) var count = 0
  private(set) var first: Double?
  private(set) var hasNaN = false
  /// Nil if all are NaN, or there are none.
  private(set) var range: ClosedRange<Double>?

  /// Of a node with known numbers.
  init(of value: Value) {
    note(value.doubles)
  }

  var isFinite: Bool { count == 0 }

  private mutating func note(_ numbers: [Double]) {
    var least = Double.infinity, largest = -Double.infinity
    for number in numbers {
      if number.isNaN {
        hasNaN = true
      } else {
        least = min(least, number)
        largest = max(largest, number)
      }
      if !number.isFinite {
        count += 1
        first = first ?? number
      }
    }
    if least <= largest { range = least...largest }
  }
}

extension Value {
  /// The numbers; of truths 0 and 1.
  var doubles: [Double] {
    switch elementType {
    case .float: Tensor<Float>(self).scalars.map(Double.init)
    case .double: Tensor<Double>(self).scalars
    case .int32: Tensor<Int32>(self).scalars.map(Double.init)
    case .bool: Tensor<Bool>(self).scalars.map { $0 ? 1 : 0 }
    }
  }
}
