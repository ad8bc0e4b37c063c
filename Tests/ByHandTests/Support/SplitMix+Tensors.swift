// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTestSupport

extension SplitMix {
  /// A tensor of integers from -4 to 4.
  mutating func integers<Scalar: NumericScalar>(_ shape: Shape) -> Tensor<Scalar> {
    Tensor(
      shape: shape,
      scalars: (0..<shape.elementCount).map { _ in
        Scalar(exactly: Int.random(in: -4...4, using: &self))!
      })
  }

  /// A tensor of numbers from -1 to 1.
  mutating func numbers(_ shape: Shape) -> Tensor<Double> {
    Tensor(
      shape: shape,
      scalars: (0..<shape.elementCount).map { _ in Double.random(in: -1...1, using: &self) })
  }
}
