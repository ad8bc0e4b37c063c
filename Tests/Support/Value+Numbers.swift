// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackRuntime
import PullbackTensors

// A double holds every Float, Int32 and Bool, so that one kind of array serves all four types.

extension Value {
  package static func leaf(
    _ shape: Shape, _ numbers: [Double], _ type: ElementType = .double
  ) -> Value {
    switch type {
    case .float: Tensor(shape: shape, scalars: numbers.map(Float.init)).value
    case .double: Tensor(shape: shape, scalars: numbers).value
    case .int32: Tensor(shape: shape, scalars: numbers.map { Int32($0) }).value
    case .bool: Tensor(shape: shape, scalars: numbers.map { $0 != 0 }).value
    }
  }

  /// Computes the numbers; every plan on the way is verified.
  package var numbers: [Double] {
    Plan.verifiesByDefault = true
    return switch elementType {
    case .float: Tensor<Float>(self).scalars.map(Double.init)
    case .double: Tensor<Double>(self).scalars
    case .int32: Tensor<Int32>(self).scalars.map(Double.init)
    case .bool: Tensor<Bool>(self).scalars.map { $0 ? 1 : 0 }
    }
  }

  package var sum: Value { reduced(.sum, AxisSet(all: rank)) }
}

/// The same number, which for zeros includes the sign; any NaN is like any other.
package func isSame(_ x: Double, _ y: Double) -> Bool {
  x.isNaN ? y.isNaN : x == y && x.sign == y.sign
}

package func areSame(_ x: [Double], _ y: [Double]) -> Bool {
  x.count == y.count && zip(x, y).allSatisfy(isSame)
}

/// |x - y| <= tolerance (1 + |y|) for all elements; NaN and infinities must match.
package func areClose(_ x: [Double], _ y: [Double], _ tolerance: Double) -> Bool {
  x.count == y.count
    && zip(x, y).allSatisfy {
      $0 == $1 || $0.isNaN && $1.isNaN || abs($0 - $1) <= tolerance * (1 + abs($1))
    }
}
